/** The network of a bench process where it is not simply loopback: relays, and how they are reached. */

import { rootCertificates, setDefaultCACertificates } from 'node:tls'
import { Network } from '#engine/connect/network.ts'
import type { NetworkOptions } from '#engine/engine.ts'

export interface BenchNetwork extends Partial<NetworkOptions> {
  /** False: the ICE library speaks to a relay over UDP itself, though nothing but relays is allowed. */
  readonly isBridged?: boolean
  /** An authority to trust beside the system's, PEM. */
  readonly ca?: string
}

/** To be called before an engine is opened. */
export function prepareNetwork(isBridged: boolean, ca: string | undefined): void {
  if (ca !== undefined) setDefaultCACertificates([...rootCertificates, ca])
  if (isBridged) return
  // Under “relay only” everything goes by a bridge. To compare with what the library does by itself, this process
  // gives it the relay's true place; on loopback there is nothing to hide.
  Network.prototype.cover = (candidate) => candidate
  const configOf = Object.getOwnPropertyDescriptor(Network.prototype, 'config')?.value as Network['config']
  Network.prototype.config = function (this: Network, ways) {
    const config = configOf.call(this, ways)
    const [relay] = this.relays
    const iceServers = config.iceServers.map((server) =>
      typeof server === 'string' || relay === undefined
        ? server
        : { ...server, hostname: relay.host, port: relay.port },
    )
    return { ...config, iceServers }
  }
}
