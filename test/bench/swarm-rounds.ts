/** The rounds of `npm run bench -- swarm`: simulated, then real processes, then others on the same work. */

import { join } from 'node:path'
import { makeFile } from './one-to-one.ts'
import { loopbackGround, shapedGround, shapingIsMissing, type Ground } from './swarm-ground.ts'
import { contenders, type Contender } from './swarm-others.ts'
import { boundSeconds, measureSwarm, simulateSwarm, type SwarmRun, type SwarmWork } from './swarm.ts'
import { verdictsOn } from './swarm-targets.ts'

const MIB = 1024 * 1024
/** A good line at home. Fast enough that a run takes seconds, slow enough that the line and not the machine decides. */
const UPLINK_BYTES_PER_SECOND = 2 * MIB

/** Each can be had alone: together they take a quarter of an hour. */
export const SWARM_PARTS = ['simulated', '4', '8', 'shaped-4', 'shaped-8'] as const
type SwarmPart = (typeof SWARM_PARTS)[number]

export interface SwarmBench {
  readonly parts: readonly SwarmPart[]
  /** Half the bytes, without the simulation of a hundred and without others. */
  readonly isQuick: boolean
  readonly scratch: string
  readonly write: (text: string) => void
}

export async function benchSwarm({ parts, isQuick, scratch, write }: SwarmBench): Promise<object> {
  const runs: SwarmRun[] = []
  const note = (run: SwarmRun): void => {
    runs.push(run)
    write(describe(run))
  }
  if (parts.includes('simulated')) {
    for (const isLimitedByEngine of [false, true]) {
      for (const count of isQuick ? [4, 8] : [4, 8, 100])
        note(await simulateSwarm(count, count > 50 ? 128 : 64, isLimitedByEngine))
    }
  }
  const bytes = (isQuick ? 16 : 32) * MIB
  const source = join(scratch, 'for many.bin')
  makeFile(source, bytes)
  const others = isQuick || parts.every((part) => part === 'simulated') ? [] : await contenders(scratch)
  const unshaped = parts.some((part) => part.startsWith('shaped')) ? await shapingIsMissing() : undefined
  for (const part of parts) {
    if (part === 'simulated') continue
    const receiverCount = part.endsWith('4') ? 4 : 8
    const isShaped = part.startsWith('shaped')
    if (isShaped && unshaped !== undefined) {
      write(`${part}: left out, ${unshaped}`)
      continue
    }
    await using ground = isShaped
      ? await shapedGround(receiverCount, UPLINK_BYTES_PER_SECOND)
      : loopbackGround(receiverCount)
    await compare({ source, bytes, receiverCount, ground }, others, scratch, { note, write })
  }
  const verdicts = verdictsOn(runs)
  write('')
  for (const { what, value, limit, isMet } of verdicts) {
    write(`${isMet ? 'met   ' : 'MISSED'}  ${what}: ${value.toFixed(3)}, at most ${limit}`)
  }
  return { kind: 'swarm', runs, verdicts }
}

async function compare(
  what: { source: string; bytes: number; receiverCount: number; ground: Ground },
  others: readonly Contender[],
  scratch: string,
  { note, write }: { note: (run: SwarmRun) => void; write: (text: string) => void },
): Promise<void> {
  const work: SwarmWork = { ...what, uplinkBytesPerSecond: UPLINK_BYTES_PER_SECOND }
  const { receiverCount, bytes } = work
  const line = what.ground.isShaped ? 'by the line' : 'by the programs'
  write(
    `\n1 to ${receiverCount}, ${bytes / MIB} MiB, limited ${line}: at the earliest ${boundSeconds(work).toFixed(1)} s`,
  )
  note(await measureSwarm(work, scratch))
  for (const { name, measure } of others) {
    if (measure === undefined) write(`${name}: left out, it cannot be had here`)
    else {
      try {
        note(await measure(work))
      } catch (error) {
        write(`${name}: failed, ${String(error)}`)
      }
    }
  }
}

function describe(run: SwarmRun): string {
  const { name, receiverCount, lastSeconds, ratio, seederShare, duplicates, peakMib } = run
  const seeder = seederShare === null ? '' : `   seeder sent ${seederShare.toFixed(2)} of it`
  const twice = duplicates === null ? '' : `   twice ${(duplicates * 100).toFixed(2)} %`
  const peak = peakMib === null ? '' : `   ${peakMib.toFixed(0)} MiB at most`
  return (
    `${name.padEnd(32)} 1 to ${String(receiverCount).padEnd(4)} last after ${lastSeconds.toFixed(1).padStart(6)} s, ` +
    `${ratio.toFixed(2)} of the bound${seeder}${twice}${peak}`
  )
}
