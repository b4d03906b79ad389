/** Has as many lanes to each peer opened, or given back, as are worth having for what is fetched from it. Pure. */

import type { PeerId } from '../share/keys.ts'
import { BLOCK_BYTES } from '../share/piece-layout.ts'
import type { Clock } from './clock.ts'
import type { Lane } from './lane.ts'
import { LaneController } from './lane-controller.ts'
import { isStream } from './lane-order.ts'
import type { PeerSession, SessionLane } from './peer-session.ts'

/** Between two looks, milliseconds. */
const LOOK_MS = 100
/**
 * Asked for and not yet here, on each lane: less means that something else than the network is slow. A slow lane's window is two
 * blocks, and it is asked again when one has come.
 */
const BUSY_BYTES = BLOCK_BYTES
/** Looks in a row that may find a lane idle before it counts: pieces end, and requests come in bursts. */
const MAX_IDLE_LOOKS = 8

export interface LanePlannerEvents {
  /** A limit of the person is what holds the download back. */
  isLimited(): boolean
  /** There should be so many. Said again and again while there are fewer. */
  wantsLanes(peer: PeerId, count: number): void
}

interface Plan {
  readonly controller: LaneController
  /** Whether there is a TLS lane. */
  hasStream: boolean
  idleLooks: number
  /** Lanes that open now are kept in reserve. */
  isPreparing: boolean
}

export class LanePlanner {
  readonly #clock: Clock
  readonly #sessions: ReadonlyMap<PeerId, PeerSession>
  readonly #maxLanes: number
  readonly #events: LanePlannerEvents
  readonly #plans = new WeakMap<PeerSession, Plan>()
  #lookedMs = Number.NEGATIVE_INFINITY

  /** @param maxLanes to one peer, by the person; 1: never more */
  constructor(
    clock: Clock,
    sessions: ReadonlyMap<PeerId, PeerSession>,
    maxLanes: number,
    events: LanePlannerEvents,
  ) {
    this.#clock = clock
    this.#sessions = sessions
    this.#maxLanes = maxLanes
    this.#events = events
  }

  /** Whether a lane that opens now is not to be used before it is known that it is worth having. Never one that was not asked for here. */
  isReserve(session: PeerSession, lane: Lane): boolean {
    if (lane.isOffered !== true || isStream(lane.route())) return false
    return this.#plans.get(session)?.isPreparing === true
  }

  tick(): void {
    const now = this.#clock.now()
    if (now - this.#lookedMs < LOOK_MS) return
    this.#lookedMs = now
    for (const session of this.#sessions.values()) this.#look(session, now)
  }

  #look(session: PeerSession, nowMs: number): void {
    const lanes = session.readyLanes.filter((lane) => !lane.isSuspect && !(lane.isLeaving && !lane.isSurplus))
    takeOver(lanes)
    const reserve = lanes.filter((lane) => lane.isReserve)
    const open = lanes.filter((lane) => !lane.isSurplus && !lane.isReserve)
    const stream = lanes.find((lane) => lane.isStream)
    if (stream !== undefined && session.isStreamAlone) {
      giveBack(reserve)
      this.#restStanding(open)
      return
    }
    const plan = this.#planOf(session, stream !== undefined)
    // Beside a TLS lane the first data channel carries a little, tells whether packets queue up, and is not counted.
    const extra = stream === undefined || open.length < 2 ? 0 : 1
    const [first] = open
    if (first === undefined || open.every((lane) => lane.outstandingBytes === 0)) return
    const isBusy = open.every((lane) => lane.outstandingBytes >= BUSY_BYTES)
    plan.idleLooks = isBusy ? 0 : plan.idleLooks + 1
    const target = plan.controller.advise({
      nowMs,
      laneCount: open.length - extra,
      receivedBytes: session.receivedBytes,
      ...(stream && { streamBytes: stream.down.totalBytes }),
      roundTripMs: roundTripOf(open),
      isNetworkBound: plan.idleLooks <= MAX_IDLE_LOOKS && !this.#events.isLimited(),
      route: first.lane.route()?.kind ?? null,
    })
    const { likelyCount } = plan.controller
    plan.isPreparing = likelyCount > target
    if (plan.isPreparing) return this.#events.wantsLanes(session.peer, likelyCount)
    // Decided: those that are not used now are given back.
    giveBack(reserve)
    // So many data channels, whether there is a TLS lane or not.
    const channels = open.filter((lane) => !lane.isStream)
    const count = Math.min(target, stream === undefined ? target : this.#maxLanes - 1)
    if (count > channels.length) this.#more(session, lanes, count)
    else if (count < channels.length) giveUp(channels, channels.length - count)
  }

  /** Where a TLS lane comes or goes beside one data channel, all begins anew; beside several they go on as they are. */
  #planOf(session: PeerSession, hasStream: boolean): Plan {
    const known = this.#plans.get(session)
    if (known?.hasStream === hasStream) return known
    if (known !== undefined && known.controller.target > 1) {
      known.hasStream = hasStream
      return known
    }
    const controller = new LaneController(this.#maxLanes)
    const plan = { controller, hasStream, idleLooks: 0, isPreparing: false }
    this.#plans.set(session, plan)
    return plan
  }

  /** Those that were about to go stay first. */
  #more(session: PeerSession, lanes: readonly SessionLane[], channelCount: number): void {
    const channels = lanes.filter((lane) => !lane.isStream)
    let missing = channelCount - channels.filter((lane) => !lane.isSurplus).length
    for (const lane of channels) {
      if (missing <= 0) return
      if (!lane.isSurplus) continue
      lane.isSurplus = false
      missing--
    }
    if (missing > 0) this.#events.wantsLanes(session.peer, channelCount)
  }

  /** Beside a TLS lane one other is enough, in case that it fails. */
  #restStanding(open: readonly SessionLane[]): void {
    const standing = open.filter((lane) => lane.isStandby)
    if (standing.length > 1) giveUp(standing, standing.length - 1)
  }
}

/** Only such as this side asked for: the others are the other side's to give back. The youngest first. */
function giveUp(open: readonly SessionLane[], count: number): void {
  if (count <= 0) return
  const own = open.filter((lane) => lane.lane.isOffered === true)
  // One stays, whoever opened it.
  const spare = own.length === open.length ? own.slice(1) : own
  for (const lane of spare.slice(-count)) lane.isSurplus = true
}

/** The shortest now. A TLS lane's own answers wait behind what the system keeps for it. */
function roundTripOf(open: readonly SessionLane[]): number | null {
  const channels = open.filter((lane) => !lane.isStream)
  const trips = (channels.length > 0 ? channels : open)
    .map((lane) => lane.roundTripMs())
    .filter((trip) => trip !== null)
  return trips.length === 0 ? null : Math.min(...trips)
}

function giveBack(reserve: readonly SessionLane[]): void {
  for (const lane of reserve) [lane.isReserve, lane.isSurplus] = [false, true]
}

/**
 * Those that were used have died: the reserve carries on, or one of those to give back, or nothing would be asked for until they
 * are gone.
 */
function takeOver(lanes: readonly SessionLane[]): void {
  if (!lanes.every((lane) => lane.isReserve || lane.isSurplus)) return
  const reserve = lanes.filter((lane) => lane.isReserve)
  for (const lane of reserve.length > 0 ? reserve : lanes.slice(0, 1))
    [lane.isReserve, lane.isSurplus] = [false, false]
}
