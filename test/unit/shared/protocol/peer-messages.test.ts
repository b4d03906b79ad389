/** Control messages: known ones come back, later ones are passed over, malformed ones are refused. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeBits,
  decodePeerMessage,
  encodeBits,
  encodePeerMessage,
  MAX_CONTROL_LENGTH,
  MAX_MANIFEST_CHUNK_BYTES,
  MAX_RANGES,
  type PeerMessage,
} from '#shared/protocol/peer-messages.ts'
import { MAX_PIECES } from '#shared/share/piece-layout.ts'
import { refusalOf } from '../refusal.ts'
import { peerMessage } from './peer-message.ts'

const decodeJson = (value: unknown): PeerMessage | undefined => decodePeerMessage(JSON.stringify(value))

test('every message comes back', () => {
  fc.assert(
    fc.property(peerMessage, (message) => {
      expect(decodePeerMessage(encodePeerMessage(message))).toEqual(message)
    }),
    { numRuns: 500 },
  )
})

test('the bitfield of the largest share fits into a message', () => {
  const bits = new Uint8Array(MAX_PIECES / 8).fill(0xa5)
  const text = encodePeerMessage({ type: 'bitfield', bits: encodeBits(bits) })
  expect(text.length).toBeLessThanOrEqual(MAX_CONTROL_LENGTH)
  const message = decodePeerMessage(text)
  expect(message?.type === 'bitfield' && Buffer.compare(decodeBits(message.bits), bits)).toBe(0)
})

test('the longest request and the longest list of pieces fit into a message', () => {
  const ranges = Array.from({ length: MAX_RANGES }, (): [number, number, number] => [
    MAX_PIECES - 1,
    127,
    128,
  ])
  expect(decodeJson({ type: 'request', ranges })).toEqual({ type: 'request', ranges })
  const pieces = Array<number>(4096).fill(MAX_PIECES - 1)
  expect(decodeJson({ type: 'have', pieces })).toEqual({ type: 'have', pieces })
})

describe('passed over, because a later version may say it:', () => {
  test.each(['hello.again', 'toString', 'constructor', '__proto__', 'hasOwnProperty', '', 'HELLO', ' hello'])(
    'a message of type “%s”',
    (type) => {
      expect(decodeJson({ type, anything: [1, { deep: true }] })).toBeUndefined()
    },
  )
})

test('fields of a later version and tricks with the prototype are left out', () => {
  const text =
    '{"__proto__":{"polluted":true},"type":"ping","constructor":{"prototype":{"polluted":1}},"id":1,"later":2}'
  const message = decodePeerMessage(text)
  expect(message).toEqual({ type: 'ping', id: 1 })
  expect(Object.getPrototypeOf(message)).toBe(Object.prototype)
  expect('polluted' in {}).toBe(false)
})

test('the last of two equal fields counts, as everywhere in JSON', () => {
  expect(decodePeerMessage('{"type":"ping","id":1,"type":"pong","id":2}')).toEqual({ type: 'pong', id: 2 })
})

test('a negative zero is taken for the zero it equals, as an index and as a key', () => {
  const message = decodePeerMessage('{"type":"have","pieces":[-0]}')
  const piece = message?.type === 'have' ? message.pieces[0] : undefined
  // Whatever a piece index is used for: an array, a set, a map, a name.
  expect(['zero'][piece ?? 1]).toBe('zero')
  expect(new Set([0]).has(piece ?? 1)).toBe(true)
  expect(new Map([[piece, 'zero']]).get(0)).toBe('zero')
  expect(`${piece}`).toBe('0')
  expect(JSON.stringify(message)).toBe('{"type":"have","pieces":[0]}')
})

const NOT_JSON = 'control message is not JSON'
const NO_TYPE = 'control message has no type'

describe('refused:', () => {
  test.each([
    ['nothing', '', NOT_JSON],
    ['no JSON', 'hello', NOT_JSON],
    ['JSON cut short', '{"type":"ping","id":1', NOT_JSON],
    ['two messages in one', '{"type":"ping","id":1}{"type":"ping","id":2}', NOT_JSON],
    ['a byte order mark in front', '\ufeff{"type":"summary.get"}', NOT_JSON],
    ['brackets that never close', '['.repeat(MAX_CONTROL_LENGTH), NOT_JSON],
    ['objects that never close', '{"a":'.repeat(39_000), NOT_JSON],
    ['lists in lists', '['.repeat(98_304) + ']'.repeat(98_304), NO_TYPE],
    ['a type that is lists in lists', `{"type":${'['.repeat(90_000)}${']'.repeat(90_000)}}`, NO_TYPE],
    ['null', 'null', NO_TYPE],
    ['a number', '1', NO_TYPE],
    ['a text', '"hello"', NO_TYPE],
    ['a list', '[{"type":"summary.get"}]', NO_TYPE],
    ['no type', '{"id":1}', NO_TYPE],
    ['a type that is a number', '{"type":1}', NO_TYPE],
    ['a type that is a list', '{"type":["ping"]}', NO_TYPE],
    ['a type in the prototype', '{"__proto__":{"type":"summary.get"}}', NO_TYPE],
    ['a type of 65 letters', JSON.stringify({ type: 'a'.repeat(65) }), NO_TYPE],
    ['a message that is too long', ' '.repeat(MAX_CONTROL_LENGTH) + '1', 'control message too long'],
    ['a number beyond doubles', '{"type":"ping","id":1e999}', 'malformed ping'],
    ['a number of 10,000 digits', `{"type":"ping","id":${'9'.repeat(10_000)}}`, 'malformed ping'],
    ['a number that is not exact', '{"type":"ping","id":9007199254740993}', 'malformed ping'],
  ])('%s', (_what, text, detail) => {
    expect(refusalOf(() => decodePeerMessage(text))).toEqual({ code: 'peer.protocol', detail })
  })

  const hello = { type: 'hello', version: 1, features: [], name: '', agent: '' }

  test.each<[string, { type: string } & Record<string, unknown>]>([
    ['a version as a text', { ...hello, version: '1' }],
    ['no version', { ...hello, version: undefined }],
    ['a version in between', { ...hello, version: 1.5 }],
    ['33 features', { ...hello, features: Array(33).fill('a') }],
    ['a feature of 33 letters', { ...hello, features: ['a'.repeat(33)] }],
    ['a feature that is a number', { ...hello, features: [1] }],
    ['features that only look like a list', { ...hello, features: { length: 0 } }],
    ['a name of 65 letters', { ...hello, name: 'a'.repeat(65) }],
    ['a name that is null', { ...hello, name: null }],
    ['an agent of 65 letters', { ...hello, agent: 'a'.repeat(65) }],
    ['a summary that is too long', { type: 'summary', box: 'A'.repeat(88_000) }],
    ['a summary that is absent', { type: 'summary' }],
    ['a manifest from before its start', { type: 'manifest.get', offset: -1, length: 1 }],
    ['a manifest from behind its end', { type: 'manifest.get', offset: 2 ** 26 + 1, length: 1 }],
    ['no bytes of a manifest', { type: 'manifest.get', offset: 0, length: 0 }],
    [
      'too many bytes of a manifest',
      { type: 'manifest.get', offset: 0, length: MAX_MANIFEST_CHUNK_BYTES + 1 },
    ],
    ['a bitfield that is too long', { type: 'bitfield', bits: 'A'.repeat(180_000) }],
    ['a bitfield that is a list', { type: 'bitfield', bits: [] }],
    ['no pieces', { type: 'have', pieces: [] }],
    ['4097 pieces', { type: 'have', pieces: Array(4097).fill(0) }],
    ['a piece beyond the most', { type: 'have', pieces: [MAX_PIECES] }],
    ['a negative piece', { type: 'have', pieces: [-1] }],
    ['half a piece', { type: 'have', pieces: [0.5] }],
    ['a piece as a text', { type: 'have', pieces: ['0'] }],
    ['a piece that is null', { type: 'have', pieces: [null] }],
    ['no ranges', { type: 'request', ranges: [] }],
    ['257 ranges', { type: 'request', ranges: Array(MAX_RANGES + 1).fill([0, 0, 1]) }],
    ['a range of two numbers', { type: 'request', ranges: [[0, 0]] }],
    ['a range of four numbers', { type: 'request', ranges: [[0, 0, 1, 1]] }],
    ['a range as an object', { type: 'request', ranges: [{ 0: 0, 1: 0, 2: 1, length: 3 }] }],
    ['a range of no blocks', { type: 'request', ranges: [[0, 0, 0]] }],
    ['a range of more blocks than a piece has', { type: 'request', ranges: [[0, 0, 129]] }],
    ['a range from behind the largest piece', { type: 'request', ranges: [[0, 128, 1]] }],
    ['a range of an impossible piece', { type: 'cancel', ranges: [[MAX_PIECES, 0, 1]] }],
    ['a range of a negative piece', { type: 'reject', ranges: [[-1, 0, 1]] }],
    ['a ping without a number', { type: 'ping' }],
    ['a pong of a negative number', { type: 'pong', id: -1 }],
    ['an unknown reason', { type: 'bye', reason: 'mood' }],
    ['the name of a method as a reason', { type: 'bye', reason: 'toString' }],
  ])('%s', (_what, message) => {
    expect(refusalOf(() => decodeJson(message))).toEqual({
      code: 'peer.protocol',
      detail: `malformed ${message.type}`,
    })
  })

  test('tens of thousands of wrong items, without a description of each', () => {
    const text = JSON.stringify({ type: 'request', ranges: Array(60_000).fill([]) })
    expect(refusalOf(() => decodePeerMessage(text))).toEqual({
      code: 'peer.protocol',
      detail: 'malformed request',
    })
  })

  test('a bitfield in another alphabet', () => {
    for (const text of ['AA==', 'AA+A', 'A', 'AB', 'A A']) {
      expect(refusalOf(() => decodeBits(text))).toEqual({
        code: 'peer.protocol',
        detail: 'bitfield is not base64url',
      })
    }
  })
})

test('any bitfield comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bits) => {
      expect(decodeBits(encodeBits(bits))).toEqual(bits)
    }),
  )
})
