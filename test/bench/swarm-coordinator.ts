/** Bench process: a coordinator at the given address and any free port, until its input ends. */

import { once } from 'node:events'
import { MemorySummaryStore } from '#coordinator/memory-summary-store.ts'
import { startCoordinator } from '#coordinator/server.ts'

const [host = ''] = process.argv.slice(2)
await using coordinator = await startCoordinator({ host, port: 0, store: new MemorySummaryStore() })
process.stdout.write(`${JSON.stringify({ port: coordinator.port })}\n`)
await once(process.stdin.resume(), 'end')
