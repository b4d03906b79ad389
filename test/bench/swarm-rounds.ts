/** The rounds of `npm run bench -- swarm`: simulated, then real processes, then others on the same work. */

import { join } from 'node:path'
import { makeFile } from './one-to-one.ts'
import { contenders } from './swarm-others.ts'
import { boundSeconds, measureSwarm, simulateSwarm, type SwarmRun, type SwarmWork } from './swarm.ts'

const MIB = 1024 * 1024
/** A good line at home. Fast enough that a run takes seconds, slow enough that the line and not the machine decides. */
const UPLINK_BYTES_PER_SECOND = 2 * MIB

/** @param isQuick without the simulation of a hundred and without others */
export async function benchSwarm(
  scratch: string,
  isQuick: boolean,
  write: (text: string) => void,
): Promise<object> {
  const runs: SwarmRun[] = []
  const note = (run: SwarmRun): void => {
    runs.push(run)
    write(describe(run))
  }
  for (const isLimitedByEngine of [false, true]) {
    for (const count of isQuick ? [4, 8] : [4, 8, 100])
      note(await simulateSwarm(count, count > 50 ? 128 : 64, isLimitedByEngine))
  }
  const bytes = (isQuick ? 16 : 32) * MIB
  const source = join(scratch, 'for many.bin')
  makeFile(source, bytes)
  const others = isQuick ? [] : await contenders(scratch)
  for (const receiverCount of [4, 8]) {
    const work: SwarmWork = { source, bytes, receiverCount, uplinkBytesPerSecond: UPLINK_BYTES_PER_SECOND }
    write(`\n1 to ${receiverCount}, ${bytes / MIB} MiB: at the earliest ${boundSeconds(work).toFixed(1)} s`)
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
  return { kind: 'swarm', runs }
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
