/**
 * What the connections of all shares of one engine need to know of this device's network: one for the process, because
 * a network is measured once and not per share.
 */

import type { NetworkFacts } from '#shared/protocol/network-facts.ts'
import type { ServerLocation } from '../ice-url.ts'

/** Where a router with a regular step will put the next sockets: tell these in place of what STUN said. */
export interface PortPrediction {
  readonly address: string
  /** In the order in which the router will give them; twelve at most. */
  readonly ports: readonly number[]
}

/** A port that a router opened; closing gives the lease back. */
export interface MappedPort extends AsyncDisposable {
  readonly address: string
  readonly port: number
}

export interface NetworkMonitor extends AsyncDisposable {
  /** As far as known; `NO_FACTS` at first. */
  readonly facts: NetworkFacts
  /** STUN servers to measure with; several shares name theirs, all are used. Begins to measure when there is something new. */
  learnServers(servers: readonly ServerLocation[]): void
  /** Facts have changed. @returns unsubscribe */
  onFacts(listener: () => void): () => void
  /**
   * The device has other addresses than before, or it was asleep: every connection should prove that it lives, and
   * those that do not should be replaced. @returns unsubscribe
   */
  onMoved(listener: () => void): () => void
  /**
   * Measured this moment. Undefined where the router has no regular step. Two at a time spoil each other's, so whoever
   * searches does one after the other. Rejects with the signal's reason only.
   */
  predict(signal: AbortSignal): Promise<PortPrediction | undefined>
  /** Undefined where no router opens ports, or the person does not want it. Rejects with the signal's reason only. */
  openPort(localPort: number, signal: AbortSignal): Promise<MappedPort | undefined>
}
