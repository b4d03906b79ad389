/**
 * The monitor of a running program: measures when servers are learned and when the device has moved, foresees ports, and has
 * them opened. Public STUN servers are others' property, so nothing is measured on a timer, except for a verdict that nothing
 * comes through, which would otherwise stand for good.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { NO_FACTS, type NetworkFacts } from '#shared/protocol/network-facts.ts'
import type { RoutePolicy } from '../ice-settings.ts'
import type { ServerLocation } from '../ice-url.ts'
import type { PortMapper } from '../port-mapping/port-mapper.ts'
import type { Endpoint } from '../turn/stun-values.ts'
import { freshPorts } from './family-prober.ts'
import { watchForMoves, type MoveWatchParts } from './move-watch.ts'
import { predictPorts, stepOf } from './nat-behaviour.ts'
import type { MappedPort, NetworkMonitor, PortPrediction } from './network-monitor.ts'
import { probeNetwork, type NetworkProbe } from './network-probe.ts'

/** Servers remembered: of the shares that were opened last. */
const MAX_SERVERS = 8
/** From the news that there is something to measure: several shares begin together, and a network needs a moment. Milliseconds. */
const SETTLE_MS = 150
/** From one measurement to the next, however often the network changes. Milliseconds. */
const MIN_INTERVAL_MS = 4000
/** When nothing came through, it is tried again after so long, doubled each time up to the second. Milliseconds. */
const FIRST_RETRY_MS = 30_000
const MAX_RETRY_MS = 16 * 60_000
/** Sockets that show where the count of ports is just now. Each costs the router an entry for half a minute. */
const SOCKETS_TO_PREDICT = 3
/** Others may map in the very moment. */
const TRIES_TO_PREDICT = 2
/** Ports open at one time through this monitor: one or two lanes of a few peers; a home router has room for some dozens. */
const MAX_OPEN_PORTS = 8

export interface NetworkMonitorOptions {
  /** Asked each time: it may change. Under `relay` nothing is measured, foreseen or opened. */
  readonly policy: () => RoutePolicy
  readonly bindAddress?: string | undefined
  /** Stays the caller's, who disposes of it after the monitor. */
  readonly portMapper?: Pick<PortMapper, 'state' | 'onState' | 'open' | 'forget'> | undefined
  readonly log?: (event: string, fields: Record<string, string | number | boolean>) => void
  /** Tests: another computer than this one. */
  readonly watch?: MoveWatchParts
}

export function openNetworkMonitor(options: NetworkMonitorOptions): NetworkMonitor {
  return new RunningMonitor(options)
}

class RunningMonitor implements NetworkMonitor {
  readonly #options: NetworkMonitorOptions
  readonly #closing = new AbortController()
  readonly #factsListeners = new Set<() => void>()
  readonly #moveListeners = new Set<() => void>()
  readonly #unsubscribe: (() => void)[]
  #servers: readonly ServerLocation[] = []
  #probe: NetworkProbe | undefined
  /** The one that runs or waits to; superseded when the device moves. */
  #measuring: { readonly superseded: AbortController; readonly done: Promise<void> } | undefined
  #lastMeasuredMs = Number.NEGATIVE_INFINITY
  #retry: NodeJS.Timeout | undefined
  #retryMs = FIRST_RETRY_MS
  #told: string
  #openPorts = 0

  constructor(options: NetworkMonitorOptions) {
    this.#options = options
    this.#told = JSON.stringify(this.facts)
    this.#unsubscribe = [
      watchForMoves(
        () => this.#move(),
        // The policy has no event of its own.
        () => this.#tell(),
        options.watch,
      ),
      options.portMapper?.onState(() => this.#tell()) ?? (() => undefined),
    ]
  }

  get facts(): NetworkFacts {
    const policy = this.#options.policy()
    const isPortMapped = this.#options.portMapper?.state.kind === 'works'
    if (policy === 'relay' || this.#probe === undefined) return { ...NO_FACTS, policy, isPortMapped }
    const { ipv4, ipv6 } = this.#probe
    return {
      policy,
      ipv4: { mapping: ipv4.mapping, filtering: ipv4.filtering },
      ipv6: { mapping: ipv6.mapping, filtering: ipv6.filtering },
      isPortMapped,
    }
  }

  learnServers(servers: readonly ServerLocation[]): void {
    const nameOf = ({ host, port, transport }: ServerLocation): string => `${transport} ${host} ${port}`
    const known = new Set(this.#servers.map(nameOf))
    const added = servers.filter((server) => server.transport === 'udp' && !known.has(nameOf(server)))
    this.#servers = [...added, ...this.#servers].slice(0, MAX_SERVERS)
    const isUnmeasured = this.#probe === undefined && this.#measuring === undefined
    if (this.#servers.length > 0 && (added.length > 0 || isUnmeasured)) this.#measure()
  }

  onFacts(listener: () => void): () => void {
    this.#factsListeners.add(listener)
    return () => this.#factsListeners.delete(listener)
  }

  onMoved(listener: () => void): () => void {
    this.#moveListeners.add(listener)
    return () => this.#moveListeners.delete(listener)
  }

  async predict(signal: AbortSignal): Promise<PortPrediction | undefined> {
    const limit = AbortSignal.any([signal, this.#closing.signal])
    try {
      limit.throwIfAborted()
      const server = this.#nearestServer()
      const step = this.#probe?.ipv4.step
      if (server === undefined || step === undefined || this.#options.policy() === 'relay') return undefined
      for (let tried = 0; tried < TRIES_TO_PREDICT; tried++) {
        const fresh = await freshPorts(server, 'ipv4', this.#options.bindAddress, SOCKETS_TO_PREDICT, limit)
        const ports = predictFrom(fresh, step)
        const address = fresh.at(-1)?.address
        if (ports !== undefined && address !== undefined) return { address, ports }
      }
      return undefined
    } catch {
      signal.throwIfAborted()
      return undefined
    }
  }

  async openPort(localPort: number, signal: AbortSignal): Promise<MappedPort | undefined> {
    signal.throwIfAborted()
    const { portMapper, policy } = this.#options
    const { mapping, filtering } = this.facts.ipv4
    // Where everybody is let in there is nothing to open.
    const isNeeded = mapping !== 'public' && mapping !== 'none' && filtering !== 'open'
    if (portMapper === undefined || policy() === 'relay' || !isNeeded || this.#openPorts >= MAX_OPEN_PORTS) {
      return undefined
    }
    this.#openPorts++
    try {
      const port = await portMapper.open(localPort, AbortSignal.any([signal, this.#closing.signal]))
      if (port === undefined) this.#openPorts--
      return port === undefined ? undefined : countedPort(port, () => this.#openPorts--)
    } catch (error) {
      this.#openPorts--
      signal.throwIfAborted()
      if (this.#closing.signal.aborted) return undefined
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#retry)
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#factsListeners.clear()
    this.#moveListeners.clear()
    await this.#measuring?.done
  }

  #move(): void {
    this.#options.log?.('network.moved', {})
    this.#options.portMapper?.forget()
    this.#retryMs = FIRST_RETRY_MS
    // Of the network that was left.
    this.#probe = undefined
    this.#tell()
    for (const listener of this.#moveListeners) listener()
    this.#measure()
  }

  /** Begins anew when one runs already: what it would find is of the past, or of too few servers. */
  #measure(): void {
    clearTimeout(this.#retry)
    if (this.#closing.signal.aborted || this.#servers.length === 0 || this.#options.policy() === 'relay')
      return
    this.#measuring?.superseded.abort()
    const superseded = new AbortController()
    const signal = AbortSignal.any([superseded.signal, this.#closing.signal])
    const measuring = { superseded, done: this.#measureSoon(signal) }
    this.#measuring = measuring
    void measuring.done.then(() => {
      if (this.#measuring === measuring) this.#measuring = undefined
    })
  }

  async #measureSoon(signal: AbortSignal): Promise<void> {
    const { bindAddress, log } = this.#options
    try {
      const pauseMs = Math.max(SETTLE_MS, this.#lastMeasuredMs + MIN_INTERVAL_MS - performance.now())
      await delay(pauseMs, undefined, { signal, ref: false })
      this.#lastMeasuredMs = performance.now()
      const onProgress = (probe: NetworkProbe): void => {
        if (signal.aborted) return
        this.#probe = probe
        this.#tell()
      }
      const probe = await probeNetwork(this.#servers, { bindAddress, hairpin: false, onProgress }, signal)
      onProgress(probe)
      const { ipv4, ipv6, durationMs } = probe
      log?.('network.measured', {
        ipv4: `${ipv4.mapping} ${ipv4.filtering}`,
        ipv6: `${ipv6.mapping} ${ipv6.filtering}`,
        durationMs: Math.round(durationMs),
      })
      if (probe.servers.every(({ mapped }) => mapped === undefined)) this.#retryLater()
    } catch (error) {
      // Superseded or closed; anything else is a bug and must not be lost.
      if (!signal.aborted) throw error
    }
  }

  #retryLater(): void {
    this.#retry = setTimeout(() => this.#measure(), this.#retryMs).unref()
    this.#retryMs = Math.min(MAX_RETRY_MS, this.#retryMs * 2)
  }

  #nearestServer(): Endpoint | undefined {
    const answered = (this.#probe?.servers ?? []).filter(({ family }) => family === 'ipv4')
    const [nearest] = answered
      .filter(({ roundTripMs }) => roundTripMs !== undefined)
      .toSorted((left, right) => (left.roundTripMs ?? 0) - (right.roundTripMs ?? 0))
    return nearest === undefined ? undefined : { address: nearest.address, port: nearest.server.port }
  }

  #tell(): void {
    const facts = JSON.stringify(this.facts)
    if (facts === this.#told) return
    this.#told = facts
    for (const listener of this.#factsListeners) listener()
  }
}

function predictFrom(fresh: readonly Endpoint[], step: number): number[] | undefined {
  if (new Set(fresh.map(({ address }) => address)).size !== 1) return undefined
  const ports = fresh.map(({ port }) => port)
  // A step that was seen while others mapped too may have been a multiple of the true one.
  return predictPorts(ports, step) ?? predictPorts(ports, stepOf(ports) ?? step)
}

function countedPort(port: MappedPort, closed: () => void): MappedPort {
  let isOpen = true
  return {
    address: port.address,
    port: port.port,
    async [Symbol.asyncDispose]() {
      if (isOpen) closed()
      isOpen = false
      await port[Symbol.asyncDispose]()
    },
  }
}
