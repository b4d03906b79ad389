/** Connections that are not open yet: begun, fed with the other side's signals, and given up. */

import { randomBytes, toHex } from '#shared/encoding/bytes.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import { LaneId, type Signal } from '#shared/protocol/signals.ts'
import { MAX_LANES_PER_PEER } from '#shared/swarm/lane-limits.ts'
import * as v from 'valibot'
import type { ConnectorOptions } from './connector-options.ts'
import type { Ways } from './ice-settings.ts'
import { needsSecondOffer, type Attempt, type KnownPeer } from './known-peer.ts'
import type { ConnectionNetwork } from './network.ts'
import { relayFirst } from './relay-first.ts'
import { RtcConnection } from './rtc-connection.ts'
import type { PeerId } from '#shared/share/keys.ts'

/** Lanes to one peer, those that are being opened among them; with room to replace some when all of them have died. */
const MAX_LANES = MAX_LANES_PER_PEER + 4
/** Of these, such as look for a better way: nobody needs more at once. */
const MAX_DIRECT = 2
/** A direct way opens within two seconds or not at all; the next try is a better chance. Milliseconds, with room. */
const DIRECT_LIMIT_MS = 5000
/** A second offer beside a first one, which ends with it and had eight seconds more. Milliseconds. */
const SECOND_LIMIT_MS = 12_000
/** An offer to a peer whose lanes are silent may have gone astray with them: made again after so many milliseconds. */
const REPLACE_LIMIT_MS = 4000

/** How long the other side's offer, which stands, is waited for. Milliseconds. */
const YIELD_MS = 2000

/** How a lane is to come about. */
export interface LanePlan {
  readonly ways: Ways
  readonly predict: boolean
  /** Beside an offer that takes long. */
  readonly isSecond?: boolean
}

export interface AttemptEvents {
  signal(peer: PeerId, signal: Signal): void
  /** Not after `close`. */
  ended(known: KnownPeer, ways: Ways, error: AppError): void
}

export class AttemptDesk {
  readonly #options: ConnectorOptions
  readonly #network: ConnectionNetwork
  readonly #events: AttemptEvents

  constructor(options: ConnectorOptions, network: ConnectionNetwork, events: AttemptEvents) {
    this.#options = options
    this.#network = options.isRelayFirst === true ? relayFirst(network) : network
    this.#events = events
  }

  hasRoom({ attempts, lanes }: KnownPeer): boolean {
    return attempts.size + lanes.size < MAX_LANES
  }

  isTrying({ attempts }: KnownPeer, ways: Ways): boolean {
    return attempts.values().some((attempt) => attempt.ways === ways)
  }

  isOffering({ attempts }: KnownPeer, ways: Ways): boolean {
    return attempts.values().some((attempt) => attempt.ways === ways && attempt.role === 'offer')
  }

  /** Offers by these ways are there, and nobody has answered any for so long. */
  isUnheard({ attempts }: KnownPeer, ways: Ways, limitMs: number): boolean {
    const untilMs = performance.now() - limitMs
    return attempts
      .values()
      .every((attempt) => attempt.ways !== ways || (!attempt.hasHeard && attempt.startedMs < untilMs))
  }

  offer(known: KnownPeer, plan: LanePlan): void {
    const lane = v.parse(LaneId, toHex(randomBytes(8)))
    const attempt = this.connect(known, lane, 'offer', plan)
    if (attempt !== undefined) this.#guard(known, attempt, () => attempt.connection.start())
  }

  connect(known: KnownPeer, lane: LaneId, role: 'offer' | 'answer', plan: LanePlan): Attempt | undefined {
    const { events, log, monitor } = this.#options
    const { peer } = known
    const { ways, predict, isSecond = false } = plan
    const startedMs = performance.now()
    if (ways === 'direct') this.#makeRoom(known)
    // Beside the first lane of a peer; what opens later has one beside it already, or needs none.
    const isFirst = ways === 'any' && known.lanes.size === 0 && known.attempts.size === 0
    const early = isFirst ? this.#options.streams?.early(peer, lane) : undefined
    try {
      const connection = new RtcConnection({
        lane,
        role,
        ways,
        predict,
        network: this.#network,
        monitor,
        events: {
          signal: (signal) => this.#events.signal(peer, early?.tell(signal) ?? signal),
          reached: () => early?.reached(connection.route()),
          opened: (opened) => {
            this.#drop(known, lane)
            known.lanes.set(lane, opened)
            known.failures = 0
            known.failure = undefined
            log('lane.opened', { role, ways, openMs: Math.round(performance.now() - startedMs) })
            events.opened(peer, opened)
          },
          failed: (error) => this.#failed(known, lane, error),
        },
      })
      const attempt = { connection, role, ways, startedMs, isSecond, early, hasHeard: role === 'answer' }
      known.attempts.set(lane, attempt)
      if (ways === 'direct') known.search.began()
      log('lane.trying', { role, ways, predict })
      events.changed()
      return attempt
    } catch (error) {
      this.#events.ended(known, ways, toAppError(error))
      return undefined
    }
  }

  feed(known: KnownPeer, attempt: Attempt, signal: Signal): void {
    attempt.hasHeard = true
    const isYielding = signal.kind === 'refuse' && signal.reason === 'duplicate'
    if (isYielding) known.yieldsUntilMs = performance.now() + YIELD_MS
    attempt.early?.hear(signal)
    this.#guard(known, attempt, () => attempt.connection.receive(signal))
  }

  /** Those by these ways, or all. */
  close(known: KnownPeer, ways?: Ways): void {
    for (const [lane, attempt] of known.attempts) {
      if (ways !== undefined && attempt.ways !== ways) continue
      attempt.connection.close()
      this.#drop(known, lane)
    }
  }

  /** Offers that nobody has answered. */
  closeUnheard(known: KnownPeer): void {
    for (const [lane, attempt] of known.attempts) {
      if (attempt.hasHeard) continue
      attempt.connection.close()
      this.#drop(known, lane)
    }
  }

  /** Ends those that have taken too long, and makes a second offer beside a slow first one. @param isUrgent no lane of the peer answers */
  lookAfter(known: KnownPeer, nowMs: number, isUrgent: boolean): void {
    for (const [lane, attempt] of known.attempts) {
      if (nowMs - attempt.startedMs < limitOf(attempt, isUrgent)) continue
      attempt.connection.close()
      this.#failed(known, lane, new AppError('peer.unreachable', { detail: 'no way was found in time' }))
    }
    if (needsSecondOffer(known, nowMs) && this.hasRoom(known))
      this.offer(known, { ways: 'any', predict: false, isSecond: true })
  }

  #makeRoom(known: KnownPeer): void {
    const direct = [...known.attempts].filter(([, { ways }]) => ways === 'direct')
    for (const [lane, { connection }] of direct.slice(MAX_DIRECT - 1)) {
      connection.close()
      this.#drop(known, lane)
    }
  }

  #guard(known: KnownPeer, { connection }: Attempt, act: () => void): void {
    try {
      act()
    } catch (error) {
      connection.close()
      this.#failed(known, connection.lane, toAppError(error))
    }
  }

  #failed(known: KnownPeer, lane: string, error: AppError): void {
    const { ways = 'any', role, connection } = known.attempts.get(lane) ?? {}
    this.#drop(known, lane)
    // Who has offered waits for it, and only who has offered can offer anew.
    if (role === 'answer' && connection !== undefined)
      this.#events.signal(known.peer, { kind: 'refuse', lane: connection.lane, reason: 'failed' })
    this.#options.log('lane.failed', { ways, code: error.code, detail: error.detail ?? '' })
    this.#events.ended(known, ways, error)
  }

  #drop(known: KnownPeer, lane: string): void {
    const attempt = known.attempts.get(lane)
    if (attempt === undefined) return
    known.attempts.delete(lane)
    if (attempt.ways === 'direct' && !this.isTrying(known, 'direct')) known.search.ended(performance.now())
  }
}

/** Milliseconds. Beyond these the connection has its own. */
function limitOf({ ways, isSecond }: Attempt, isUrgent: boolean): number {
  if (ways === 'direct') return DIRECT_LIMIT_MS
  if (isUrgent) return REPLACE_LIMIT_MS
  return isSecond ? SECOND_LIMIT_MS : Infinity
}
