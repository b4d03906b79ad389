import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFormat } from '#renderer/text/format.ts'

const english = createFormat('en-US')
const korean = createFormat('ko-KR')

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [12_345, '12.3 kB'],
  [999_499, '999 kB'],
  [999_500, '1.00 MB'],
  [123_456_789, '123 MB'],
  [18.4e9, '18.4 GB'],
])('%i bytes are %s', (bytes, words) => {
  expect(english.bytes(bytes)).toBe(words)
})

test('a size never takes more than three digits, whatever it is', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 9e17, noNaN: true }), (bytes) => {
      expect(english.bytes(bytes).replace(/\D/g, '').length).toBeLessThanOrEqual(3)
    }),
  )
})

test.each([
  [0, '0 sec'],
  [400, '1 sec'],
  [59_000, '59 sec'],
  [200_000, '3 min 20 sec'],
  [1_800_000, '30 min'],
  [7_500_000, '2 hr 5 min'],
  [200_000_000, '3 days'],
])('%i ms are %s', (ms, words) => {
  expect(english.duration(ms)).toBe(words)
})

test('not quite everything is not 100 %', () => {
  expect(english.percent(0.9999)).toBe('99%')
  expect(english.percent(1)).toBe('100%')
})

test('Korean has its own', () => {
  expect(korean.duration(200_000)).toBe('3분 20초')
  expect(korean.count(1284)).toBe('1,284')
})
