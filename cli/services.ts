/** The real engine and coordinator, loaded when they are first used. */

import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Services } from './command.ts'

export const SERVICES: Services = {
  async openEngine(options) {
    const { openEngine } = await import('#engine/open-engine.ts')
    return openEngine(options)
  },

  async startCoordinator({ host, port, dataDir, iceServers, log }) {
    const { startCoordinator } = await import('#coordinator/server.ts')
    const { SqliteSummaryStore } = await import('#coordinator/sqlite-summary-store.ts')
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const store = new SqliteSummaryStore(path.join(dataDir, 'coordinator.db'))
    try {
      const running = await startCoordinator({
        host,
        port,
        store,
        iceServers,
        ...(log === undefined ? {} : { log }),
      })
      const close = async (): Promise<void> => {
        await running.close()
        await store.close()
      }
      return { host: running.host, port: running.port, close }
    } catch (thrown) {
      await store.close()
      throw thrown
    }
  },
}
