/**
 * Looks after the lanes of every session. A worse lane drains while a better one carries on, and is closed when both
 * sides are done with it: no pause, nothing lost. A lane that stops answering is told of, so that another is opened
 * beside it, and given up when that one carries or the silence lasts. Pure.
 */

import type { PeerId } from '../share/keys.ts'
import type { Clock } from './clock.ts'
import { isNear, isStream, rankOf } from './lane-order.ts'
import type { PeerSession, SessionLane } from './peer-session.ts'

/** What this device's own pause must exceed to be taken off the lanes' accounts: a few ticks. Milliseconds. */
const BUSY_MS = 400
/** How long a worse lane is kept for a peer that neither asks for anything on it nor lets go of it. Milliseconds. */
const PATIENCE_MS = 30_000
/** The same for one that asks on and on. */
const MAX_LEAVING_MS = 120_000

export interface LaneCareEvents {
  /** It does not answer any more, or it does again (`isSuspect` of the lane tells). */
  health(session: PeerSession, lane: SessionLane): void
  /** Its time has come: the lane is to be closed. */
  end(session: PeerSession, lane: SessionLane, reason: string): void
  /** Whether anything that was asked for on this lane is still to come. */
  awaits(lane: SessionLane): boolean
}

export class LaneCare {
  readonly #clock: Clock
  readonly #sessions: ReadonlyMap<PeerId, PeerSession>
  readonly #events: LaneCareEvents
  readonly #tickMs: number
  readonly #maxLanes: number
  #lastTickMs: number

  /** @param tickMs how often `tick` is called. @param maxLanes to one peer, by the person */
  constructor(
    clock: Clock,
    sessions: ReadonlyMap<PeerId, PeerSession>,
    tickMs: number,
    maxLanes: number,
    events: LaneCareEvents,
  ) {
    this.#clock = clock
    this.#sessions = sessions
    this.#tickMs = tickMs
    this.#maxLanes = maxLanes
    this.#events = events
    this.#lastTickMs = clock.now()
  }

  tick(): void {
    const now = this.#clock.now()
    const lateMs = now - this.#lastTickMs - this.#tickMs
    this.#lastTickMs = now
    for (const session of this.#sessions.values()) {
      for (const lane of session.lanes.values()) {
        if (lateMs > BUSY_MS) lane.heartbeat.forgive(lateMs)
        this.#feel(session, lane, now)
      }
      this.review(session)
    }
  }

  /** The network has changed: every lane is to show that it lives. */
  probe(): void {
    for (const session of this.#sessions.values()) {
      for (const lane of session.lanes.values()) {
        lane.heartbeat.probe()
        this.#feel(session, lane, this.#clock.now())
      }
    }
  }

  /** Which lanes stay and which go; also when a lane has just been greeted. */
  review(session: PeerSession): void {
    const now = this.#clock.now()
    const lanes = session.readyLanes
    for (const lane of lanes) {
      const route = lane.lane.route()
      lane.rank = rankOf(route, now - lane.openedMs)
      lane.isStream = isStream(route)
    }
    session.isNear = lanes.some((lane) => isNear(lane.lane.route(), lane.shortestTripMs))
    session.isStreamAlone =
      (session.isNear || this.#maxLanes === 1) && lanes.some((lane) => lane.isStream && !lane.isSuspect)
    for (const lane of lanes) lane.isStandby = session.isStreamAlone && !lane.isStream
    for (const lane of lanes) {
      this.#setLeaving(lane, lane.isSurplus || lanes.some((other) => isBetter(other, lane)), now)
      if (lane.isSuspect) {
        const since = lane.heartbeat.suspectSinceMs ?? now
        if (lanes.some((other) => !other.isSuspect && other.openedMs > since))
          this.#events.end(session, lane, 'replaced')
      } else if (lane.isLeaving) this.#letGo(session, lane, now)
    }
  }

  /** The other side asks for nothing more on this lane. */
  hearRetire(session: PeerSession, lane: SessionLane): void {
    lane.hasHeardRetire = true
    this.review(session)
  }

  #feel(session: PeerSession, lane: SessionLane, nowMs: number): void {
    const wasSuspect = lane.wasSuspect
    const queuedBytes = lane.lane.bufferedBytes()
    const roundTripMs = lane.lane.roundTripMs()
    lane.noteTrip(roundTripMs)
    const pulse = {
      nowMs,
      isBusy: lane.outstanding.size > 0 || lane.uploads.length > 0 || queuedBytes > 0,
      queuedBytes,
      blockQuietMs: lane.outstanding.size > 0 ? nowMs - lane.lastBlockMs : 0,
      roundTripMs,
      bytesPerSecond: Math.max(lane.down.bytesPerSecond(), lane.up.bytesPerSecond()),
    }
    const health = lane.heartbeat.beat(pulse, (id) => lane.send({ type: 'ping', id }))
    if (health === 'dead') return this.#events.end(session, lane, 'silent')
    lane.wasSuspect = health === 'suspect'
    if (lane.wasSuspect !== wasSuspect) this.#events.health(session, lane)
  }

  #setLeaving(lane: SessionLane, isLeaving: boolean, now: number): void {
    if (lane.isLeaving === isLeaving) return
    lane.isLeaving = isLeaving
    lane.leavingSinceMs = now
    // The better lane did not last: what was said is taken back by asking again.
    if (!isLeaving) lane.hasSaidRetire = false
    lane.lastWordId = undefined
  }

  #letGo(session: PeerSession, lane: SessionLane, now: number): void {
    // Word that nothing more is asked for comes when nothing is awaited either: so what is under way always ends here.
    if (!lane.hasSaidRetire && !this.#events.awaits(lane)) lane.hasSaidRetire = lane.send({ type: 'retire' })
    if (!lane.hasSaidRetire) return
    const isIdle = lane.uploads.length === 0 && lane.lane.bufferedBytes() === 0
    if (!isIdle) lane.lastAskedMs = now
    if (!lane.hasHeardRetire) {
      const isUnused = now - Math.max(lane.leavingSinceMs, lane.lastAskedMs) > PATIENCE_MS
      if (isUnused || now - lane.leavingSinceMs > MAX_LEAVING_MS) this.#events.end(session, lane, 'retired')
      return
    }
    if (!isIdle) return
    // Messages of before may still be on the way, and closing would lose them: the answer to this comes after them.
    lane.lastWordId ??= lane.heartbeat.ask(now, (id) => lane.send({ type: 'ping', id }))
    if (lane.heartbeat.isAnswered(lane.lastWordId)) this.#events.end(session, lane, 'retired')
  }
}

/**
 * Whether `other` makes `lane` superfluous. Each side knows its own routes best, so the two may differ: the other side's
 * word tips the scales between equals, and where both hold on to different lanes, the smaller id stays, here and there.
 */
function isBetter(other: SessionLane, lane: SessionLane): boolean {
  // A TLS lane has the lanes that it grew from stand by, and replaces none.
  if (other === lane || other.isSuspect || other.isStream !== lane.isStream) return false
  if (other.hasHeardRetire === lane.hasHeardRetire) return other.rank > lane.rank
  const isFirst = other.lane.id < lane.lane.id
  if (lane.hasHeardRetire) return other.rank >= lane.rank || isFirst
  return other.rank > lane.rank && isFirst
}
