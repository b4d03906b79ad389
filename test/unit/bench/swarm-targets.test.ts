import { expect, test } from 'vitest'
import type { SwarmRun } from '#test/bench/swarm.ts'
import { verdictsOn } from '#test/bench/swarm-targets.ts'

function runOf(changes: Partial<SwarmRun>): SwarmRun {
  return {
    name: 'Beeline',
    contender: 'Beeline',
    line: 'engine',
    receiverCount: 4,
    bytes: 100,
    uplinkBytesPerSecond: 10,
    firstSeconds: 10,
    lastSeconds: 11,
    ratio: 1.1,
    seederShare: 1.1,
    duplicates: 0,
    peakMib: null,
    ...changes,
  }
}

test.each([
  ['late', { ratio: 1.26 }, ['last finisher']],
  ['whose seeder sends too much', { seederShare: 1.31 }, ['sent by the seeder']],
  ['that fetches twice', { duplicates: 0.011 }, ['duplicates']],
  ['just good enough', { ratio: 1.25, seederShare: 1.3, duplicates: 0.01 }, []],
  ['of a hundred, late', { receiverCount: 100, ratio: 1.36, seederShare: 2 }, ['last finisher']],
])('a run %s', (_what, changes, missed) => {
  const what = verdictsOn([runOf(changes)]).filter(({ isMet }) => !isMet)
  expect(what.map((one) => missed.find((words) => one.what.includes(words)))).toEqual(missed)
})

test('another that is faster behind the same line is a target missed; behind another line it says nothing', () => {
  const other = runOf({ name: 'other', contender: 'other', ratio: 1.05 })
  const missed = verdictsOn([runOf({}), other]).filter(({ isMet }) => !isMet)
  expect(missed.map(({ what }) => what)).toEqual(['Beeline, 1 to 4: over other'])
  expect(verdictsOn([runOf({}), { ...other, line: 'shaped' }]).every(({ isMet }) => isMet)).toBe(true)
})
