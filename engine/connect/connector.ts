/**
 * Opens lanes to the peers of one share: offers to those who were there before, answers newcomers, tries again after
 * failures, opens another lane beside one that has stopped answering, and a direct one beside a relayed one.
 */

import type { AppError } from '#shared/errors.ts'
import type { NetworkFacts } from '#shared/protocol/network-facts.ts'
import type { Signal } from '#shared/protocol/signals.ts'
import type { PeerId } from '#shared/share/keys.ts'
import { AttemptDesk, type LanePlan } from './attempt-desk.ts'
import { BetterRoutes, type PeerRoutes } from './better-routes.ts'
import type { ConnectorOptions } from './connector-options.ts'
import { EarlySignals } from './early-signals.ts'
import { isBusy, isSilent, newKnownPeer, retryDelayMs, type KnownPeer } from './known-peer.ts'
import { Network } from './network.ts'
import { Signalling } from './signalling.ts'

export type { ConnectorOptions } from './connector-options.ts'

/** Connections per share unless the person says otherwise: a well-mixed swarm, and little for a home router's tables. */
const DEFAULT_CONNECTIONS = 12
/** How long closing connections, which have last words, still reach their relays. Milliseconds, with room. */
const LINGER_MS = 1000
/** A newcomer that is announced offers at once; when it does not, this side offers after so many milliseconds. */
const NEWCOMER_MS = 5000
/** An offer without an answer after so long did not arrive, or the answer did not. Milliseconds. */
const ASTRAY_MS = 1500
/** How often attempts and routes are looked at. Milliseconds. */
const TICK_MS = 250
/** After a further lane could not be opened, until the next is tried. Milliseconds. */
const MORE_PAUSE_MS = 5000

export class Connector {
  readonly #options: ConnectorOptions
  readonly #peers = new Map<PeerId, KnownPeer>()
  readonly #early = new EarlySignals()
  readonly #unsubscribe: (() => void)[]
  readonly #network: Network
  readonly #signalling: Signalling
  readonly #desk: AttemptDesk
  readonly #routes: BetterRoutes
  #maxConnections: number
  #isClosed = false

  constructor(options: ConnectorOptions) {
    this.#options = options
    this.#maxConnections = options.maxConnections ?? DEFAULT_CONNECTIONS
    const { session, monitor, swarm } = options
    this.#network = new Network(options)
    this.#signalling = new Signalling({
      ...options,
      sendOverLane: (to, box) => void swarm?.signal(to, box),
      received: (from, signal) => this.#receive(from, signal),
    })
    this.#desk = new AttemptDesk(options, this.#network, {
      signal: (peer, signal) => this.#signalling.send(peer, signal),
      ended: (known, ways, error) => this.#attemptEnded(known, ways, error),
    })
    this.#routes = new BetterRoutes({
      facts: () => this.facts,
      look: (peer) => swarm?.look(peer),
      begin: (known, predict) => this.#offer(known, { ways: 'direct', predict }),
    })
    const ticking = setInterval(() => this.#tick(), TICK_MS)
    ticking.unref()
    this.#unsubscribe = [
      () => clearInterval(ticking),
      () => this.#signalling.close(),
      session.onJoined(({ iceServers, peers }) => {
        this.#learnServers(this.#network.setCoordinatorServers(iceServers))
        for (const peer of peers) this.#meet(peer, 0)
      }),
      session.onPeerJoined((peer) => this.#meet(peer, NEWCOMER_MS)),
      session.onPeerLeft((peer) => this.#partFrom(peer)),
      session.onUndelivered((peer) => this.#partFrom(peer)),
    ]
    if (monitor !== undefined) this.#unsubscribe.push(monitor.onMoved(() => this.#moved()))
    this.#learnServers([])
  }

  /** What is known of the own network, as the peers may know it. */
  get facts(): NetworkFacts {
    return this.#routes.ownFacts(this.#options)
  }

  /** Peers that are being tried or cannot be reached, for the UI; connected ones the swarm knows. */
  unconnected(): { readonly peer: PeerId; readonly failure: AppError | undefined }[] {
    return [...this.#peers.values()]
      .filter((known) => known.lanes.size === 0 && (known.isPresent || known.attempts.size > 0))
      .map(({ peer, failure }) => ({ peer, failure }))
  }

  /** What the UI is told of a peer's routes. */
  routesOf(peer: PeerId): PeerRoutes {
    return this.#routes.view(peer, this.#peers.get(peer))
  }

  /** A sealed signal that came over a lane. */
  hearSignal(from: PeerId, box: string): void {
    if (!this.#isClosed) this.#signalling.receive(from, box)
  }

  /** So many lanes to a peer are worth having: more are opened beside those there are. */
  wantLanes(peer: PeerId, count: number): void {
    const known = this.#peers.get(peer)
    if (known === undefined || this.#isClosed || known.lanes.size === 0) return
    if (performance.now() < known.moreAfterMs) return
    for (let open = known.lanes.size + known.attempts.size; open < count; open++)
      this.#offer(known, { ways: 'any', predict: false })
  }

  /** A lane has stopped answering, or answers again. */
  laneHealth(peer: PeerId, lane: string, isSuspect: boolean): void {
    const known = this.#peers.get(peer)
    if (known === undefined || this.#isClosed) return
    if (!isSuspect) known.suspects.delete(lane)
    else if (known.lanes.has(lane)) known.suspects.add(lane)
    if (isSuspect && isSilent(known)) this.#options.events.silent?.()
    this.#heal(known)
  }

  /** A lane ended; `isWanted`: the connection should come back. */
  laneGone(peer: PeerId, lane: string, isWanted: boolean): void {
    const known = this.#peers.get(peer)
    known?.suspects.delete(lane)
    if (known?.lanes.delete(lane) !== true) return
    if (known.lanes.size > 0) return this.#heal(known)
    // What was to replace it goes on.
    if (isWanted && known.attempts.size > 0) this.#desk.close(known, 'direct')
    if (isWanted && known.attempts.size === 0) this.#retryLater(known)
    else if (!isWanted) this.#forget(known)
    this.#tryWaiting()
  }

  /** At once: surplus connections end, the latest first. */
  setMaxConnections(count: number): void {
    this.#maxConnections = count
    const busy = [...this.#peers.values()].filter(isBusy)
    for (const known of busy.slice(count)) {
      known.isWaiting = true
      this.#desk.close(known)
      for (const lane of known.lanes.values()) lane.close()
    }
    this.#tryWaiting()
  }

  close(): void {
    this.#isClosed = true
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    for (const known of this.#peers.values()) {
      clearTimeout(known.retry)
      this.#desk.close(known)
    }
    this.#peers.clear()
    setTimeout(() => this.#network[Symbol.dispose](), LINGER_MS).unref()
  }

  #learnServers(unused: readonly string[]): void {
    const { events, monitor, policy } = this.#options
    if (unused.length > 0) events.unusedServers(unused)
    if (policy !== 'relay') monitor?.learnServers(this.#network.stunServers)
  }

  #meet(peer: PeerId, delayMs: number): void {
    if (peer === this.#options.session.peerId || this.#options.events.isBanned(peer)) return
    const known = this.#know(peer)
    known.isPresent = true
    // What was offered before one of the two was here has reached nobody.
    this.#desk.closeUnheard(known)
    if (isSilent(known)) return this.#heal(known)
    if (isBusy(known)) return
    clearTimeout(known.retry)
    if (delayMs === 0) this.#try(known)
    else known.retry = setTimeout(() => this.#try(known), delayMs)
  }

  #try(known: KnownPeer): void {
    if (this.#isClosed || isBusy(known)) return
    known.isWaiting = this.#isFull()
    if (!known.isWaiting) this.#offer(known, { ways: 'any', predict: false })
  }

  #tryWaiting(): void {
    for (const known of this.#peers.values()) if (known.isWaiting && known.isPresent) this.#try(known)
  }

  #offer(known: KnownPeer, plan: LanePlan): void {
    if (!this.#desk.hasRoom(known)) return
    known.isOfferer = true
    this.#desk.offer(known, plan)
  }

  /** Where no lane answers, another is opened by whatever way is first; one at a time. */
  #heal(known: KnownPeer): void {
    if (this.#isClosed || !isSilent(known)) return
    if (performance.now() < known.yieldsUntilMs || this.#desk.isTrying(known, 'any')) return
    this.#offer(known, { ways: 'any', predict: false })
  }

  #tick(): void {
    const now = performance.now()
    for (const known of this.#peers.values()) {
      this.#desk.lookAfter(known, now, isSilent(known))
      this.#heal(known)
      this.#routes.look(known, now)
    }
  }

  /** The device is in another network, or was asleep. */
  #moved(): void {
    this.#network.moved()
    for (const { search } of this.#peers.values()) search.stir(performance.now())
  }

  #partFrom(peer: PeerId): void {
    const known = this.#peers.get(peer)
    if (known === undefined) return
    known.isPresent = false
    // Lanes live without the coordinator; attempts need the other side's signals.
    if (known.lanes.size === 0) this.#forget(known)
  }

  #forget(known: KnownPeer): void {
    clearTimeout(known.retry)
    this.#desk.close(known)
    this.#peers.delete(known.peer)
    this.#options.events.changed()
  }

  #receive(from: PeerId, signal: Signal): void {
    if (this.#options.events.isBanned(from)) this.#signalling.refuse(from, signal, 'banned')
    else if (signal.kind === 'offer') this.#answer(from, signal)
    else this.#deliver(from, signal)
  }

  #answer(from: PeerId, signal: Extract<Signal, { kind: 'offer' }>): void {
    const known = this.#know(from)
    known.isPresent = true
    const { ways = 'any', predict = false } = signal
    if (known.attempts.has(signal.lane) || known.lanes.has(signal.lane)) return // played again
    const isFull = known.lanes.size === 0 && this.#isFull(known)
    if (isFull || !this.#desk.hasRoom(known)) return this.#signalling.refuse(from, signal, 'full')
    if (ways === 'direct' && this.#options.policy === 'relay')
      return this.#signalling.refuse(from, signal, 'failed')
    if (this.#desk.isOffering(known, ways)) {
      // Both sides offered at once: the offer of the smaller id stands, here and there, unless it has gone astray.
      const stands = this.#options.session.peerId < from && !this.#desk.isUnheard(known, ways, ASTRAY_MS)
      if (stands) return this.#signalling.refuse(from, signal, 'duplicate')
      this.#desk.close(known, ways)
    }
    clearTimeout(known.retry)
    known.isOfferer = false
    const attempt = this.#desk.connect(known, signal.lane, 'answer', { ways, predict })
    if (attempt === undefined) return
    this.#desk.feed(known, attempt, signal)
    for (const early of this.#early.take(from, signal.lane)) this.#desk.feed(known, attempt, early)
  }

  #deliver(from: PeerId, signal: Signal): void {
    const known = this.#peers.get(from)
    const attempt = known?.attempts.get(signal.lane)
    if (known !== undefined && attempt !== undefined) this.#desk.feed(known, attempt, signal)
    // Perhaps its offer is still on the way.
    else if (known?.lanes.has(signal.lane) !== true) this.#early.keep(from, signal)
  }

  #attemptEnded(known: KnownPeer, ways: LanePlan['ways'], error: AppError): void {
    // There is a lane that works: nothing is lost but the try, and there will be another one.
    if (known.lanes.size > 0) known.moreAfterMs = performance.now() + MORE_PAUSE_MS
    if (ways === 'direct' || isBusy(known)) return
    known.failures++
    known.failure = error
    this.#retryLater(known)
    this.#options.events.changed()
    this.#tryWaiting()
  }

  #retryLater(known: KnownPeer): void {
    if (this.#isClosed) return
    clearTimeout(known.retry)
    known.retry = setTimeout(() => this.#try(known), retryDelayMs(known, Math.random))
  }

  #isFull(except?: KnownPeer): boolean {
    const busy = [...this.#peers.values()].filter((known) => known !== except && isBusy(known))
    return busy.length >= this.#maxConnections
  }

  #know(peer: PeerId): KnownPeer {
    const before = this.#peers.get(peer)
    if (before !== undefined) return before
    const known = newKnownPeer(peer)
    this.#peers.set(peer, known)
    return known
  }
}
