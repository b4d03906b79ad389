/**
 * `node test/lab/emulator/try.ts [PROFILE…]`: what one TCP flow and Beeline's commands reach on an emulated line. All
 * profiles if none is named.
 */

import { randomFillSync } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ensurePackages } from '#test/setup/debian-packages.ts'
import { labFolder, sweepLeftovers } from '../maker.ts'
import { transferByBeeline, type BeelineResult } from './beeline-transfer.ts'
import { Emulator, emulatorIsMissing } from './emulator.ts'
import { measureTcp } from './iperf.ts'
import type { Counters } from './line-process.ts'
import { isProfileName, PROFILE_SEED, PROFILES, type Profile, type ProfileName } from './profiles.ts'

const FILE_BYTES = 64 * 1024 * 1024
/** What TCP cubic moves in some 15 s where it does not get beyond 5 Mbit/s. */
const LOSSY_BYTES = FILE_BYTES / 8
/** A transfer below 5 Mbit/s is told by what has come until then. Milliseconds. */
const TRANSFER_LIMIT_MS = 100_000

/** What loss hardly slows down, where the kernel has it. */
const HAS_BBR = readFileSync('/proc/sys/net/ipv4/tcp_available_congestion_control', 'utf8').includes('bbr')

const asked = process.argv.slice(2)
const unknown = asked.find((name) => !isProfileName(name))
const missing = unknown === undefined ? await emulatorIsMissing() : undefined
if (unknown !== undefined || missing !== undefined) {
  const names = Object.keys(PROFILES).join(' | ')
  process.stderr.write(`${missing ?? `node test/lab/emulator/try.ts [${names}]…`}\n`)
  process.exitCode = 64
} else {
  await ensurePackages(['iperf3'])
  await sweepLeftovers()
  const names = asked.filter(isProfileName)
  const all = Object.keys(PROFILES).filter(isProfileName)
  for (const name of names.length > 0 ? names : all) await tryProfile(name)
}

async function tryProfile(name: ProfileName): Promise<void> {
  const profile: Profile = PROFILES[name]
  print(`${name}: ${profile.name}`)
  const tcpBytes = profile.line.lossShare > 0 ? LOSSY_BYTES : FILE_BYTES
  // A line of its own for each, so that all meet the same losses.
  const tcp = await onLine(profile, (emulator) => measureTcp(emulator.left, emulator.right, tcpBytes))
  print(`  TCP cubic  ${tcp.toFixed(1)} Mbit/s`)
  if (HAS_BBR) {
    const bbr = await onLine(profile, (emulator) =>
      measureTcp(emulator.left, emulator.right, tcpBytes, 'bbr'),
    )
    print(`  TCP bbr    ${bbr.toFixed(1)} Mbit/s`)
  }
  const scratch = labFolder('try')
  mkdirSync(scratch)
  try {
    const file = path.join(scratch, 'film.bin')
    writeFileSync(file, randomFillSync(Buffer.alloc(FILE_BYTES)))
    const result = await onLine(profile, (emulator) =>
      transferByBeeline(emulator, file, scratch, { limitMs: TRANSFER_LIMIT_MS }),
    )
    print(`  Beeline    ${inWords(result, tcp)}`)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function onLine<Result>(
  profile: Profile,
  work: (emulator: Emulator) => Promise<Result>,
): Promise<Result> {
  await using emulator = await Emulator.open({ ...profile.line, seed: PROFILE_SEED })
  const result = await work(emulator)
  printLine(await emulator.counters())
  return result
}

/** Late packets tell of a machine that cannot keep the line’s time, and so measures itself. */
function printLine({ toRight, toLeft }: Counters): void {
  const share = (toRight.late + toLeft.late) / (toRight.sent + toLeft.sent)
  print(
    `  line       ${count(toRight.sent)} packets, ${count(toRight.droppedByQueue)} dropped by the queue, ` +
      `${count(toRight.lost)} lost, ${(share * 100).toFixed(1)} % of both directions late`,
  )
}

function inWords(result: BeelineResult, tcpMbit: number): string {
  const mbit = (result.receivedBytes * 8) / result.seconds / 1e6
  const times = `offer ${result.offerSeconds.toFixed(1)} s, first bytes ${result.firstByteSeconds.toFixed(1)} s later`
  const end = result.isComplete
    ? `all ${result.seconds.toFixed(1)} s after the offer, verified`
    : `${(result.receivedBytes / 2 ** 20).toFixed(0)} MiB after ${result.seconds.toFixed(0)} s`
  return `${mbit.toFixed(1)} Mbit/s (${(mbit / tcpMbit).toFixed(2)} × TCP cubic); ${times}, ${end}`
}

function count(value: number): string {
  return value.toLocaleString('en')
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
