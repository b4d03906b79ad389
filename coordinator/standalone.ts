/** A coordinator with its SQLite file: what a program that brings its own starts. */

import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import { forwardedAddress } from './forwarded-address.ts'
import { startCoordinator, type Coordinator, type CoordinatorOptions } from './server.ts'
import { SqliteSummaryStore } from './sqlite-summary-store.ts'
import type { SharedTurn } from './turn-logins.ts'

export interface StandaloneSettings {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Folder of its SQLite file. */
  readonly dataDir: string
  readonly iceServers: readonly IceServer[]
  readonly turn?: SharedTurn | undefined
  /** A web server stands in front and says in `X-Forwarded-For` whose request it passes on. */
  readonly isBehindProxy?: boolean | undefined
  readonly log?: CoordinatorOptions['log']
}

/** Throws AppError `coordinator.port-taken` or `coordinator.cannot-listen`. */
export async function startStandalone(
  settings: StandaloneSettings,
): Promise<Pick<Coordinator, 'host' | 'port' | 'close'>> {
  const { host, port, dataDir, iceServers, turn, isBehindProxy, log } = settings
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await using started = new AsyncDisposableStack()
  const store = started.adopt(new SqliteSummaryStore(path.join(dataDir, 'coordinator.db')), (opened) =>
    opened.close(),
  )
  const running = started.use(
    await startCoordinator({
      host,
      port,
      store,
      iceServers,
      turn,
      ...(isBehindProxy === true ? { addressOf: forwardedAddress } : {}),
      ...(log === undefined ? {} : { log }),
    }),
  )
  const owned = started.move()
  return { host: running.host, port: running.port, close: () => owned.disposeAsync() }
}
