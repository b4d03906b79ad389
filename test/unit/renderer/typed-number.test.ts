import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseNumber, printNumber } from '#renderer/parts/typed-number.ts'

test.each([
  ['', Number.NaN],
  ['  ', Number.NaN],
  ['12', 12],
  ['2.5', 2.5],
  ['2,5', 2.5],
  ['.5', 0.5],
])('%j is %d', (typed, value) => {
  expect(parseNumber(typed)).toBe(value)
})

test.each(['-1', '1e9', '1.2.3', 'ten', '0x10', '1 000', '12 MB', '9'.repeat(400)])(
  '%s is no number',
  (typed) => {
    expect(parseNumber(typed)).toBeUndefined()
  },
)

test('what is printed is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (thousandths) => {
      expect(parseNumber(printNumber(thousandths / 1000))).toBe(thousandths / 1000)
    }),
  )
})
