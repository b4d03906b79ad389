/** What may change while an engine runs, and what all its transfers share. */

import type { SeedLimit } from '#shared/api/views.ts'
import type { LimitSettings } from '#shared/api/settings-views.ts'
import { systemClock } from '#shared/swarm/clock.ts'
import { TokenBucket } from '#shared/swarm/token-bucket.ts'
import { Turns } from '#shared/swarm/turns.ts'
import type { NetworkMonitor } from './connect/nat/network-monitor.ts'
import { ServerHealth } from './connect/server-health.ts'
import type { EngineOptions, NetworkOptions } from './engine.ts'
import type { Library } from './library/library.ts'
import type { DiskPool } from './store/disk-pool.ts'

/** Connections of one transfer until a person says otherwise: enough for a well-mixed swarm. */
const DEFAULT_CONNECTIONS = 12

export class EngineSettings {
  deviceName: string
  network: NetworkOptions
  /** Of STUN and TURN servers: one share's experience spares the next one's. */
  readonly serverHealth = new ServerHealth()
  /** Who may send next, and who may ask for the next block, over all transfers. */
  readonly up = new Turns(new TokenBucket(systemClock))
  readonly down = new Turns(new TokenBucket(systemClock))
  /** Until when what is complete is passed on, where a transfer has no limit of its own. */
  seedLimit: SeedLimit = { ratio: null, timeMs: null }
  #limits: LimitSettings = {
    upBytesPerSecond: null,
    downBytesPerSecond: null,
    upBytesPerSecondPerTransfer: null,
    downBytesPerSecondPerTransfer: null,
    connections: DEFAULT_CONNECTIONS,
  }

  constructor({ deviceName, network }: Pick<EngineOptions, 'deviceName' | 'network'>) {
    this.deviceName = deviceName
    this.network = network
  }

  get limits(): LimitSettings {
    return this.#limits
  }

  set limits(limits: LimitSettings) {
    this.#limits = limits
    this.up.bucket.setLimit(limits.upBytesPerSecond)
    this.down.bucket.setLimit(limits.downBytesPerSecond)
  }
}

/** What every transfer of an engine shares. */
export interface EngineParts {
  readonly log: NonNullable<EngineOptions['log']>
  readonly settings: EngineSettings
  /** Of the device's network; undefined in tests without one. */
  readonly monitor: NetworkMonitor | undefined
  readonly library: Library
  readonly pool: DiskPool
  readonly earlyDial?: EngineOptions['earlyDial']
}
