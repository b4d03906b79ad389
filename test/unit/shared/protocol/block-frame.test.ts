/** Frames: what is written is read, and nothing else is. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  MAX_FRAME_BYTES,
  readFrame,
  writeBlockFrame,
  writeManifestFrame,
} from '#shared/protocol/block-frame.ts'
import { MAX_MANIFEST_BYTES } from '#shared/share/manifest-codec.ts'
import { BLOCK_BYTES, MAX_PIECES } from '#shared/share/piece-layout.ts'
import { refusalOf } from '../refusal.ts'

const index = fc.nat(MAX_PIECES - 1)
const block = fc.nat(127)
const content = fc.uint8Array({ minLength: 1, maxLength: 300 })
const fixed = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

/** Full of an older frame, as a buffer in use is. */
const usedScratch = (): Uint8Array => new Uint8Array(MAX_FRAME_BYTES).fill(0xee)

test('a block comes back, with its record or without, from an array and from a Buffer', () => {
  const record = fc.option(fc.record({ hash: fixed(32), signature: fixed(64) }), { nil: undefined })
  fc.assert(
    fc.property(index, block, content, record, fc.boolean(), (piece, number, bytes, parts, isBuffer) => {
      const frame = { piece, block: number, bytes, record: parts && { index: piece, ...parts } }
      const written = writeBlockFrame(usedScratch(), frame)
      expect(readFrame(isBuffer ? Buffer.from(written) : written)).toEqual({
        kind: 'block',
        ...frame,
        bytes: isBuffer ? Buffer.from(bytes) : bytes,
      })
    }),
  )
})

test('a stretch of a manifest comes back', () => {
  fc.assert(
    fc.property(fc.nat(MAX_MANIFEST_BYTES - 300), content, (offset, bytes) => {
      const written = writeManifestFrame(usedScratch(), offset, bytes)
      expect(readFrame(written)).toEqual({ kind: 'manifest', offset, bytes })
    }),
  )
})

test('the longest block fills the longest frame', () => {
  const record = { index: 1, hash: new Uint8Array(32), signature: new Uint8Array(64) }
  const bytes = new Uint8Array(BLOCK_BYTES).fill(5)
  const written = writeBlockFrame(usedScratch(), { piece: 1, block: 127, bytes, record })
  expect(written).toHaveLength(MAX_FRAME_BYTES)
  const read = readFrame(written)
  expect(read.kind === 'block' && read.record).toEqual(record)
  expect(Buffer.compare(read.bytes, bytes)).toBe(0)
})

test('a frame in the middle of a buffer is read from where it begins', () => {
  const written = writeBlockFrame(usedScratch().subarray(7), {
    piece: 70_000,
    block: 3,
    bytes: Uint8Array.of(1, 2),
    record: undefined,
  })
  expect(written.byteOffset).toBe(7)
  expect(readFrame(written)).toMatchObject({ piece: 70_000, block: 3 })
})

test('a record outlives the buffer that it came in', () => {
  const hash = new Uint8Array(32).fill(1)
  const signature = new Uint8Array(64).fill(2)
  const buffer = Buffer.from(
    writeBlockFrame(usedScratch(), {
      piece: 0,
      block: 0,
      bytes: hash,
      record: { index: 0, hash, signature },
    }),
  )
  const read = readFrame(buffer)
  buffer.fill(9)
  expect(read.kind === 'block' && read.record).toEqual({ index: 0, hash, signature })
})

/** A frame from its fields, whatever they are. */
function raw(kind: number, first: number, second: number, length: number, flags = [0, 0, 0]): Uint8Array {
  const frame = new Uint8Array(16 + length)
  frame.set([kind, ...flags])
  const view = new DataView(frame.buffer)
  view.setUint32(4, first)
  view.setUint32(8, second)
  return frame
}

describe('refused:', () => {
  const LENGTH = 'frame of an impossible length'
  const FLAGS = 'frame with unknown flags'
  const KIND = 'frame of an unknown kind'
  const BLOCK_RANGE = 'block out of range'
  const MANIFEST_RANGE = 'manifest frame out of range'

  test.each([
    ['nothing', new Uint8Array(0), LENGTH],
    ['half a header', new Uint8Array(15), LENGTH],
    ['only a header', raw(1, 0, 0, 0), LENGTH],
    ['a manifest stretch without bytes', raw(3, 0, 0, 0), LENGTH],
    ['a byte more than the longest frame', raw(2, 0, 0, MAX_FRAME_BYTES - 15), LENGTH],
    ['kind 0', raw(0, 0, 0, 1), KIND],
    ['kind 4', raw(4, 0, 0, 1), KIND],
    ['kind 255', raw(255, 0, 0, 1), KIND],
    ['the first flag', raw(1, 0, 0, 1, [1, 0, 0]), FLAGS],
    ['the second flag', raw(1, 0, 0, 1, [0, 128, 0]), FLAGS],
    ['the third flag', raw(3, 0, 0, 1, [0, 0, 255]), FLAGS],
    ['a piece beyond the most', raw(1, MAX_PIECES, 0, 1), BLOCK_RANGE],
    ['the largest number as a piece', raw(2, 0xffff_ffff, 0, 97), BLOCK_RANGE],
    ['a block beyond the largest piece', raw(1, 0, 128, 1), BLOCK_RANGE],
    ['the largest number as a block', raw(1, 0, 0xffff_ffff, 1), BLOCK_RANGE],
    ['half a record', raw(2, 0, 0, 50), 'block without bytes'],
    ['a record without bytes', raw(2, 0, 0, 96), 'block without bytes'],
    ['a block longer than a block', raw(1, 0, 0, BLOCK_BYTES + 1), 'block too long'],
    ['a stretch longer than a block', raw(3, 0, 0, BLOCK_BYTES + 1), 'manifest frame too long'],
    ['a stretch with a piece', raw(3, 1, 0, 1), MANIFEST_RANGE],
    ['a stretch behind the longest manifest', raw(3, 0, MAX_MANIFEST_BYTES, 1), MANIFEST_RANGE],
    ['a stretch that ends behind it', raw(3, 0, MAX_MANIFEST_BYTES - 1, 2), MANIFEST_RANGE],
  ])('%s', (_what, frame, detail) => {
    expect(refusalOf(() => readFrame(frame))).toEqual({ code: 'peer.protocol', detail })
  })

  test('but not what is just within', () => {
    const last = [
      raw(1, MAX_PIECES - 1, 127, BLOCK_BYTES),
      raw(3, 0, MAX_MANIFEST_BYTES - 1, 1),
      raw(2, 0, 0, 97),
    ]
    for (const frame of last) expect(refusalOf(() => readFrame(frame))).toBeUndefined()
  })
})
