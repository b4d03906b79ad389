/** `npm run bench -- ui`: does a window stay lively while bytes run at full speed through the same process? */

import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { MemorySummaryStore } from '#coordinator/memory-summary-store.ts'
import { startCoordinator } from '#coordinator/server.ts'
import { Child } from './child.ts'
import type { ProcessUsage } from '#test/lab/emulator/process-usage.ts'

interface Side extends ProcessUsage {
  readonly loopDelayP99Ms: number
  readonly loopDelayMaxMs: number
  readonly callP99Ms: number
  readonly calls: number
}

export interface Lively {
  readonly name: string
  readonly mibPerSecond: number
  readonly sender: Side
  readonly receiver: Side
}

/** Two programs with everything that a window watches, one sending to the other. */
export async function measureUi(source: string, bytes: number, scratch: string): Promise<Lively> {
  const home = mkdtempSync(join(scratch, 'ui-'))
  await using coordinator = await startCoordinator({
    host: '127.0.0.1',
    port: 0,
    store: new MemorySummaryStore(),
  })
  try {
    await using sender = new Child(
      './app-peer.ts',
      'share',
      join(home, 'a'),
      `127.0.0.1:${coordinator.port}`,
      source,
    )
    const { link } = await sender.line<{ link: string }>()
    await using receiver = new Child('./app-peer.ts', 'get', join(home, 'b'), link, join(home, 'out'))
    const received = await receiver.line<Side & { seconds: number }>()
    sender.end()
    const sent = await sender.line<Side>()
    return {
      name: 'main loop beside a transfer',
      mibPerSecond: bytes / 2 ** 20 / received.seconds,
      sender: sent,
      receiver: received,
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
