/** base64url: the same as Node's, and one text for each byte string. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBase64Url, toBase64Url } from '#shared/encoding/base64url.ts'

test('any bytes come back, and the text is the one that Node prints', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = toBase64Url(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64url'))
      expect(fromBase64Url(text)).toEqual(bytes)
    }),
  )
})

test('a text that is read is the only one for its bytes', () => {
  const letters = fc.constantFrom('A', 'Q', 'g', 'w', 'Z', 'z', '0', '9', '-', '_')
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 12 }), (text) => {
      const bytes = fromBase64Url(text)
      fc.pre(bytes !== undefined)
      expect(toBase64Url(bytes)).toBe(text)
    }),
  )
})

test.each([
  ['', ''],
  ['f', 'Zg'],
  ['fo', 'Zm8'],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg'],
  ['fooba', 'Zm9vYmE'],
  ['foobar', 'Zm9vYmFy'],
])('the example “%s” of RFC 4648 is printed as “%s”', (plain, text) => {
  expect(toBase64Url(Buffer.from(plain))).toBe(text)
  expect(fromBase64Url(text)).toEqual(new Uint8Array(Buffer.from(plain)))
})

test.each([
  ['a single letter', 'A'],
  ['one letter too many', 'AAAAA'],
  ['padding', 'Zg=='],
  ['padding in the middle', 'Zg==Zg'],
  ['only padding', '===='],
  ['plus', 'AA+A'],
  ['slash', 'AA/A'],
  ['a space', 'AA A'],
  ['a space at the end', 'AAA '],
  ['a line break at the end', 'AAA\n'],
  ['stray low bits after one byte', 'Zh'],
  ['stray low bits after two bytes', 'Zm9'],
  ['a NUL', 'AA\0A'],
  ['a letter beyond ASCII', 'AAÄA'],
  ['a letter whose low byte is in the alphabet', `AA${String.fromCharCode(0x141)}A`],
  ['half a surrogate pair', 'AA\ud800A'],
])('%s is refused', (_what, text) => {
  expect(fromBase64Url(text)).toBeUndefined()
})
