/**
 * The network as one share's connections use it: which STUN and TURN servers there are, the bridges to those that the
 * ICE library does not speak to, what `relay only` hides, and the words for the route that came of it.
 */

import { isIP } from 'node:net'
import type { RtcConfig } from 'node-datachannel'
import type { RouteView } from '#shared/api/views.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import {
  chooseServers,
  iceSettings,
  isAllowed,
  type ChosenServers,
  type IceLimits,
  type Relay,
} from './ice-settings.ts'
import { routeOf, type ChosenPair } from './route.ts'
import type { CandidateFacts } from './sdp-check.ts'
import { AddressDisguise, isOfThisDevice } from './turn/address-disguise.ts'
import { resolveHost } from './turn/resolve-host.ts'
import { TurnBridge } from './turn/turn-bridge.ts'

export interface NetworkParts extends IceLimits {
  /** The person's own. */
  readonly iceServers: readonly IceServer[]
  /** Certificates of authorities that TURN servers may have, instead of the system's, PEM: tests. */
  readonly turnCa?: string | undefined
  readonly log: (event: string, fields: Record<string, string | number | boolean>) => void
}

/** What one connection needs of it. */
export interface ConnectionNetwork {
  /** For the next connection. Opens bridges where they are needed. */
  config(): RtcConfig
  /** Which candidates may go out and come in, by route policy. */
  allows(candidate: CandidateFacts, side: 'local' | 'remote'): boolean
  /** A candidate of the other side, as the library may know it. */
  cover(candidate: CandidateFacts): CandidateFacts
  route(pair: ChosenPair): RouteView
  /** The connection that had this relay candidate is closed. */
  release(relayed: CandidateFacts): void
}

export class Network implements ConnectionNetwork, Disposable {
  readonly #parts: NetworkParts
  readonly #disguise: AddressDisguise | undefined
  readonly #bridges = new Map<string, TurnBridge>()
  /** Addresses of the relays' names, for telling which one a candidate is of. */
  readonly #resolved = new Map<string, string>()
  readonly #closing = new AbortController()
  #servers: ChosenServers

  constructor(parts: NetworkParts) {
    this.#parts = parts
    this.#disguise = parts.policy === 'relay' ? new AddressDisguise() : undefined
    this.#servers = chooseServers(parts.iceServers)
  }

  /** Adds what a coordinator gave, in the place of what it gave before. @returns URLs that cannot be used */
  setCoordinatorServers(servers: readonly IceServer[]): readonly string[] {
    this.#servers = chooseServers([...this.#parts.iceServers, ...servers])
    const { relays, unused } = this.#servers
    // Credentials of a coordinator expire, and each set has a bridge of its own.
    const wanted = new Set(relays.map(nameOf))
    for (const [name, bridge] of this.#bridges) {
      if (wanted.has(name) || bridge.isUsed) continue
      bridge[Symbol.dispose]()
      this.#bridges.delete(name)
    }
    // With one there is nothing to tell apart.
    if (relays.length > 1) for (const { host } of relays) void this.#resolve(host)
    return unused
  }

  config(): RtcConfig {
    return iceSettings(this.#servers, this.#parts, (relay) => this.#bridgeTo(relay).address)
  }

  allows(candidate: CandidateFacts, side: 'local' | 'remote'): boolean {
    return isAllowed(this.#parts.policy, candidate, side)
  }

  cover(candidate: CandidateFacts): CandidateFacts {
    const address = this.#disguise?.cover(candidate.address) ?? candidate.address
    if (address === candidate.address) return candidate
    return { ...candidate, address, text: candidate.text.replace(` ${candidate.address} `, ` ${address} `) }
  }

  route({ local, remote }: ChosenPair): RouteView {
    const address = this.#disguise?.uncover(remote.address) ?? remote.address
    return routeOf(
      { local, remote: { ...remote, address } },
      {
        isRelayOnly: this.#parts.policy === 'relay',
        isOfThisDevice,
        relayHostOf: (relayed, port) => this.#relayHostOf(relayed, port),
      },
    )
  }

  release({ address, port }: CandidateFacts): void {
    for (const bridge of this.#bridges.values()) bridge.release(address, port)
  }

  [Symbol.dispose](): void {
    this.#closing.abort()
    for (const bridge of this.#bridges.values()) bridge[Symbol.dispose]()
    this.#bridges.clear()
  }

  #bridgeTo(relay: Relay): TurnBridge {
    const name = nameOf(relay)
    const before = this.#bridges.get(name)
    if (before !== undefined) return before
    const { turnCa, log } = this.#parts
    const bridge = new TurnBridge(relay, { disguise: this.#disguise, ca: turnCa, log })
    this.#bridges.set(name, bridge)
    return bridge
  }

  #relayHostOf(address: string, port: number): string | null {
    const { relays } = this.#servers
    const [first] = relays
    if (relays.length === 1 && first !== undefined) return first.host
    for (const bridge of this.#bridges.values())
      if (bridge.hasRelayed(address, port)) return bridge.server.host
    const hosts = new Set(relays.map(({ host }) => host))
    const fitting = [...hosts].filter((host) => host === address || this.#resolved.get(host) === address)
    return hosts.size === 1 || fitting.length === 1 ? (fitting[0] ?? first?.host ?? null) : null
  }

  async #resolve(host: string): Promise<void> {
    if (isIP(host) !== 0 || this.#resolved.has(host)) return
    try {
      this.#resolved.set(host, await resolveHost(host, this.#closing.signal))
    } catch {
      // Only the name of a relay in use depends on it; the library resolves for itself.
    }
  }
}

function nameOf({ transport, host, port, username, password }: Relay): string {
  return JSON.stringify([transport, host, port, username, password])
}
