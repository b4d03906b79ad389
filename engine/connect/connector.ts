/**
 * Opens lanes to the peers of one share: offers to those who were there before, answers newcomers, tries again after
 * failures, opens another lane beside one that has stopped answering, and a direct one beside a relayed one.
 */

import type { AppError } from '#shared/errors.ts'
import type { NetworkFacts } from '#shared/protocol/network-facts.ts'
import type { PeerId } from '#shared/share/keys.ts'
import { AttemptDesk, type LanePlan } from './attempt-desk.ts'
import { BetterRoutes, type PeerRoutes } from './better-routes.ts'
import type { ConnectorOptions } from './connector-options.ts'
import { IncomingSignals } from './incoming-signals.ts'
import { isBusy, isSilent, newKnownPeer, retryDelayMs, type KnownPeer } from './known-peer.ts'
import { MeshKeeper } from './mesh-keeper.ts'
import { Network } from './network.ts'
import { applySctpProfile } from './sctp-profile.ts'
import { Signalling } from './signalling.ts'

export type { ConnectorOptions } from './connector-options.ts'

/** How long closing connections, which have last words, still reach their relays. Milliseconds, with room. */
const LINGER_MS = 1000
/** A newcomer that is announced offers at once; when it does not, this side offers after so many milliseconds. */
const NEWCOMER_MS = 5000
/** How often attempts and routes are looked at. Milliseconds. */
const TICK_MS = 250
/** Tries in vain of a peer that is not at the coordinator. */
const MAX_LOST_FAILURES = 2
/** After a further lane could not be opened, until the next is tried. Milliseconds. */
const MORE_PAUSE_MS = 5000

export class Connector {
  readonly #options: ConnectorOptions
  readonly #peers = new Map<PeerId, KnownPeer>()
  readonly #unsubscribe: (() => void)[]
  readonly #network: Network
  readonly #signalling: Signalling
  readonly #desk: AttemptDesk
  readonly #routes: BetterRoutes
  readonly #mesh: MeshKeeper
  #isClosed = false

  constructor(options: ConnectorOptions) {
    this.#options = options
    const { session, monitor, swarm } = options
    this.#network = new Network(options)
    this.#signalling = new Signalling({
      ...options,
      sendOverLane: (to, box) => void swarm?.signal(to, box),
      received: (from, signal) => incoming.receive(from, signal),
    })
    this.#desk = new AttemptDesk(options, this.#network, {
      signal: (peer, signal) =>
        this.#signalling.send(
          peer,
          signal.kind === 'offer' ? { ...signal, links: this.#mesh.count } : signal,
        ),
      ended: (known, ways, error) => this.#attemptEnded(known, ways, error),
    })
    const incoming = new IncomingSignals(options, this.#signalling, this.#desk, {
      find: (peer) => this.#peers.get(peer),
      know: (peer) => this.#know(peer),
      hasPlace: (known, connections) => this.#mesh.hasPlace(known, connections),
    })
    this.#routes = new BetterRoutes({
      facts: () => this.facts,
      look: (peer) => swarm?.look(peer),
      begin: (known, predict) => this.#offer(known, { ways: 'direct', predict }),
    })
    this.#mesh = new MeshKeeper(options, {
      peers: this.#peers,
      meet: (peer) => this.#meet(peer, 0),
      meetByNeighbour: (peer) => this.#meetByNeighbour(peer),
      tryWaiting: () => this.#tryWaiting(),
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
    // While the coordinator answers.
    setImmediate(applySctpProfile)
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
    return this.#routes.view(peer, this.#peers.get(peer), performance.now())
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

  /** Either side made room for others. */
  keepApart(peer: PeerId): void {
    this.#mesh.keepApart(peer)
  }

  /** At once: surplus connections end, the latest first. */
  setMaxConnections(count: number): void {
    this.#mesh.setLimit(count)
    const busy = [...this.#peers.values()].filter(isBusy)
    for (const known of busy.slice(count)) {
      known.isWaiting = true
      this.#desk.close(known)
      for (const lane of known.lanes.values()) lane.close()
      this.#options.swarm?.closeStreams(known.peer)
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
    if (this.#isClosed || peer === this.#options.session.peerId || this.#options.events.isBanned(peer)) return
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

  /** Both hear of each other, so the smaller id offers, and the other one if that does not come. */
  #meetByNeighbour(peer: PeerId): void {
    const { session, events } = this.#options
    if (peer === session.peerId || events.isBanned(peer)) return
    const known = this.#know(peer)
    known.retry = setTimeout(() => this.#try(known), session.peerId < peer ? 0 : NEWCOMER_MS)
  }

  #try(known: KnownPeer): void {
    if (this.#isClosed || isBusy(known)) return
    known.isWaiting = this.#mesh.hasEnough || this.#mesh.isApart(known.peer)
    if (!known.isWaiting) this.#offer(known, { ways: 'any', predict: false })
  }

  #tryWaiting(): void {
    if (this.#mesh.isMakingRoom) return
    const waiting = [...this.#peers.values()].filter(
      (known) => known.isWaiting && (known.isPresent || this.#canReach(known)),
    )
    for (const known of this.#mesh.mixed(waiting)) this.#try(known)
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
    this.#mesh.tick(now)
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
    // Lanes live without the coordinator; attempts need the other side's signals, which neighbours may pass along.
    if (known.lanes.size === 0 && !this.#canReach(known)) this.#forget(known)
  }

  #canReach({ peer }: KnownPeer): boolean {
    return this.#options.swarm?.canReach(peer) === true
  }

  #forget(known: KnownPeer): void {
    clearTimeout(known.retry)
    this.#desk.close(known)
    this.#peers.delete(known.peer)
    this.#options.events.changed()
  }

  #attemptEnded(known: KnownPeer, ways: LanePlan['ways'], error: AppError): void {
    // There is a lane that works: nothing is lost but the try, and there will be another one.
    if (known.lanes.size > 0) known.moreAfterMs = performance.now() + MORE_PAUSE_MS
    if (ways === 'direct' || isBusy(known)) return
    known.failures++
    known.failure = error
    // Nobody says that it is still there.
    if (!known.isPresent && known.failures >= MAX_LOST_FAILURES) {
      // What a neighbour tells of again and again may be made up.
      if (this.#canReach(known)) this.#mesh.keepApart(known.peer)
      return this.#forget(known)
    }
    this.#retryLater(known)
    this.#options.events.changed()
    this.#tryWaiting()
  }

  #retryLater(known: KnownPeer): void {
    if (this.#isClosed) return
    clearTimeout(known.retry)
    known.retry = setTimeout(() => this.#try(known), retryDelayMs(known, Math.random))
  }

  #know(peer: PeerId): KnownPeer {
    const before = this.#peers.get(peer)
    if (before !== undefined) return before
    const known = newKnownPeer(peer)
    this.#peers.set(peer, known)
    const surplus = this.#mesh.surplus()
    if (surplus !== undefined && surplus !== known) this.#forget(surplus)
    return known
  }
}
