/** Byte arrays: text forms that come back, an order that is one. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compareBytes,
  concatBytes,
  equalBytes,
  fromHex,
  fromUtf8,
  randomBytes,
  sharedPrefix,
  toHex,
  utf8,
} from '#shared/encoding/bytes.ts'

const bytes = fc.uint8Array({ maxLength: 40 })
/** Few letters, so that prefixes and equal arrays are common. */
const similar = fc.uint8Array({ maxLength: 6, max: 2 })

describe('UTF-8', () => {
  test('every well-formed text comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text)
      }),
    )
  })

  test('a byte order mark is a letter like any other', () => {
    expect(fromUtf8(utf8('\ufeffa'))).toBe('\ufeffa')
  })

  test.each([
    ['a lone continuation byte', [0x80]],
    ['a letter cut short', [0xe2, 0x82]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong NUL', [0xc0, 0x80]],
    ['a longer overlong slash', [0xe0, 0x80, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a surrogate pair in six bytes', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
    ['a letter beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['a byte that is in no letter', [0xff]],
  ])('%s is refused, and the next text is read afresh', (_what, invalid) => {
    expect(() => fromUtf8(Uint8Array.from(invalid))).toThrow(TypeError)
    expect(fromUtf8(utf8('ä'))).toBe('ä')
  })
})

describe('hex', () => {
  test('any bytes come back, and the text is the one that Node prints', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(toHex(value)).toBe(Buffer.from(value).toString('hex'))
        expect(fromHex(toHex(value))).toEqual(value)
      }),
    )
  })

  test.each(['0', '000', 'AB', 'aB', '0g', '0x', ' 00', '00\n', '0 0', '-1', '٠٠'])(
    '“%s” is refused',
    (text) => {
      expect(fromHex(text)).toBeUndefined()
    },
  )
})

describe('joining and comparing', () => {
  test('joining keeps all bytes in order', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 5 }), (parts) => {
        expect([...concatBytes(...parts)]).toEqual(parts.flatMap((part) => [...part]))
      }),
    )
  })

  test('the order is the one of Node, and equality is the order’s', () => {
    fc.assert(
      fc.property(similar, similar, (left, right) => {
        expect(Math.sign(compareBytes(left, right))).toBe(Buffer.compare(left, right))
        expect(equalBytes(left, right)).toBe(compareBytes(left, right) === 0)
      }),
    )
  })

  test('two arrays share what they begin with, and not a byte more', () => {
    fc.assert(
      fc.property(similar, similar, (left, right) => {
        const shared = sharedPrefix(left, right)
        expect(left.subarray(0, shared)).toEqual(right.subarray(0, shared))
        expect(left[shared] === undefined || left[shared] !== right[shared]).toBe(true)
      }),
    )
  })

  test('random bytes have the length that was asked for and do not repeat', () => {
    expect(randomBytes(32)).toHaveLength(32)
    expect(randomBytes(32)).not.toEqual(randomBytes(32))
  })
})
