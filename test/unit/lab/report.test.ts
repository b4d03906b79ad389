/** The lab's tables say how often, and what is not as it should be. */

import { expect, test } from 'vitest'
import type { Pair, PairResult } from '#test/lab/pair.ts'
import { grid, hasAllArrived, isAsExpected, median, pairRow, summary, type Tried } from '#test/lab/report.ts'

const CONES: Pair = { from: 'port-restricted', to: 'full-cone', relays: ['udp', 'tcp'] }
const RANDOM: Pair = { from: 'symmetric-random', to: 'symmetric-random', relays: ['udp'] }

function result(settled: string | null, more: Partial<PairResult> = {}): PairResult {
  return {
    expected: 'direct',
    first: settled,
    settled,
    candidates: 'srflx–srflx',
    reason: 'hole-punched',
    history: '',
    openMs: 1000,
    firstByteMs: 1200,
    directMs: settled === 'direct' ? 1000 : null,
    isVerified: settled !== null,
    failure: settled === null ? 'peer.unreachable' : '',
    ...more,
  }
}

function tries(pair: Pair, ...settled: readonly (string | null)[]): Tried {
  return { pair, results: settled.map((route) => result(route)) }
}

test.each<[Tried, boolean]>([
  [tries(CONES, ...Array<string>(9).fill('direct'), 'relayed'), true],
  [tries(CONES, ...Array<string>(8).fill('direct'), 'relayed', 'relayed'), false],
  [tries(CONES, 'lan'), true],
  [tries(RANDOM, 'relayed', 'direct'), true],
  [tries(RANDOM, 'relayed', null), false],
])('as expected, case %#', (tried, isIt) => {
  expect(isAsExpected(tried)).toBe(isIt)
})

test('a row counts outcomes that differ and has medians', () => {
  const row = pairRow({
    pair: CONES,
    results: [result('direct', { openMs: 800 }), result('direct'), result('relayed', { openMs: 3000 })],
  })
  expect(row).toContain('| 2 direct, 1 relayed |')
  expect(row).toContain('| srflx–srflx | 1.0 | 1.2 | 1.0 | yes |')
})

test('the grid marks what is not as it should be', () => {
  const lines = grid([tries(CONES, 'relayed'), tries(RANDOM, 'relayed')]).split('\n')
  expect(lines).toContain('| port-restricted |  | relayed * |  |')
  expect(lines).toContain('| symmetric-random |  |  | relayed |')
})

test('the summary names pairs that did not arrive and pairs that took another route', () => {
  const tried = [tries(CONES, 'relayed', 'direct'), tries(RANDOM, null)]
  expect(hasAllArrived(tried)).toBe(false)
  expect(summary(tried)).toContain('2 pairs, 3 tries: 2 arrived')
  expect(summary(tried)).toContain('Not connected: symmetric-random → symmetric-random')
  expect(summary(tried)).toContain('port-restricted → full-cone (1 relayed, 1 direct, not direct)')
})

test('the median is of those that are there', () => {
  expect(median([3, null, 1, 2])).toBe(2)
  expect(median([4, 1])).toBe(2.5)
  expect(median([null])).toBeNaN()
})
