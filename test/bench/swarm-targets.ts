/** What the swarm must reach, and whether a run did. Pure. */

import type { SwarmRun } from './swarm.ts'

/** Last finisher over the bound, one seeder and four receivers with equal uplinks. */
const MAX_RATIO = 1.25
/** The same with a hundred receivers, simulated. */
const MAX_RATIO_OF_HUNDRED = 1.35
/** Sent by the seeder, in multiples of the share. */
const MAX_SEEDER_SHARE = 1.3
/** Bytes that came though they were there, in parts of what all needed. */
const MAX_DUPLICATES = 0.01

export interface Verdict {
  readonly what: string
  readonly value: number
  readonly limit: number
  readonly isMet: boolean
}

/** Those targets of which the runs tell something. */
export function verdictsOn(runs: readonly SwarmRun[]): Verdict[] {
  const verdicts: Verdict[] = []
  const judge = (what: string, value: number | null, limit: number): void => {
    if (value !== null) verdicts.push({ what, value, limit, isMet: value <= limit })
  }
  for (const run of runs) {
    const { name, receiverCount, ratio, seederShare, duplicates } = run
    const isOurs = run.contender === 'Beeline'
    const what = `${name}, 1 to ${receiverCount}`
    if (isOurs && receiverCount === 4) {
      judge(`${what}: last finisher over the bound`, ratio, MAX_RATIO)
      judge(`${what}: sent by the seeder`, seederShare, MAX_SEEDER_SHARE)
      judge(`${what}: duplicates`, duplicates, MAX_DUPLICATES)
    }
    if (isOurs && receiverCount === 100)
      judge(`${what}: last finisher over the bound`, ratio, MAX_RATIO_OF_HUNDRED)
    if (isOurs) continue
    const ours = runs.find(
      (one) =>
        one.contender === 'Beeline' && one.line === run.line && one.receiverCount === run.receiverCount,
    )
    if (ours !== undefined)
      judge(`${ours.name}, 1 to ${receiverCount}: over ${run.contender}`, ours.ratio / ratio, 1)
  }
  return verdicts
}
