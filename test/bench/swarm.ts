/** `npm run bench -- swarm`: one sender and several receivers, every uplink limited, beside what physics allows. */

import { mkdtempSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { compareTrees } from '#cli/demo/compare-trees.ts'
import { runEqual } from '#test/unit/swarm/simulation/simulation.ts'
import { Child } from './child.ts'
import type { Ground, Place } from './swarm-ground.ts'
import type { ProcessUsage } from '#test/lab/emulator/process-usage.ts'

const MIB = 1024 * 1024
const COMPARE_LIMIT_MS = 60_000

export interface SwarmWork {
  readonly source: string
  readonly bytes: number
  readonly receiverCount: number
  /** Of everybody, the sender included. */
  readonly uplinkBytesPerSecond: number
  readonly ground: Ground
}

export interface SwarmRun {
  readonly name: string
  readonly contender: string
  /** What limits the uplinks. Only runs behind the same can be compared. */
  readonly line: 'engine' | 'shaped' | 'simulated'
  readonly receiverCount: number
  readonly bytes: number
  readonly uplinkBytesPerSecond: number
  readonly firstSeconds: number
  readonly lastSeconds: number
  /** Last finisher over the bound. */
  readonly ratio: number
  /** Sent by the first seeder, in multiples of the share; null where a contender does not tell. */
  readonly seederShare: number | null
  /** Received though it was there already, in parts of what all needed; null where a contender does not tell. */
  readonly duplicates: number | null
  /** Most of any receiver. */
  readonly peakMib: number | null
}

/** When the last one can have everything at the earliest, all uplinks being equal; seconds. */
export function boundSeconds({
  bytes,
  receiverCount,
  uplinkBytesPerSecond,
}: Pick<SwarmWork, 'bytes' | 'receiverCount' | 'uplinkBytesPerSecond'>): number {
  const uplinks = (receiverCount + 1) * uplinkBytesPerSecond
  return Math.max(bytes / uplinkBytesPerSecond, (receiverCount * bytes) / uplinks)
}

interface Ending extends ProcessUsage {
  readonly receivedBytes: number
  readonly sentBytes: number
}

/** Real processes over WebRTC; every copy compared byte for byte. */
export async function measureSwarm(work: SwarmWork, scratch: string): Promise<SwarmRun> {
  const home = mkdtempSync(join(scratch, 'swarm-'))
  const { source, bytes, receiverCount, uplinkBytesPerSecond, ground } = work
  const uplink = ground.isShaped ? '0' : String(uplinkBytesPerSecond)
  const [seederAt, ...receiversAt] = ground.members
  try {
    await using children = new AsyncDisposableStack()
    const peer = ({ address, entry }: Place, ...words: string[]): Child =>
      children.use(new Child({ script: './swarm-peer.ts', entry }, ...words, address, uplink))
    const { hub } = ground
    const coordinator = children.use(
      new Child({ script: './swarm-coordinator.ts', entry: hub.entry }, hub.address),
    )
    const { port } = await coordinator.line<{ port: number }>()
    const sender = peer(seederAt, 'send', join(home, 'sender'), `${hub.address}:${port}`, source)
    const { link } = await sender.line<{ link: string }>()
    const into = receiversAt.map((_, i) => join(home, `out ${i}`))
    const receivers = receiversAt.map((place, i) =>
      peer(place, 'get', join(home, `home ${i}`), link, into[i] ?? ''),
    )
    for (const receiver of receivers) await receiver.line<{ isReady: true }>()
    const beganAtMs = Date.now()
    for (const receiver of receivers) receiver.say('begin')
    const done = await Promise.all(receivers.map((receiver) => receiver.line<{ doneAtMs: number }>()))
    const seconds = done.map(({ doneAtMs }) => (doneAtMs - beganAtMs) / 1000)
    const endings: Ending[] = []
    for (const child of [sender, ...receivers]) {
      child.end()
      endings.push(await child.line<Ending>())
    }
    for (const folder of into) await compare(source, join(folder, basename(source)))
    const [sent, ...received] = endings
    const lastSeconds = Math.max(...seconds)
    return {
      name: nameOfRun('Beeline', work),
      contender: 'Beeline',
      line: ground.isShaped ? 'shaped' : 'engine',
      receiverCount,
      bytes,
      uplinkBytesPerSecond,
      firstSeconds: Math.min(...seconds),
      lastSeconds,
      ratio: lastSeconds / boundSeconds(work),
      seederShare: (sent?.sentBytes ?? 0) / bytes,
      duplicates:
        received.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0) / (bytes * receiverCount) - 1,
      peakMib: Math.max(...received.map(({ peakMib }) => peakMib)),
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

export function nameOfRun(contender: string, { ground }: SwarmWork): string {
  return ground.isShaped ? `${contender}, shaped` : contender
}

async function compare(source: string, copy: string): Promise<void> {
  const { differences } = await compareTrees(source, copy, AbortSignal.timeout(COMPARE_LIMIT_MS))
  if (differences.length > 0) throw new Error(differences.join('\n'))
}

/** The same policy without a network: real swarms on a virtual clock, so the machine's load does not matter. */
export async function simulateSwarm(
  receiverCount: number,
  pieceCount: number,
  isLimitedByEngine: boolean,
): Promise<SwarmRun> {
  const pieceBytes = MIB / 4
  const bytes = pieceCount * pieceBytes
  const line = { upBytesPerSecond: MIB, downBytesPerSecond: 10 * MIB }
  const options = { seed: 1, totalBytes: bytes, pieceBytes, connections: 12 }
  const { receivers, figures } = await runEqual(options, receiverCount, line, isLimitedByEngine)
  const { lastSeconds, ratio, seederShare, duplicates } = figures
  return {
    contender: 'Beeline',
    line: 'simulated',
    name: isLimitedByEngine ? 'simulated, limit in the engine' : 'simulated, limit on the line',
    receiverCount,
    bytes,
    uplinkBytesPerSecond: line.upBytesPerSecond,
    firstSeconds: Math.min(...receivers.map(({ device }) => device.doneMs ?? Infinity)) / 1000,
    lastSeconds,
    ratio,
    seederShare,
    duplicates,
    peakMib: null,
  }
}
