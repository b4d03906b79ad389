/** Messages on a stream of bytes: whatever the pieces it arrives in, they come out as they went in. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_FRAME_BYTES } from '#shared/protocol/block-frame.ts'
import { MAX_CONTROL_LENGTH } from '#shared/protocol/peer-messages.ts'
import {
  packStreamMessage,
  STREAM_HEADER_BYTES,
  STREAM_TOKEN_BYTES,
  StreamReader,
  writeStreamHeader,
  type StreamKind,
} from '#shared/protocol/stream-messages.ts'
import { refusalOf } from '../refusal.ts'

interface Message {
  readonly kind: StreamKind
  readonly bytes: Uint8Array
}

function read(chunks: readonly Uint8Array[]): Message[] {
  const messages: Message[] = []
  const reader = new StreamReader((kind, bytes) => messages.push({ kind, bytes: new Uint8Array(bytes) }))
  for (const chunk of chunks) reader.push(chunk)
  return messages
}

function header(kind: StreamKind, length: number): Uint8Array {
  const bytes = new Uint8Array(STREAM_HEADER_BYTES)
  writeStreamHeader(bytes, kind, length)
  return bytes
}

const message = fc.oneof(
  fc.record({
    kind: fc.constant('token' as const),
    bytes: fc.uint8Array({ minLength: 1, maxLength: STREAM_TOKEN_BYTES }),
  }),
  fc.record({
    kind: fc.constant('control' as const),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 400 }),
  }),
  fc.record({ kind: fc.constant('frame' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 400 }) }),
)

describe('a stream of messages', () => {
  test('comes out as it went in, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }),
        (messages, sizes) => {
          const stream = Buffer.concat(messages.map(({ kind, bytes }) => packStreamMessage(kind, bytes)))
          const chunks: Uint8Array[] = []
          for (let at = 0, i = 0; at < stream.length; i++) {
            const size = sizes[i % sizes.length] ?? 1
            chunks.push(stream.subarray(at, at + size))
            at += size
          }
          expect(read(chunks)).toEqual(
            messages.map(({ kind, bytes }) => ({ kind, bytes: new Uint8Array(bytes) })),
          )
        },
      ),
    )
  })

  test('carries the longest control message and the longest frame, cut anywhere', () => {
    const control = new Uint8Array(MAX_CONTROL_LENGTH * 3).fill(1)
    const frame = new Uint8Array(MAX_FRAME_BYTES).fill(2)
    const stream = Buffer.concat([
      packStreamMessage('control', control),
      packStreamMessage('frame', frame),
      packStreamMessage('control', Uint8Array.of(3)),
    ])
    const chunks = Array.from({ length: Math.ceil(stream.length / 65_536) }, (_, i) =>
      stream.subarray(i * 65_536, (i + 1) * 65_536),
    )
    const messages = read(chunks)
    expect(messages.map(({ kind, bytes }) => [kind, bytes.length, bytes.at(-1)])).toEqual([
      ['control', control.length, 1],
      ['frame', MAX_FRAME_BYTES, 2],
      ['control', 1, 3],
    ])
  })

  test.each([
    ['an empty message', header('control', 0)],
    ['a frame that is too long', header('frame', MAX_FRAME_BYTES + 1)],
    ['a control message that is too long', header('control', MAX_CONTROL_LENGTH * 3 + 1)],
    ['a token that is too long', header('token', STREAM_TOKEN_BYTES + 1)],
    ['an unknown kind', Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 1)],
    ['a flag', Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 1)],
  ])('refuses %s as soon as its header is here', (_what, bytes) => {
    expect(refusalOf(() => read([bytes]))).toMatchObject({ code: 'peer.protocol' })
  })

  test('whatever bytes come, it refuses them or waits, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 })), (chunks) => {
        const refused = refusalOf(() => {
          for (const { kind, bytes } of read(chunks)) {
            expect(['token', 'control', 'frame']).toContain(kind)
            expect(bytes.length).toBeGreaterThan(0)
          }
        })
        expect(['peer.protocol', undefined]).toContain(refused?.code)
      }),
    )
  })

  test('delivers nothing more once stopped, not even of the same chunk', () => {
    const seen: StreamKind[] = []
    const reader = new StreamReader((kind) => {
      seen.push(kind)
      reader.stop()
    })
    reader.push(
      Buffer.concat([
        packStreamMessage('control', Uint8Array.of(1)),
        packStreamMessage('frame', Uint8Array.of(2)),
      ]),
    )
    expect(seen).toEqual(['control'])
  })

  test('does not send what the other side would refuse', () => {
    expect(refusalOf(() => packStreamMessage('frame', new Uint8Array(MAX_FRAME_BYTES + 1)))).toMatchObject({
      code: 'peer.protocol',
    })
  })
})
