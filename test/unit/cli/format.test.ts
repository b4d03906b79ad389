import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatBytes, formatCount, formatDuration, formatPercent, formatRate } from '#cli/format.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [9994, '9.99 kB'],
  [9996, '10.0 kB'],
  [999_499, '999 kB'],
  [999_500, '1.00 MB'],
  [54_234_000, '54.2 MB'],
  [1_200_000_000, '1.20 GB'],
  [17_592_186_044_416, '17.6 TB'],
])('%d bytes read %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

test('every size has three significant digits at most, and the right magnitude', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (bytes) => {
      const [number = '', unit = ''] = formatBytes(bytes).split(' ')
      const factor = 1000 ** ['B', 'kB', 'MB', 'GB', 'TB', 'PB'].indexOf(unit)
      expect(number.replace('.', '').length).toBeLessThanOrEqual(unit === 'PB' ? 4 : 3)
      expect(Math.abs(Number(number) * factor - bytes)).toBeLessThanOrEqual(bytes * 0.0051)
    }),
  )
})

test('a rate is a size per second', () => expect(formatRate(54_234_000.4)).toBe('54.2 MB/s'))

test.each([
  [200, 'less than 1 s'],
  [12_400, '12 s'],
  [59_900, '1 min'],
  [80_000, '1 min 20 s'],
  [7_500_000, '2 h 5 min'],
  [273_600_000, '3 d 4 h'],
])('%d ms read %s', (durationMs, text) => expect(formatDuration(durationMs)).toBe(text))

describe('a percentage', () => {
  test('is 100 only when nothing is missing', () => expect(formatPercent(0.99999)).toBe('99 %'))
  test('stays within its bounds', () =>
    expect([formatPercent(-1), formatPercent(2)]).toEqual(['0 %', '100 %']))
})

test('counts are grouped and agree with their noun', () => {
  expect([formatCount(1, 'file'), formatCount(1234, 'file')]).toEqual(['1 file', '1,234 files'])
})
