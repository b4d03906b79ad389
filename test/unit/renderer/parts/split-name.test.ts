import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitName } from '#renderer/parts/split-name.ts'

test.each([
  ['short.txt', 'short.txt', ''],
  ['thesis-final-FINAL-v7.pdf', 'thesis-final-FINA', 'L-v7.pdf'],
  ['a folder without an extension', 'a folder without an extension', ''],
  ['stems, takes (48 kHz, 24 bit).zip', 'stems, takes (48 kHz, 24 ', 'bit).zip'],
  ['.a-hidden-file-with-a-long-name', '.a-hidden-file-with-a-long-name', ''],
  ['Ends with a sentence. And then more words', 'Ends with a sentence. And then more words', ''],
  ['ends-in-nothing-at-all.', 'ends-in-nothing-at-all.', ''],
])('%s is cut into “%s” and “%s”', (name, start, end) => {
  expect(splitName(name)).toEqual({ start, end })
})

test('letters of several code points stay whole', () => {
  const family = '👩‍👩‍👧‍👦'
  expect(splitName(`${family.repeat(6)}.jpeg`).end).toBe(`${family.repeat(4)}.jpeg`)
})

test('both parts together are the name, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (name) => {
      const { start, end } = splitName(name)
      expect(start + end).toBe(name)
    }),
  )
})
