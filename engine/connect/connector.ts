/**
 * Opens lanes to the peers of one share: offers to those who were there before, answers newcomers, tries again after
 * failures. Signals travel sealed through the coordinator.
 */

import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import { LaneId, SignalBox, type Signal } from '#shared/protocol/signals.ts'
import { randomBytes, toHex } from '#shared/encoding/bytes.ts'
import { toAppError, type AppError } from '#shared/errors.ts'
import type { PeerId, ShareKeys } from '#shared/share/keys.ts'
import type { Lane } from '#shared/swarm/lane.ts'
import type { TopicSession } from '../coordinator-client/client.ts'
import * as v from 'valibot'
import { EarlySignals } from './early-signals.ts'
import { isBusy, newKnownPeer, retryDelayMs, type KnownPeer } from './known-peer.ts'
import type { PortRange, RoutePolicy } from './ice-settings.ts'
import { Network } from './network.ts'
import { RtcConnection } from './rtc-connection.ts'

/** Connections per share unless the person says otherwise: a well-mixed swarm, and little for a home router's tables. */
const DEFAULT_CONNECTIONS = 12
/** Lanes to one peer. */
const MAX_LANES = 16
/** How long closing connections, which have last words, still reach their relays. Milliseconds, with room. */
const LINGER_MS = 1000
/** A newcomer that is announced offers at once; when it does not, this side offers after so many milliseconds. */
const NEWCOMER_MS = 5000

export interface ConnectorOptions {
  readonly keys: ShareKeys
  readonly session: TopicSession
  readonly policy: RoutePolicy
  /** The person's own. */
  readonly iceServers: readonly IceServer[]
  readonly bindAddress: string | undefined
  /** Of UDP sockets; any when undefined. */
  readonly portRange: PortRange | undefined
  /** Peers at a time. */
  readonly maxConnections?: number
  /** Certificates of authorities that TURN servers may have, instead of the system's, PEM: tests. */
  readonly turnCa?: string
  readonly events: ConnectorEvents
  readonly log: (event: string, fields: Record<string, string | number | boolean>) => void
}

interface ConnectorEvents {
  opened(peer: PeerId, lane: Lane): void
  isBanned(peer: PeerId): boolean
  changed(): void
  /** Something the person entered, or the coordinator gave, that cannot be used. */
  unusedServers(urls: readonly string[]): void
}

export class Connector {
  readonly #options: ConnectorOptions
  readonly #box: SignalBox
  readonly #peers = new Map<PeerId, KnownPeer>()
  readonly #early = new EarlySignals()
  readonly #unsubscribe: (() => void)[]
  readonly #network: Network
  #maxConnections: number
  #isClosed = false

  constructor(options: ConnectorOptions) {
    this.#options = options
    this.#box = new SignalBox(options.keys)
    this.#maxConnections = options.maxConnections ?? DEFAULT_CONNECTIONS
    const { session } = options
    this.#network = new Network(options)
    this.#unsubscribe = [
      session.onJoined((info) => {
        const unused = this.#network.setCoordinatorServers(info.iceServers)
        if (unused.length > 0) options.events.unusedServers(unused)
        for (const peer of info.peers) this.#meet(peer, 0)
      }),
      session.onPeerJoined((peer) => this.#meet(peer, NEWCOMER_MS)),
      session.onPeerLeft((peer) => this.#partFrom(peer)),
      session.onUndelivered((peer) => this.#partFrom(peer)),
      session.onSignal((from, box) => this.#receive(from, box)),
    ]
  }

  /** Peers that are being tried or cannot be reached, for the UI; connected ones the swarm knows. */
  unconnected(): { readonly peer: PeerId; readonly failure: AppError | undefined }[] {
    return [...this.#peers.values()]
      .filter((known) => known.lanes.size === 0 && (known.isPresent || known.attempts.size > 0))
      .map(({ peer, failure }) => ({ peer, failure }))
  }

  /** One more lane to a peer, beside those there are. */
  openLane(peer: PeerId): void {
    const known = this.#peers.get(peer)
    if (known === undefined || known.attempts.size + known.lanes.size >= MAX_LANES) return
    known.isOfferer = true
    const lane = v.parse(LaneId, toHex(randomBytes(8)))
    const connection = this.#connect(known, lane, 'offer')
    try {
      connection?.start()
    } catch (error) {
      connection?.close()
      this.#attemptFailed(known, lane, toAppError(error))
    }
  }

  /** A lane ended; `isWanted`: the connection should come back. */
  laneGone(peer: PeerId, lane: string, isWanted: boolean): void {
    const known = this.#peers.get(peer)
    if (known?.lanes.delete(lane) !== true || known.lanes.size > 0) return
    if (isWanted) this.#retryLater(known)
    else this.#forget(known)
    this.#tryWaiting()
  }

  /** At once: surplus connections end, the latest first. */
  setMaxConnections(count: number): void {
    this.#maxConnections = count
    const busy = [...this.#peers.values()].filter(isBusy)
    for (const known of busy.slice(count)) {
      known.isWaiting = true
      for (const attempt of known.attempts.values()) attempt.close()
      known.attempts.clear()
      for (const lane of known.lanes.values()) lane.close()
    }
    this.#tryWaiting()
  }

  close(): void {
    this.#isClosed = true
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    for (const known of this.#peers.values()) {
      clearTimeout(known.retry)
      for (const attempt of known.attempts.values()) attempt.close()
    }
    this.#peers.clear()
    setTimeout(() => this.#network[Symbol.dispose](), LINGER_MS).unref()
  }

  #meet(peer: PeerId, delayMs: number): void {
    if (peer === this.#options.session.peerId || this.#options.events.isBanned(peer)) return
    const known = this.#know(peer)
    known.isPresent = true
    if (isBusy(known)) return
    clearTimeout(known.retry)
    if (delayMs === 0) this.#try(known)
    else known.retry = setTimeout(() => this.#try(known), delayMs)
  }

  #try(known: KnownPeer): void {
    if (this.#isClosed || isBusy(known)) return
    known.isWaiting = this.#isFull()
    if (known.isWaiting) return
    this.openLane(known.peer)
  }

  #tryWaiting(): void {
    for (const known of this.#peers.values()) if (known.isWaiting && known.isPresent) this.#try(known)
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
    for (const attempt of known.attempts.values()) attempt.close()
    this.#peers.delete(known.peer)
    this.#options.events.changed()
  }

  #receive(from: PeerId, box: string): void {
    const { session, events, log } = this.#options
    let signal: Signal
    try {
      signal = this.#box.open(box, from, session.peerId)
    } catch (error) {
      log('signal.refused', { code: toAppError(error).code })
      return
    }
    if (events.isBanned(from)) {
      this.#refuse(from, signal, 'banned')
      return
    }
    if (signal.kind === 'offer') this.#answer(from, signal)
    else this.#deliver(from, signal)
  }

  #answer(from: PeerId, signal: Extract<Signal, { kind: 'offer' }>): void {
    const known = this.#know(from)
    known.isPresent = true
    if (known.attempts.has(signal.lane) || known.lanes.has(signal.lane)) return // played again
    if (known.lanes.size === 0 && this.#isFull(known)) return this.#refuse(from, signal, 'full')
    if (known.lanes.size + known.attempts.size >= MAX_LANES) return this.#refuse(from, signal, 'full')
    if (known.lanes.size === 0 && known.isOfferer && known.attempts.size > 0) {
      // Both sides offered at once: the offer of the smaller id stands, here and there.
      if (this.#options.session.peerId < from) return this.#refuse(from, signal, 'duplicate')
      for (const attempt of known.attempts.values()) attempt.close()
      known.attempts.clear()
    }
    clearTimeout(known.retry)
    known.isOfferer = false
    const connection = this.#connect(known, signal.lane, 'answer')
    if (connection === undefined) return
    this.#feed(known, connection, signal)
    for (const early of this.#early.take(from, signal.lane)) this.#feed(known, connection, early)
  }

  #deliver(from: PeerId, signal: Signal): void {
    const known = this.#peers.get(from)
    const connection = known?.attempts.get(signal.lane)
    if (known === undefined || connection === undefined) {
      // Perhaps its offer is still on the way.
      if (known?.lanes.has(signal.lane) !== true) this.#early.keep(from, signal)
      return
    }
    this.#feed(known, connection, signal)
  }

  #feed(known: KnownPeer, connection: RtcConnection, signal: Signal): void {
    try {
      connection.receive(signal)
    } catch (error) {
      connection.close()
      this.#attemptFailed(known, connection.lane, toAppError(error))
    }
  }

  #refuse(to: PeerId, signal: Signal, reason: Extract<Signal, { kind: 'refuse' }>['reason']): void {
    if (signal.kind === 'offer') this.#send(to, { kind: 'refuse', lane: signal.lane, reason })
  }

  #send(to: PeerId, signal: Signal): void {
    const { session } = this.#options
    session.signal(to, this.#box.seal(signal, session.peerId, to))
  }

  #connect(known: KnownPeer, lane: LaneId, role: 'offer' | 'answer'): RtcConnection | undefined {
    const { events, log } = this.#options
    const { peer } = known
    const startedMs = performance.now()
    try {
      const connection = new RtcConnection({
        lane,
        role,
        network: this.#network,
        events: {
          signal: (signal) => this.#send(peer, signal),
          opened: (opened) => {
            known.attempts.delete(lane)
            known.lanes.set(lane, opened)
            known.failures = 0
            known.failure = undefined
            log('lane.opened', { role, openMs: Math.round(performance.now() - startedMs) })
            events.opened(peer, opened)
          },
          failed: (error) => this.#attemptFailed(known, lane, error),
        },
      })
      known.attempts.set(lane, connection)
      events.changed()
      return connection
    } catch (error) {
      this.#attemptFailed(known, lane, toAppError(error))
      return undefined
    }
  }

  #attemptFailed(known: KnownPeer, lane: string, error: AppError): void {
    known.attempts.delete(lane)
    this.#options.log('lane.failed', { code: error.code, detail: error.detail ?? '' })
    if (isBusy(known)) return
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
