/** Varints and byte strings: what is written comes back; what nobody would write is refused. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '#shared/encoding/byte-stream.ts'

const number = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(300),
  fc.nat(53).map((power) => Math.max(0, 2 ** power - 1)),
)

function varint(value: number): Uint8Array {
  const out = new ByteWriter()
  out.varint(value)
  return out.finish()
}

/** Undefined when it is refused, which is with a RangeError and nothing else. */
function readVarint(bytes: Uint8Array): number | undefined {
  try {
    return new ByteReader(bytes).varint()
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined
    throw thrown
  }
}

test('a mixture of numbers, bytes and byte strings comes back', () => {
  const part = fc.oneof(
    fc.record({ kind: fc.constant('varint' as const), value: number }),
    fc.record({ kind: fc.constant('byte' as const), value: fc.nat(255) }),
    fc.record({ kind: fc.constant('bytes' as const), value: fc.uint8Array({ maxLength: 3000 }) }),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const out = new ByteWriter()
      for (const { kind, value } of parts) {
        if (kind === 'varint') out.varint(value)
        else if (kind === 'byte') out.byte(value)
        else out.bytes(value)
      }
      const input = new ByteReader(out.finish())
      for (const { kind, value } of parts) {
        expect(kind === 'bytes' ? input.bytes(value.length) : input[kind]()).toEqual(value)
      }
      expect(input.isAtEnd).toBe(true)
    }),
  )
})

describe('a varint', () => {
  test('takes as few bytes as its number needs', () => {
    fc.assert(
      fc.property(number, (value) => {
        const bytes = varint(value)
        expect(bytes).toHaveLength(Math.max(1, Math.ceil(value.toString(2).length / 7)))
        expect(new ByteReader(bytes).varint()).toBe(value)
      }),
    )
  })

  test('that is read is the only one for its number', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 9 }), (bytes) => {
        const value = readVarint(bytes)
        fc.pre(value !== undefined)
        const again = varint(value)
        expect(bytes.subarray(0, again.length)).toEqual(again)
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['nothing', [], 'truncated'],
    ['a byte that promises another', [0x80], 'truncated'],
    ['a zero in two bytes', [0x80, 0x00], 'varint is not minimal'],
    ['a one in three bytes', [0x81, 0x80, 0x00], 'varint is not minimal'],
    ['2^53', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10], 'varint is too large'],
    [
      '2^53 + 1, which no double holds',
      [0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10],
      'varint is too large',
    ],
    ['2^56 − 1', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 'varint is too large'],
    ['nine bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], 'varint is too long'],
    ['bytes that never end', Array<number>(1000).fill(0xff), 'varint is too long'],
  ])('made of %s is refused', (_what, bytes, message) => {
    expect(() => new ByteReader(Uint8Array.from(bytes)).varint()).toThrow(new RangeError(message))
  })

  test('of 2^53 − 1 is the largest', () => {
    const largest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]
    expect([...varint(Number.MAX_SAFE_INTEGER)]).toEqual(largest)
    expect(new ByteReader(Uint8Array.from(largest)).varint()).toBe(Number.MAX_SAFE_INTEGER)
  })
})

test('more bytes than are left are refused, and the place is kept', () => {
  const input = new ByteReader(Uint8Array.of(1, 2, 3))
  expect(() => input.bytes(4)).toThrow(new RangeError('truncated'))
  expect(() => input.bytes(Number.MAX_SAFE_INTEGER)).toThrow(new RangeError('truncated'))
  expect([...input.bytes(3)]).toEqual([1, 2, 3])
  expect(() => input.byte()).toThrow(new RangeError('truncated'))
})

test('a reader on a part of a buffer does not see the rest', () => {
  const input = new ByteReader(Uint8Array.of(9, 1, 2, 9).subarray(1, 3))
  expect([...input.bytes(2)]).toEqual([1, 2])
  expect(input.isAtEnd).toBe(true)
})
