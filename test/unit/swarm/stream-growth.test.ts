/** When a TLS lane over a long way has shown what it can, on traces of TCP. */

import { expect, test } from 'vitest'
import { StreamGrowth } from '#shared/swarm/stream-growth.ts'

const LOOK_MS = 100
const MBIT = 125_000

/** What is said at each of the looks, a tenth of a second apart. @param rates megabits a second between them */
function verdicts(rates: readonly number[], roundTripMs = 50): string[] {
  const growth = new StreamGrowth()
  let bytes = 0
  return rates.map((rate, look) => {
    bytes += (rate * MBIT * LOOK_MS) / 1000
    return growth.look(look * LOOK_MS, bytes, roundTripMs)
  })
}

test('slow start is waited for, and a line that is full is seen', () => {
  const said = verdicts([0, 1, 2, 8, 30, 110, 300, 410, 420, 415, 420, 418, 421, 420, 419, 421])
  expect(said.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => 'growing'))
  expect(said).toContain('steady')
  expect(said).not.toContain('fallen')
})

test('one that loses packets falls from its best', () => {
  const said = verdicts([0, 1, 4, 15, 28, 29, 20, 16, 12, 10, 8, 8, 7, 7, 7, 7])
  expect(said.find((word) => word !== 'growing')).toBe('fallen')
})

test('a moment of a busy machine is neither', () => {
  const said = verdicts([0, 2, 8, 30, 110, 200, 20, 20, 300, 400, 410, 410, 410, 410, 410])
  expect(said.find((word) => word !== 'growing')).toBe('steady')
})

test('nothing is said before anything has come, nor sooner than four round trips', () => {
  expect(new Set(verdicts([0, 0, 0, 0, 0, 0, 0, 0]))).toEqual(new Set(['growing']))
  expect(new Set(verdicts([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 250))).toEqual(new Set(['growing']))
})
