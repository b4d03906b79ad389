/** `npm run bench [-- quick | memory | ui | click | swarm [quick] [PART…] | topic | relay | net [quick] [PROFILE…] | fair | peers [quick] [PROFILE…]]`: measures side by side in one run, prints ratios, appends to a results file. */

import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  makeFile,
  makeSmallFiles,
  measureChannel,
  measureEngine,
  measureTcp,
  type Measured,
} from './one-to-one.ts'
import { measureClicks } from './click.ts'
import { benchFair } from './fair.ts'
import { benchNet } from './net.ts'
import { drawPeers } from './peers/chart.ts'
import { benchPeers } from './peers/peers.ts'
import { benchSwarm, SWARM_PARTS } from './swarm-rounds.ts'
import { measureRelays } from './relay.ts'
import { measureTopic, type TopicRun } from './topic.ts'
import { measureUi, type Lively } from './ui.ts'

const MIB = 1024 * 1024
/** Without TLS lanes. */
const CHANNELS_ONLY = 'Beeline, data channels only'
const RESULTS = new URL('./results.jsonl', import.meta.url)

const scratch = mkdtempSync(join(tmpdir(), 'beeline-bench-data-'))
try {
  switch (process.argv[2] ?? 'one') {
    case 'one':
      await one(512 * MIB, 3)
      break
    case 'quick':
      await one(128 * MIB, 1)
      break
    case 'memory':
      await memory(4096 * MIB)
      break
    case 'ui':
      await ui(512 * MIB, 3)
      break
    case 'click':
      await click(1024 * MIB)
      break
    case 'relay':
      await relay(128 * MIB, 3)
      break
    case 'swarm':
      await swarm(process.argv.slice(3))
      break
    case 'topic':
      await topic(32 * MIB)
      break
    case 'net':
      keep({ kind: 'net', results: await net(process.argv.slice(3)) })
      break
    case 'peers':
      await peers(process.argv.slice(3))
      break
    case 'fair':
      keep({ kind: 'fair', runs: [await benchFair(scratch, write)] })
      break
    default:
      refuse()
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

/**
 * Each contender runs once unmeasured, then its rounds follow at once. A virtual machine gives memory that lies idle for
 * seconds back to its host, and getting it again costs seconds of processor time per GiB: whoever came after a pause, or
 * after somebody who needs little, would pay for that.
 */
async function one(bytes: number, rounds: number): Promise<void> {
  const file = join(scratch, 'one file.bin')
  makeFile(file, bytes)
  const count = 20_000
  const small = join(scratch, 'small files')
  makeSmallFiles(small, count, 4096)
  const same = join(scratch, 'same size.bin')
  const sameBytes = count * 4096
  makeFile(same, sameBytes)
  const all: Measured[] = []
  for (const measure of [
    () => measureTcp(bytes),
    () => measureChannel(bytes),
    () => measureEngine({ name: 'Beeline, one file', source: file, bytes, isKept: false }, scratch),
    () =>
      measureEngine(
        { name: CHANNELS_ONLY, source: file, bytes, isKept: false, network: { tlsLanes: false } },
        scratch,
      ),
    () =>
      measureEngine(
        { name: 'Beeline, 20,000 files of 4 KiB', source: small, bytes: sameBytes, isKept: true },
        scratch,
      ),
    () =>
      measureEngine(
        { name: 'Beeline, one file of that size', source: same, bytes: sameBytes, isKept: false },
        scratch,
      ),
  ]) {
    await measure()
    for (let round = 0; round < rounds; round++) {
      const result = await measure()
      all.push(result)
      print(result)
    }
  }
  const median = (name: string): Measured => {
    const runs = all.filter((run) => run.name === name).toSorted((a, b) => a.mibPerSecond - b.mibPerSecond)
    const middle = runs[Math.floor(runs.length / 2)]
    if (middle === undefined) throw new Error(`no run of ${name}`)
    return middle
  }
  const ratio = (left: string, right: string): number =>
    median(left).mibPerSecond / median(right).mibPerSecond
  const ratios = {
    channelsOnlyToBareChannel: ratio(CHANNELS_ONLY, 'bare data channel'),
    toChannelsOnly: ratio('Beeline, one file', CHANNELS_ONLY),
    toTcp: ratio('Beeline, one file', 'TCP pipe'),
    smallFilesToOneFile: ratio('Beeline, 20,000 files of 4 KiB', 'Beeline, one file of that size'),
  }
  write('\nMedians as ratios, same run:')
  for (const [name, value] of Object.entries(ratios)) write(`  ${name.padEnd(24)} ${value.toFixed(2)}`)
  keep({ kind: 'one', bytes, rounds, ratios, runs: all })
}

/** Words: `quick`, and the parts to run; all of them if none is named. */
async function swarm(words: readonly string[]): Promise<void> {
  const parts = SWARM_PARTS.filter((part) => words.includes(part))
  if (words.some((word) => word !== 'quick' && !parts.some((part) => part === word))) {
    refuse()
    return
  }
  const isQuick = words.includes('quick')
  keep(await benchSwarm({ parts: parts.length > 0 ? parts : SWARM_PARTS, isQuick, scratch, write }))
}

/** A small one again at the end: what differs between those two is the machine. */
async function topic(bytes: number): Promise<void> {
  const source = join(scratch, 'for a crowd.bin')
  makeFile(source, bytes)
  const runs: TopicRun[] = []
  for (const members of [20, 200, 20]) {
    const run = await measureTopic(source, members, scratch)
    runs.push(run)
    const { connections, cpuSeconds, idleCpuSeconds, peakMib, residentMib, changes } = run
    write(
      `topic of ${String(members).padStart(3)} (${changes} came and went)   ${connections} connections   receiving ` +
        `${cpuSeconds.toFixed(1)} s CPU   idle ${idleCpuSeconds.toFixed(2)} s CPU   ${peakMib.toFixed(0)} MiB at most, ` +
        `${residentMib.toFixed(0)} MiB then`,
    )
  }
  const [small, large] = runs
  if (small === undefined || large === undefined) throw new Error('no runs')
  const ratios = {
    cpu: large.cpuSeconds / small.cpuSeconds,
    idleCpu: large.idleCpuSeconds / small.idleCpuSeconds,
    peak: large.peakMib / small.peakMib,
  }
  write('\nThe large topic over the small one:')
  for (const [name, value] of Object.entries(ratios)) write(`  ${name.padEnd(8)} ${value.toFixed(2)}`)
  keep({ kind: 'topic', bytes, ratios, runs })
}

function refuse(): void {
  process.stderr.write(
    `npm run bench [-- one | quick | memory | ui | click | swarm [quick] [${SWARM_PARTS.join(' | ')}]… | topic | relay | net [quick] [PROFILE…] | fair | peers [quick] [PROFILE…]]\n`,
  )
  process.exitCode = 64
}

async function memory(bytes: number): Promise<void> {
  const file = join(scratch, 'large.bin')
  makeFile(file, bytes)
  const result = await measureEngine(
    { name: 'Beeline, one file of 4 GiB', source: file, bytes, isKept: false },
    scratch,
  )
  print(result)
  keep({ kind: 'memory', bytes, runs: [result] })
}

async function click(bytes: number): Promise<void> {
  makeFile(join(scratch, 'film.bin'), bytes)
  const result = await measureClicks(scratch, 'film.bin', bytes, scratch)
  const { clicks, p50Ms, p99Ms, maxMs, mibPerSecond } = result
  write(
    `${clicks} clicks beside ${mibPerSecond.toFixed(0)} MiB/s: answered in ${p50Ms.toFixed(0)} ms (median), ` +
      `${p99Ms.toFixed(0)} ms (p99), ${maxMs.toFixed(0)} ms at most`,
  )
  keep({ kind: 'click', bytes, runs: [result] })
}

async function relay(bytes: number, rounds: number): Promise<void> {
  const file = join(scratch, 'relayed.bin')
  makeFile(file, bytes)
  const { ratios, runs } = await measureRelays(file, bytes, rounds, scratch, print)
  write('\nMedians as ratios to UDP, same run:')
  for (const [name, value] of Object.entries(ratios)) write(`  ${name.padEnd(32)} ${value.toFixed(2)}`)
  keep({ kind: 'relay', bytes, rounds, ratios, runs })
}

/** `quick`: one round of each instead of three. */
function net(words: readonly string[]): ReturnType<typeof benchNet> {
  const profiles = words.filter((word) => word !== 'quick')
  return benchNet(profiles, profiles.length < words.length ? 1 : 3, scratch, write)
}

/** `quick`: one round of each instead of three. The chart shows the newest result of each course. */
async function peers(words: readonly string[]): Promise<void> {
  const courses = words.filter((word) => word !== 'quick')
  const rounds = courses.length < words.length ? 1 : 3
  keep({ kind: 'peers', rounds, results: await benchPeers(courses, rounds, scratch, write) })
  drawPeers(RESULTS)
}

async function ui(bytes: number, rounds: number): Promise<void> {
  const file = join(scratch, 'one file.bin')
  makeFile(file, bytes)
  const runs: Lively[] = []
  await measureUi(file, bytes, scratch)
  for (let round = 0; round < rounds; round++) {
    const run = await measureUi(file, bytes, scratch)
    runs.push(run)
    for (const side of ['sender', 'receiver'] as const) {
      const { loopDelayP99Ms, loopDelayMaxMs, callP99Ms, calls } = run[side]
      write(
        `${side.padEnd(9)} ${run.mibPerSecond.toFixed(0).padStart(4)} MiB/s   main loop held up p99 ${loopDelayP99Ms.toFixed(1)} ms, ` +
          `at most ${loopDelayMaxMs.toFixed(0)} ms   a call p99 ${callP99Ms.toFixed(1)} ms of ${calls}`,
      )
    }
  }
  keep({ kind: 'ui', bytes, rounds, runs })
}

function print(run: Measured): void {
  const side = ({ cpuSeconds, peakMib }: Measured['sender']): string =>
    `${cpuSeconds.toFixed(1).padStart(5)} s CPU ${peakMib.toFixed(0).padStart(4)} MiB`
  const first = run.firstByteSeconds === undefined ? '' : `  first byte ${run.firstByteSeconds.toFixed(2)} s`
  const delay = run.loopDelayP99Ms === undefined ? '' : `  loop p99 ${run.loopDelayP99Ms.toFixed(0)} ms`
  write(
    `${run.name.padEnd(32)} ${run.mibPerSecond.toFixed(0).padStart(5)} MiB/s   ` +
      `sender ${side(run.sender)}   receiver ${side(run.receiver)}   ` +
      `${run.cpuSecondsPerGib.toFixed(1).padStart(5)} s CPU/GiB${first}${delay}`,
  )
}

function keep(result: object): void {
  const machine = { cores: availableParallelism(), node: process.version, platform: process.platform }
  appendFileSync(RESULTS, `${JSON.stringify({ at: new Date().toISOString(), machine, ...result })}\n`)
}

function write(text: string): void {
  process.stdout.write(`${text}\n`)
}
