/**
 * `npm run bench -- fair`: what one TCP flow keeps of its rate when a transfer begins beside it on the same full line, with as
 * many lanes as Beeline thinks right.
 */

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { transferByBeeline, type BeelineResult } from '#test/lab/emulator/beeline-transfer.ts'
import { Emulator, emulatorIsMissing } from '#test/lab/emulator/emulator.ts'
import { followTcp } from '#test/lab/emulator/iperf.ts'
import { PROFILE_SEED, PROFILES } from '#test/lab/emulator/profiles.ts'
import { ensurePackages } from '#test/setup/debian-packages.ts'
import { makeFile } from './one-to-one.ts'

const PROFILE = PROFILES.metro
/** More than the line carries while both are watched. */
const BYTES = 384 * 1024 * 1024
const ALONE_SECONDS = 12
const BESIDE_SECONDS = 40
/** TCP has left its slow start by then. */
const SETTLED_SECONDS = 4
/** Until programs have started and lanes have been added and held, after the transfer began. */
const MEETING_SECONDS = 10

export interface FairResult {
  readonly profile: string
  readonly aloneMbit: number
  readonly besideMbit: number
  readonly beelineMbit: number
  /** What the other flow keeps of its rate. */
  readonly kept: number
  /** Megabits of the other flow in each second. */
  readonly seconds: readonly number[]
  readonly lanes: BeelineResult['lanes']
}

/** Throws with one sentence where there can be no emulated lines. */
export async function benchFair(scratch: string, write: (line: string) => void): Promise<FairResult> {
  const missing = await emulatorIsMissing()
  if (missing !== undefined) throw new Error(missing)
  await ensurePackages(['iperf3'])
  const options = { ...PROFILE.line, seed: PROFILE_SEED, congestionControl: 'cubic' } as const
  const alone = await (async () => {
    await using emulator = await Emulator.open(options)
    return await followTcp(emulator.left, emulator.right, ALONE_SECONDS)
  })()
  const aloneMbit = mean(alone.slice(SETTLED_SECONDS))
  const file = join(scratch, 'film.bin')
  makeFile(file, BYTES)
  const home = join(scratch, 'fair')
  mkdirSync(home)
  try {
    await using emulator = await Emulator.open(options)
    const flow = followTcp(emulator.left, emulator.right, BESIDE_SECONDS)
    await pause(SETTLED_SECONDS * 1000)
    const limitMs = (BESIDE_SECONDS - SETTLED_SECONDS - 2) * 1000
    const [seconds, beeline] = await Promise.all([flow, transferByBeeline(emulator, file, home, { limitMs })])
    // The last seconds have no transfer beside them.
    const besideMbit = mean(seconds.slice(SETTLED_SECONDS + MEETING_SECONDS, -4))
    const result = {
      profile: PROFILE.name,
      aloneMbit,
      besideMbit,
      beelineMbit: (beeline.receivedBytes * 8) / beeline.seconds / 1e6,
      kept: besideMbit / aloneMbit,
      seconds: seconds.map(Math.round),
      lanes: beeline.lanes,
    }
    write(
      `${PROFILE.name}: TCP cubic alone ${aloneMbit.toFixed(1)} Mbit/s, beside Beeline ${besideMbit.toFixed(1)}`,
    )
    write(
      `  keeps ${result.kept.toFixed(2)} of its rate; Beeline has ${result.beelineMbit.toFixed(1)} Mbit/s`,
    )
    write(`  Mbit by second: ${result.seconds.join(' ')}`)
    write(
      `  lanes@seconds: ${beeline.lanes.map((one) => `${one.count}@${one.seconds.toFixed(1)}`).join(' ')}`,
    )
    return result
  } finally {
    rmSync(home, { recursive: true, force: true })
    rmSync(file, { force: true })
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
