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
import { iceSettings, isAllowed, type RoutePolicy } from './ice-settings.ts'
import { RtcConnection } from './rtc-connection.ts'

/** Connections per share. Enough for a well-mixed swarm, few enough for a home router's tables. */
export const MAX_CONNECTIONS = 12
/** Lanes to one peer. */
export const MAX_LANES = 16
/** First and longest pause before another try, milliseconds; doubled in between, with jitter. */
const RETRY_MS = 1000
const MAX_RETRY_MS = 30_000
/** The side that answered waits longer than the other's first retries, so that both do not offer at once. */
const ANSWERER_EXTRA_MS = 8000
/** A newcomer that is announced offers at once; when it does not, this side offers after so many milliseconds. */
const NEWCOMER_MS = 5000

export interface ConnectorOptions {
  readonly keys: ShareKeys
  readonly session: TopicSession
  readonly policy: RoutePolicy
  /** The person's own. */
  readonly iceServers: readonly IceServer[]
  readonly bindAddress: string | undefined
  readonly events: ConnectorEvents
  readonly log: (event: string, fields: Record<string, string | number | boolean>) => void
}

export interface ConnectorEvents {
  opened(peer: PeerId, lane: Lane): void
  isBanned(peer: PeerId): boolean
  changed(): void
  /** Something the person entered, or the coordinator gave, that cannot be used. */
  unusedServers(urls: readonly string[]): void
}

/** A peer that is known to be there, connected or not. */
interface Candidate {
  readonly peer: PeerId
  readonly attempts: Map<string, RtcConnection>
  readonly lanes: Set<string>
  isPresent: boolean
  failures: number
  failure: AppError | undefined
  /** This side made the last offer, so it makes the next one. */
  isOfferer: boolean
  retry: NodeJS.Timeout | undefined
}

export class Connector {
  readonly #options: ConnectorOptions
  readonly #box: SignalBox
  readonly #peers = new Map<PeerId, Candidate>()
  readonly #early = new EarlySignals()
  readonly #unsubscribe: (() => void)[]
  #serverIce: readonly IceServer[] = []
  #isClosed = false

  constructor(options: ConnectorOptions) {
    this.#options = options
    this.#box = new SignalBox(options.keys)
    const { session } = options
    this.#unsubscribe = [
      session.onJoined((info) => {
        this.#serverIce = info.iceServers
        const { unused } = this.#settings()
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
      .filter(
        (candidate) => candidate.lanes.size === 0 && (candidate.isPresent || candidate.attempts.size > 0),
      )
      .map(({ peer, failure }) => ({ peer, failure }))
  }

  /** One more lane to a peer, beside those there are. */
  openLane(peer: PeerId): void {
    const candidate = this.#peers.get(peer)
    if (candidate === undefined || candidate.attempts.size + candidate.lanes.size >= MAX_LANES) return
    candidate.isOfferer = true
    const lane = v.parse(LaneId, toHex(randomBytes(8)))
    const connection = this.#connect(candidate, lane, 'offer')
    try {
      connection?.start()
    } catch (error) {
      this.#attemptFailed(candidate, lane, toAppError(error))
    }
  }

  /** A lane ended; `isWanted`: the connection should come back. */
  laneGone(peer: PeerId, lane: string, isWanted: boolean): void {
    const candidate = this.#peers.get(peer)
    if (candidate?.lanes.delete(lane) !== true || candidate.lanes.size > 0) return
    if (isWanted) this.#retryLater(candidate)
    else this.#forget(candidate)
  }

  close(): void {
    this.#isClosed = true
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    for (const candidate of this.#peers.values()) {
      clearTimeout(candidate.retry)
      for (const attempt of candidate.attempts.values()) attempt.close()
    }
    this.#peers.clear()
  }

  #settings(): ReturnType<typeof iceSettings> {
    const { iceServers, policy, bindAddress } = this.#options
    return iceSettings([...iceServers, ...this.#serverIce], policy, bindAddress)
  }

  #meet(peer: PeerId, delayMs: number): void {
    if (peer === this.#options.session.peerId || this.#options.events.isBanned(peer)) return
    const candidate = this.#candidate(peer)
    candidate.isPresent = true
    if (candidate.lanes.size > 0 || candidate.attempts.size > 0) return
    clearTimeout(candidate.retry)
    if (delayMs === 0) this.#try(candidate)
    else candidate.retry = setTimeout(() => this.#try(candidate), delayMs)
  }

  #try(candidate: Candidate): void {
    if (this.#isClosed || candidate.lanes.size > 0 || candidate.attempts.size > 0 || this.#isFull()) return
    this.openLane(candidate.peer)
  }

  #partFrom(peer: PeerId): void {
    const candidate = this.#peers.get(peer)
    if (candidate === undefined) return
    candidate.isPresent = false
    // Lanes live without the coordinator; attempts need the other side's signals.
    if (candidate.lanes.size === 0) this.#forget(candidate)
  }

  #forget(candidate: Candidate): void {
    clearTimeout(candidate.retry)
    for (const attempt of candidate.attempts.values()) attempt.close()
    this.#peers.delete(candidate.peer)
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
    const candidate = this.#candidate(from)
    candidate.isPresent = true
    if (candidate.attempts.has(signal.lane) || candidate.lanes.has(signal.lane)) return // played again
    if (candidate.lanes.size === 0 && this.#isFull(candidate)) return this.#refuse(from, signal, 'full')
    if (candidate.lanes.size + candidate.attempts.size >= MAX_LANES) return this.#refuse(from, signal, 'full')
    if (candidate.lanes.size === 0 && candidate.isOfferer && candidate.attempts.size > 0) {
      // Both sides offered at once: the offer of the smaller id stands, here and there.
      if (this.#options.session.peerId < from) return this.#refuse(from, signal, 'duplicate')
      for (const attempt of candidate.attempts.values()) attempt.close()
      candidate.attempts.clear()
    }
    clearTimeout(candidate.retry)
    candidate.isOfferer = false
    const connection = this.#connect(candidate, signal.lane, 'answer')
    if (connection === undefined) return
    this.#feed(candidate, connection, signal)
    for (const early of this.#early.take(from, signal.lane)) this.#feed(candidate, connection, early)
  }

  #deliver(from: PeerId, signal: Signal): void {
    const candidate = this.#peers.get(from)
    const connection = candidate?.attempts.get(signal.lane)
    if (candidate === undefined || connection === undefined) {
      // Perhaps its offer is still on the way.
      if (candidate?.lanes.has(signal.lane) !== true) this.#early.keep(from, signal)
      return
    }
    this.#feed(candidate, connection, signal)
  }

  #feed(candidate: Candidate, connection: RtcConnection, signal: Signal): void {
    try {
      connection.receive(signal)
    } catch (error) {
      connection.close()
      this.#attemptFailed(candidate, connection.lane, toAppError(error))
    }
  }

  #refuse(to: PeerId, signal: Signal, reason: Extract<Signal, { kind: 'refuse' }>['reason']): void {
    if (signal.kind === 'offer') this.#send(to, { kind: 'refuse', lane: signal.lane, reason })
  }

  #send(to: PeerId, signal: Signal): void {
    const { session } = this.#options
    session.signal(to, this.#box.seal(signal, session.peerId, to))
  }

  #connect(candidate: Candidate, lane: LaneId, role: 'offer' | 'answer'): RtcConnection | undefined {
    const { policy, events, log } = this.#options
    const { peer } = candidate
    const startedMs = performance.now()
    try {
      const connection = new RtcConnection({
        lane,
        role,
        config: this.#settings().config,
        allows: (facts, side) => isAllowed(policy, facts, side),
        events: {
          signal: (signal) => this.#send(peer, signal),
          opened: (opened) => {
            candidate.attempts.delete(lane)
            candidate.lanes.add(lane)
            candidate.failures = 0
            candidate.failure = undefined
            log('lane.opened', { role, openMs: Math.round(performance.now() - startedMs) })
            events.opened(peer, opened)
          },
          failed: (error) => this.#attemptFailed(candidate, lane, error),
        },
      })
      candidate.attempts.set(lane, connection)
      events.changed()
      return connection
    } catch (error) {
      this.#attemptFailed(candidate, lane, toAppError(error))
      return undefined
    }
  }

  #attemptFailed(candidate: Candidate, lane: string, error: AppError): void {
    candidate.attempts.delete(lane)
    this.#options.log('lane.failed', { code: error.code, detail: error.detail ?? '' })
    if (candidate.lanes.size > 0 || candidate.attempts.size > 0) return
    candidate.failures++
    candidate.failure = error
    this.#retryLater(candidate)
    this.#options.events.changed()
  }

  #retryLater(candidate: Candidate): void {
    if (this.#isClosed) return
    clearTimeout(candidate.retry)
    const backoffMs = Math.min(
      MAX_RETRY_MS,
      RETRY_MS * 2 ** Math.min(10, Math.max(0, candidate.failures - 1)),
    )
    const delayMs = backoffMs * (0.5 + Math.random() / 2) + (candidate.isOfferer ? 0 : ANSWERER_EXTRA_MS)
    candidate.retry = setTimeout(() => this.#try(candidate), delayMs)
  }

  #isFull(except?: Candidate): boolean {
    let busy = 0
    for (const candidate of this.#peers.values()) {
      if (candidate !== except && candidate.lanes.size + candidate.attempts.size > 0) busy++
    }
    return busy >= MAX_CONNECTIONS
  }

  #candidate(peer: PeerId): Candidate {
    const known = this.#peers.get(peer)
    if (known !== undefined) return known
    const candidate: Candidate = {
      peer,
      attempts: new Map(),
      lanes: new Set(),
      isPresent: false,
      failures: 0,
      failure: undefined,
      isOfferer: false,
      retry: undefined,
    }
    this.#peers.set(peer, candidate)
    return candidate
  }
}
