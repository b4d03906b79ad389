/**
 * The network as one share's connections use it: which STUN and TURN servers there are and which work, the bridges to
 * those that the ICE library does not speak to, what `relay only` hides, and the words for the route that came of it.
 */

import { isIP } from 'node:net'
import type { RtcConfig } from 'node-datachannel'
import type { RouteView } from '#shared/api/views.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import { HealthChecks } from './health-checks.ts'
import { iceSettings, isAllowed, LOOPBACK, LOOPBACK_IPV6, type IceLimits, type Ways } from './ice-settings.ts'
import type { ServerLocation } from './ice-url.ts'
import { chooseProxy, type ProxyAddress } from './proxy/proxy-choice.ts'
import { routeOf, type ChosenPair } from './route.ts'
import type { CandidateFacts } from './sdp-check.ts'
import { ServerHealth } from './server-health.ts'
import { chooseServers, nameOf, readServers, type Relay, type Servers } from './server-roster.ts'
import { AddressDisguise, isOfThisDevice } from './turn/address-disguise.ts'
import { hasIPv4, resolveHost } from './turn/resolve-host.ts'
import type { Endpoint } from './turn/stun-values.ts'
import { TurnBridge } from './turn/turn-bridge.ts'

export interface NetworkParts extends IceLimits {
  /** The person's own. */
  readonly iceServers: readonly IceServer[]
  /** What is known of servers; shared by all shares of an engine. */
  readonly health?: ServerHealth | undefined
  /** The person's HTTP proxy; undefined: as the environment says. */
  readonly proxy?: string | undefined
  /** Certificates of authorities that TURN servers may have, instead of the system's, PEM: tests. */
  readonly turnCa?: string | undefined
  readonly log: (event: string, fields: Record<string, string | number | boolean>) => void
}

/** What one connection needs of it. */
export interface ConnectionNetwork {
  /** For the next connection. Opens bridges where they are needed. An answerer's relays are kept in reserve: `allowRelays`. */
  config(ways?: Ways, role?: 'offer' | 'answer'): RtcConfig
  /** The answering agent with this port on the device may use its relays from now on. */
  allowRelays(port: number): void
  /** The agent with this port is gone. */
  forgetAgent(port: number): void
  /** Which candidates may go out and come in, by route policy and by the ways that the connection may take. */
  allows(candidate: CandidateFacts, side: 'local' | 'remote', ways?: Ways): boolean
  /** A candidate of the other side, as the library may know it. */
  cover(candidate: CandidateFacts): CandidateFacts
  /** An own candidate, as the other side may know it: what the library says of a relay need not be the truth. */
  uncover(candidate: CandidateFacts): CandidateFacts
  route(pair: ChosenPair): RouteView
  /** An own candidate, uncovered, has come: so the server that it is from works. */
  noteOwn(candidate: CandidateFacts): void
  /** The connection that has this relay candidate, uncovered, has found a way: ICE is connected. Idempotent. */
  settled(relayed: CandidateFacts): void
  /** The connection to a relay has died, and with it what ran through this relay address, as the library knows it. @returns unsubscribe */
  onRelayLost(listener: (relayed: Endpoint) => void): () => void
  /** The connection that had this relay candidate, uncovered, is closed. */
  release(relayed: CandidateFacts): void
}

export class Network implements ConnectionNetwork, Disposable {
  readonly #parts: NetworkParts
  readonly #health: ServerHealth
  readonly #checks: HealthChecks
  readonly #disguise: AddressDisguise
  /** By loopback address, use and server. */
  readonly #bridges = new Map<string, TurnBridge>()
  /** Addresses of the relays' names, for telling which one a candidate is of. */
  readonly #resolved = new Map<string, string>()
  readonly #lostListeners = new Set<(relayed: Endpoint) => void>()
  readonly #closing = new AbortController()
  #servers: Servers

  constructor(parts: NetworkParts) {
    this.#parts = parts
    const { health = new ServerHealth(), turnCa, log } = parts
    this.#health = health
    this.#disguise = new AddressDisguise({ hidesOwn: parts.policy === 'relay', hasIPv4 })
    this.#servers = readServers(parts.iceServers)
    this.#checks = new HealthChecks({
      health,
      servers: () => this.#usable(),
      proxyTo: (server) => this.#proxyTo(server),
      ca: turnCa,
      log,
    })
  }

  /** All of them, those that stand by too: what measures the network may ask several. */
  get stunServers(): readonly ServerLocation[] {
    return this.#usable().stun
  }

  /** As `stunServers`. */
  get relays(): readonly Relay[] {
    return this.#usable().relays
  }

  /** Adds what a coordinator gave, in the place of what it gave before. @returns URLs that can never be used */
  setCoordinatorServers(servers: readonly IceServer[]): readonly string[] {
    const { unused, ...usable } = readServers([...this.#parts.iceServers, ...servers])
    this.#servers = usable
    const { relays } = usable
    // Credentials of a coordinator expire, and each set has a bridge of its own.
    const wanted = new Set(relays.map(nameOf))
    for (const [place, bridge] of this.#bridges) {
      if (wanted.has(nameOf(bridge.server)) || bridge.isUsed) continue
      bridge[Symbol.dispose]()
      this.#bridges.delete(place)
    }
    // With one there is nothing to tell apart.
    if (relays.length > 1) for (const { host } of relays) void this.#resolve(host)
    return unused
  }

  /** The device is in another network: what failed before may work there. */
  moved(): void {
    this.#health.forgetAll()
    this.#resolved.clear()
  }

  config(ways: Ways = 'any', role: 'offer' | 'answer' = 'offer'): RtcConfig {
    this.#checks.wake()
    const chosen = chooseServers(this.#usable(), (name) => this.#health.isFailing(name))
    const { policy, bindAddress, portRange } = this.#parts
    // Under `relay` there is no other way, and none past the bridges.
    const isReserving = role === 'answer' && policy === 'automatic'
    const circumstances = { policy, bindAddress, portRange, ways, isReserving, hasIPv4: hasIPv4() }
    const loopback = circumstances.hasIPv4 ? LOOPBACK : LOOPBACK_IPV6
    return iceSettings(chosen, circumstances, (relay) => this.#bridgeTo(relay, loopback, isReserving).port)
  }

  allowRelays(port: number): void {
    for (const bridge of this.#bridges.values()) bridge.allow(port)
  }

  forgetAgent(port: number): void {
    for (const bridge of this.#bridges.values()) bridge.forget(port)
  }

  allows(candidate: CandidateFacts, side: 'local' | 'remote', ways: Ways = 'any'): boolean {
    return isAllowed(this.#parts.policy, candidate, side, ways)
  }

  cover(candidate: CandidateFacts): CandidateFacts {
    return withAddress(candidate, this.#disguise.cover(candidate.address))
  }

  uncover(candidate: CandidateFacts): CandidateFacts {
    return withAddress(candidate, this.#disguise.uncover(candidate.address))
  }

  route({ local, remote }: ChosenPair): RouteView {
    const truly = <End extends { readonly address: string }>(end: End): End => ({
      ...end,
      address: this.#disguise.uncover(end.address),
    })
    return routeOf(
      { local: truly(local), remote: truly(remote) },
      {
        isRelayOnly: this.#parts.policy === 'relay',
        isOfThisDevice,
        relayHostOf: (relayed, port) => this.#relayHostOf(relayed, port),
      },
    )
  }

  noteOwn({ type, address, port }: CandidateFacts): void {
    const { stun, relays } = this.#usable()
    const [onlyStun] = stun
    // A relay tells the own address too, so with relays it is not known who told it.
    if (type === 'srflx' && relays.length === 0 && stun.length === 1 && onlyStun !== undefined) {
      this.#health.answered(nameOf(onlyStun))
    }
    if (type !== 'relay') return
    const host = this.#relayHostOf(address, port)
    // Over TCP and TLS the bridge has told already, and knows better which one it was.
    const [relay, another] = relays.filter((one) => one.transport === 'udp' && one.host === host)
    if (relay !== undefined && another === undefined && !this.#isBridged(address, port)) {
      this.#health.answered(nameOf(relay))
    }
  }

  settled({ address, port }: CandidateFacts): void {
    for (const bridge of this.#bridges.values()) bridge.settle(address, port)
  }

  onRelayLost(listener: (relayed: Endpoint) => void): () => void {
    this.#lostListeners.add(listener)
    return () => this.#lostListeners.delete(listener)
  }

  release({ address, port }: CandidateFacts): void {
    for (const bridge of this.#bridges.values()) bridge.release(address, port)
  }

  [Symbol.dispose](): void {
    this.#closing.abort()
    this.#checks[Symbol.dispose]()
    for (const bridge of this.#bridges.values()) bridge[Symbol.dispose]()
    this.#bridges.clear()
    this.#lostListeners.clear()
  }

  /** What the policy leaves. */
  #usable(): Servers {
    const { policy } = this.#parts
    const { stun, relays } = this.#servers
    return { stun: policy === 'relay' ? [] : stun, relays: policy === 'direct' ? [] : relays }
  }

  /** @param loopback may change when the device moves; connections that run keep their bridge until they end */
  #bridgeTo(relay: Relay, loopback: string, isReserving: boolean): TurnBridge {
    const name = nameOf(relay)
    const place = `${loopback} ${isReserving ? 'reserve' : 'use'} ${name}`
    const before = this.#bridges.get(place)
    if (before !== undefined) return before
    const { turnCa, log } = this.#parts
    const bridge = new TurnBridge(relay, {
      loopback,
      isReserving,
      disguise: this.#disguise,
      ca: turnCa,
      proxy: this.#proxyTo(relay),
      answered: () => this.#health.answered(name),
      failed: () => this.#health.failed(name),
      lost: ({ address, port }) => {
        const known = { address: this.#disguise.coverRelayed(address), port }
        for (const listener of this.#lostListeners) listener(known)
      },
      log,
    })
    this.#bridges.set(place, bridge)
    return bridge
  }

  /** UDP does not pass through such a proxy. Throws AppError `settings.bad-value`. */
  #proxyTo({ transport, host, port }: ServerLocation): ProxyAddress | undefined {
    if (transport === 'udp') return undefined
    return chooseProxy(this.#parts.proxy, { host, port, isPlainHttp: false }, process.env)
  }

  #isBridged(address: string, port: number): boolean {
    return [...this.#bridges.values()].some((bridge) => bridge.hasRelayed(address, port))
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

function withAddress(candidate: CandidateFacts, address: string): CandidateFacts {
  if (address === candidate.address) return candidate
  return { ...candidate, address, text: candidate.text.replace(` ${candidate.address} `, ` ${address} `) }
}
