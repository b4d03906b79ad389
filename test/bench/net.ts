/**
 * `npm run bench -- net [PROFILE…]`: files to files by `beeline send` and `beeline get` over emulated lines, beside one TCP
 * flow, beside Beeline without TLS lanes, and beside a single data channel.
 */

import { mkdirSync, rmSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import {
  transferByBeeline,
  type BeelineResult,
  type BeelineTransferOptions,
} from '#test/lab/emulator/beeline-transfer.ts'
import { Emulator, emulatorIsMissing } from '#test/lab/emulator/emulator.ts'
import { measureTcp } from '#test/lab/emulator/iperf.ts'
import type { Counters } from '#test/lab/emulator/line-process.ts'
import {
  isProfileName,
  PROFILE_SEED,
  PROFILES,
  type Profile,
  type ProfileName,
} from '#test/lab/emulator/profiles.ts'
import { ensurePackages } from '#test/setup/debian-packages.ts'
import { makeFile } from './one-to-one.ts'

const MIB = 1024 * 1024
/** A film of a few hundred MB where the line carries it in seconds, less where it does not. */
const SIZES: Readonly<Record<ProfileName, number>> = {
  unshaped: 512 * MIB,
  metro: 512 * MIB,
  fiber: 256 * MIB,
  gigabit: 256 * MIB,
  lossy: 64 * MIB,
  far: 256 * MIB,
}
/** One lane would take minutes on some lines: what has come until then tells its rate. Milliseconds. */
const SINGLE_LIMIT_MS = 25_000
const TRANSFER_LIMIT_MS = 90_000
/** The same TCP flow, long enough to have left its slow start behind. Seconds on a full line. */
const TCP_SECONDS = 5
const UNSHAPED_TCP_BYTES = 1024 * MIB
const BEELINE = 'Beeline'
/** Where no TCP connection gets through, as between most homes. */
const CHANNELS = 'data channels only'
const ONE_CHANNEL = 'one data channel'
/** Below it the machine, and not the line, is what holds a TCP flow back, and figures say little of the line. */
const SOUND_SHARE = 0.85

interface NetRun {
  readonly name: string
  readonly mbit: number
  /** From the start of `get`: the program's own, the coordinator, the first lane. */
  readonly firstByteSeconds: number
  readonly firstByteAfterOfferSeconds: number
  readonly lanes: BeelineResult['lanes']
  readonly senderMib: number
  readonly receiverMib: number
  readonly cpuSecondsPerGib: number
  readonly isComplete: boolean
  /** Packets that the emulator passed on late: the machine was too busy. Share of all. */
  readonly lateShare: number
  /** Of the machine, over the last minute. */
  readonly load: number
}

export interface NetResult {
  readonly profile: string
  readonly bytes: number
  readonly tcpMbit: number
  readonly canCarryLine: boolean
  readonly ratios: Readonly<Record<string, number>>
  readonly runs: readonly NetRun[]
}

/** Throws with one sentence where there can be no emulated lines. @param names all when empty */
export async function benchNet(
  names: readonly string[],
  rounds: number,
  scratch: string,
  write: (line: string) => void,
): Promise<NetResult[]> {
  const known = Object.keys(PROFILES).filter(isProfileName)
  const asked = names.filter(isProfileName)
  if (asked.length < names.length) throw new Error(`profiles are ${known.join(', ')}`)
  const missing = await emulatorIsMissing()
  if (missing !== undefined) throw new Error(missing)
  await ensurePackages(['iperf3'])
  const results: NetResult[] = []
  for (const name of asked.length > 0 ? asked : known)
    results.push(await benchProfile(name, rounds, scratch, write))
  return results
}

async function benchProfile(
  name: ProfileName,
  rounds: number,
  scratch: string,
  write: (line: string) => void,
): Promise<NetResult> {
  const profile: Profile = PROFILES[name]
  const { rateMbit } = profile.line
  const bytes = SIZES[name]
  write(`${profile.name}, ${bytes / MIB} MiB`)
  const tcpMbit = await measureTcpOn(profile)
  // Loss is what TCP minds most, so whether the emulator carries the line is seen without it.
  const cleanMbit = profile.line.lossShare > 0 ? await measureTcpOn(withoutLoss(profile)) : tcpMbit
  const canCarryLine = cleanMbit >= rateMbit * SOUND_SHARE
  write(`  one TCP flow (cubic)   ${tcpMbit.toFixed(1).padStart(7)} Mbit/s`)
  if (cleanMbit !== tcpMbit) write(`    the same without loss ${cleanMbit.toFixed(1).padStart(6)} Mbit/s`)
  if (!canCarryLine) write('    this machine does not carry the line: ratios to it say more of the machine')
  const file = join(scratch, `${name}.bin`)
  makeFile(file, bytes)
  const runs: NetRun[] = []
  const measure = async (run: string, options: BeelineTransferOptions): Promise<void> => {
    const result = await runOnce(run, profile, file, join(scratch, 'net'), options)
    runs.push(result)
    write(inWords(result))
  }
  const [whole, channels] = [{ limitMs: TRANSFER_LIMIT_MS }, { limitMs: SINGLE_LIMIT_MS, hasTlsLanes: false }]
  for (let round = 0; round < rounds; round++) {
    await measure(BEELINE, whole)
    await measure(CHANNELS, { ...whole, hasTlsLanes: false })
  }
  await measure(ONE_CHANNEL, { ...channels, maxLanes: 1 })
  rmSync(file)
  const [many, udp] = [median(runs, BEELINE), median(runs, CHANNELS)]
  const ratios = {
    ...(rateMbit === 0 ? {} : { toLine: many / rateMbit, channelsToLine: udp / rateMbit }),
    toTcp: many / tcpMbit,
    toOneLane: many / median(runs, ONE_CHANNEL),
    channelsToOneLane: udp / median(runs, ONE_CHANNEL),
  }
  for (const [ratio, value] of Object.entries(ratios)) write(`  ${ratio.padEnd(22)} ${value.toFixed(2)}`)
  return { profile: name, bytes, tcpMbit, canCarryLine, ratios, runs }
}

/** A line of its own for each, so that all meet the same losses. */
async function measureTcpOn({ line }: Profile): Promise<number> {
  await using emulator = await Emulator.open({ ...line, seed: PROFILE_SEED })
  const bytes = line.rateMbit === 0 ? UNSHAPED_TCP_BYTES : (line.rateMbit * 1e6 * TCP_SECONDS) / 8
  return await measureTcp(emulator.left, emulator.right, line.lossShare > 0 ? bytes / 8 : bytes)
}

function withoutLoss({ name, line }: Profile): Profile {
  return { name, line: { ...line, lossShare: 0 } }
}

async function runOnce(
  name: string,
  { line }: Profile,
  file: string,
  scratch: string,
  options: BeelineTransferOptions,
): Promise<NetRun> {
  mkdirSync(scratch)
  try {
    // TLS lanes as on most computers, whatever this one prefers.
    await using emulator = await Emulator.open({ ...line, seed: PROFILE_SEED, congestionControl: 'cubic' })
    const result = await transferByBeeline(emulator, file, scratch, options)
    const { sender, receiver, offerSeconds, firstByteSeconds, receivedBytes, seconds } = result
    return {
      name,
      mbit: (receivedBytes * 8) / seconds / 1e6,
      firstByteSeconds: offerSeconds + firstByteSeconds,
      firstByteAfterOfferSeconds: firstByteSeconds,
      lanes: result.lanes,
      senderMib: sender.peakMib,
      receiverMib: receiver.peakMib,
      cpuSecondsPerGib: ((sender.cpuSeconds + receiver.cpuSeconds) * 1024 * MIB) / receivedBytes,
      isComplete: result.isComplete,
      lateShare: lateShareOf(await emulator.counters()),
      load: loadavg()[0] ?? 0,
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function lateShareOf({ toRight, toLeft }: Counters): number {
  return (toRight.late + toLeft.late) / Math.max(1, toRight.sent + toLeft.sent)
}

function median(runs: readonly NetRun[], name: string): number {
  const sorted = runs.filter((run) => run.name === name).toSorted((a, b) => a.mbit - b.mbit)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error(`no run of ${name}`)
  return middle.mbit
}

function inWords(run: NetRun): string {
  const lanes = run.lanes
    .map(({ seconds, count, hasTls }) => `${count}${hasTls ? 't' : ''}@${Math.max(0, seconds).toFixed(1)}`)
    .join(' ')
  return (
    `  ${run.name.padEnd(22)} ${run.mbit.toFixed(1).padStart(7)} Mbit/s${run.isComplete ? '' : ' (cut short)'}` +
    `  first byte ${run.firstByteSeconds.toFixed(2)} s (${run.firstByteAfterOfferSeconds.toFixed(2)} after the offer)` +
    `  peak ${run.senderMib.toFixed(0)} and ${run.receiverMib.toFixed(0)} MiB  ${run.cpuSecondsPerGib.toFixed(1)} CPU s/GiB` +
    `  late ${(run.lateShare * 100).toFixed(1)} %  load ${run.load.toFixed(1)}\n` +
    `    lanes@seconds (t: with a TLS lane) ${lanes}`
  )
}
