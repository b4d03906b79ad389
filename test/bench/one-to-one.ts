/** `npm run bench`: one sender, one receiver, beside a bare data channel and a TCP pipe that move the same bytes. */

import { randomFillSync } from 'node:crypto'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { startCoordinator } from '#coordinator/server.ts'
import { MemorySummaryStore } from '#coordinator/memory-summary-store.ts'
import { compareTrees } from '#cli/demo/compare-trees.ts'
import type { BenchNetwork } from './bench-network.ts'
import { Child } from './child.ts'
import type { ProcessUsage } from '#test/lab/emulator/process-usage.ts'

/** Reading 4 GiB twice, with room. Milliseconds. */
const COMPARE_LIMIT_MS = 300_000

export interface Measured {
  readonly name: string
  readonly bytes: number
  readonly seconds: number
  readonly mibPerSecond: number
  /** Processor time of both sides, their start included. */
  readonly cpuSecondsPerGib: number
  readonly sender: ProcessUsage
  readonly receiver: ProcessUsage
  readonly firstByteSeconds?: number
  readonly loopDelayP99Ms?: number
}

interface Timed extends ProcessUsage {
  readonly seconds: number
}

interface Described {
  readonly sdp: string
  readonly type: string
}

function withOffererFirst({ sdp, type }: Described): Described {
  return { sdp: sdp.replace('a=setup:actpass', 'a=setup:active'), type }
}

interface Got extends Timed {
  readonly firstByteSeconds: number
  readonly loopDelayP99Ms: number
}

export async function measureTcp(bytes: number): Promise<Measured> {
  await using receiver = new Child('./tcp-peer.ts', 'receive', String(bytes))
  const { port } = await receiver.line<{ port: number }>()
  await using sender = new Child('./tcp-peer.ts', 'send', String(bytes), String(port))
  const timed = await receiver.line<Timed>()
  return measured('TCP pipe', bytes, timed, await sender.line<ProcessUsage>())
}

export async function measureChannel(bytes: number): Promise<Measured> {
  await using sender = new Child('./channel-peer.ts', 'offer', String(bytes))
  await using receiver = new Child('./channel-peer.ts', 'answer', String(bytes))
  // In the order that the library can bear (see offerer-hold.ts in the engine): the offerer's candidates after the
  // answer. The answerer's are not needed: its checks tell the offerer where it is.
  receiver.say(withOffererFirst(await sender.line<Described>()))
  sender.say(await receiver.line<Described>())
  const skipCandidates = async (from: Child, to?: Child): Promise<unknown> => {
    for (;;) {
      const line = await from.line<Record<string, unknown>>()
      if (!('candidate' in line)) return line
      to?.say(line)
    }
  }
  const sent = skipCandidates(sender, receiver)
  const timed = (await skipCandidates(receiver)) as Timed
  sender.say({ end: true })
  receiver.say({ end: true })
  return measured('bare data channel', bytes, timed, (await sent) as ProcessUsage)
}

export interface Work {
  readonly name: string
  /** A file or a folder. */
  readonly source: string
  readonly bytes: number
  /**
   * What arrives stays until the end of the bench. Many files must: ext4 looks for inodes that were not deleted just
   * now, which made each new file of the next round ten times as dear. A large one must not: its page cache would be
   * fresh memory each time, which a virtual machine has to fetch from its host.
   */
  readonly isKept: boolean
  /** The way between the two; directly on loopback if left out. */
  readonly network?: BenchNetwork
}

/** Files to files, verified, and compared byte for byte afterwards. */
export async function measureEngine(
  { name, source, bytes, isKept, network = {} }: Work,
  scratch: string,
): Promise<Measured> {
  const home = mkdtempSync(join(scratch, 'run-'))
  await using coordinator = await startCoordinator({
    host: '127.0.0.1',
    port: 0,
    store: new MemorySummaryStore(),
  })
  try {
    const where = `127.0.0.1:${coordinator.port}`
    const into = join(home, 'out')
    const settings = JSON.stringify(network)
    let timed: Got
    let sent: ProcessUsage
    {
      await using sender = new Child('./engine-peer.ts', 'send', join(home, 'a'), where, source, settings)
      const { link } = await sender.line<{ link: string }>()
      await using receiver = new Child('./engine-peer.ts', 'get', join(home, 'b'), link, into, settings)
      timed = await receiver.line<Got>()
      sender.end()
      sent = await sender.line<ProcessUsage>()
    }
    const copy = join(into, basename(source))
    const { differences } = await compareTrees(source, copy, AbortSignal.timeout(COMPARE_LIMIT_MS))
    if (differences.length > 0) throw new Error(differences.join('\n'))
    const { firstByteSeconds, loopDelayP99Ms } = timed
    return { ...measured(name, bytes, timed, sent), firstByteSeconds, loopDelayP99Ms }
  } finally {
    if (!isKept) rmSync(home, { recursive: true, force: true })
  }
}

/** Random bytes, so that nothing along the way can shorten them. */
export function makeFile(path: string, bytes: number): void {
  const file = openSync(path, 'w')
  const chunk = Buffer.alloc(Math.min(bytes, 4 * 1024 * 1024))
  for (let left = bytes; left > 0; left -= chunk.length) {
    randomFillSync(chunk)
    writeSync(file, chunk, 0, Math.min(left, chunk.length))
  }
  closeSync(file)
}

export function makeSmallFiles(folder: string, count: number, bytes: number): void {
  for (let i = 0; i < count; i++) {
    const inside = join(folder, `folder ${i % 100}`)
    if (i < 100) mkdirSync(inside, { recursive: true })
    makeFile(join(inside, `file ${i}`), bytes)
  }
}

function measured(name: string, bytes: number, receiver: Timed, sender: ProcessUsage): Measured {
  const mibPerSecond = bytes / 2 ** 20 / receiver.seconds
  const pick = ({ cpuSeconds, peakMib }: ProcessUsage): ProcessUsage => ({ cpuSeconds, peakMib })
  return {
    name,
    bytes,
    seconds: receiver.seconds,
    mibPerSecond,
    cpuSecondsPerGib: ((sender.cpuSeconds + receiver.cpuSeconds) * 2 ** 30) / bytes,
    sender: pick(sender),
    receiver: pick(receiver),
  }
}
