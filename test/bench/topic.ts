/** `npm run bench -- topic`: what one engine needs in a small topic and in a large one, with as many connections. Linux. */

import { mkdtempSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { compareTrees } from '#cli/demo/compare-trees.ts'
import { Child } from './child.ts'
import type { ProcessUsage } from '#test/lab/emulator/process-usage.ts'

const MIB = 1024 * 1024
/** So that the time is the same everywhere, and what is measured is the work. Bytes per second. */
const RATE = 4 * MIB
/** After everything is here: what being there costs. Milliseconds. */
const IDLE_MS = 20_000
const COMPARE_LIMIT_MS = 60_000

export interface TopicRun {
  readonly name: string
  /** In the topic, besides the owner and the one that is measured. */
  readonly members: number
  /** At the end. */
  readonly connections: number
  /** For receiving. */
  readonly cpuSeconds: number
  readonly idleCpuSeconds: number
  readonly peakMib: number
  readonly residentMib: number
  /** Who left, with somebody else coming instead. */
  readonly changes: number
}

interface Report extends ProcessUsage {
  readonly residentMib: number
  readonly connectionCount: number
}

export async function measureTopic(source: string, members: number, scratch: string): Promise<TopicRun> {
  const home = mkdtempSync(join(scratch, 'topic-'))
  try {
    await using children = new AsyncDisposableStack()
    const child = (script: string, ...words: string[]): Child => children.use(new Child(script, ...words))
    const { port } = await child('./swarm-coordinator.ts', '127.0.0.1').line<{ port: number }>()
    const ownerHome = join(home, 'owner')
    const owner = child(
      './swarm-peer.ts',
      'send',
      ownerHome,
      `127.0.0.1:${port}`,
      source,
      '127.0.0.1',
      String(RATE),
    )
    const { link } = await owner.line<{ link: string }>()
    const crowd = child('./topic-crowd.ts', link, ownerHome, dirname(source), String(members))
    await crowd.line()
    const folder = join(home, 'got')
    const peer = child('./topic-peer.ts', join(home, 'peer'), link, folder, String(RATE), String(IDLE_MS))
    const received = await peer.line<Report>()
    const idle = await peer.line<Report>()
    crowd.end()
    const { changes } = await crowd.line<{ changes: number }>()
    const signal = AbortSignal.timeout(COMPARE_LIMIT_MS)
    const { differences } = await compareTrees(source, join(folder, basename(source)), signal)
    if (differences.length > 0) throw new Error(differences.join('\n'))
    return {
      name: `one engine in a topic of ${members}`,
      members,
      connections: idle.connectionCount,
      cpuSeconds: received.cpuSeconds,
      idleCpuSeconds: idle.cpuSeconds - received.cpuSeconds,
      peakMib: idle.peakMib,
      residentMib: idle.residentMib,
      changes,
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
