import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  RATE_UNITS,
  toBytesPerSecond,
  toUnit,
  type RateUnit,
} from '#renderer/screens/settings/limit-units.ts'

const units = fc.constantFrom(...(Object.keys(RATE_UNITS) as RateUnit[]))

test('an empty field is no limit, and back', () => {
  expect(toBytesPerSecond(Number.NaN, 'MB/s')).toBeNull()
  expect(toUnit(null, 'MB/s')).toBeNaN()
})

test.each([
  [0, 'kB/s' as const],
  [-1, 'MB/s' as const],
  [0.0001, 'kB/s' as const],
  [1e300, 'MB/s' as const],
])('%d %s is refused: it would be a standstill or no number', (typed, unit) => {
  expect(toBytesPerSecond(typed, unit)).toBeUndefined()
})

test('what is saved reads as what was typed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), units, (typed, unit) => {
      expect(toUnit(toBytesPerSecond(typed, unit) ?? Number.NaN, unit)).toBeCloseTo(typed, 9)
    }),
  )
})
