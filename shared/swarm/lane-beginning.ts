/** What the first lane to a peer shows, alone, before it is known whether there should be more. Pure. */

import type { Judged, LaneSample } from './lane-controller.ts'
import { FIRST_LANES } from './lane-limits.ts'
import type { QueueSense } from './queue-sense.ts'
import { StreamGrowth } from './stream-growth.ts'

/** From here on a single association is hardly ever enough, so nobody waits until a second one is judged. Milliseconds. */
const FAR_MS = 10
/** Over such a round trip eight first lanes are 225 Mbit/s, and what the system keeps for one TCP connection is no more than that. Milliseconds. */
const VERY_FAR_MS = 100
const FIRST_MANY_LANES = 8
/**
 * A lane that fills no queue and has no more than this on its way after eight round trips, in which its window could have doubled eight
 * times, has lost packets: that many lanes lose no less, and together they carry as many times more. Bytes.
 */
const LOSSY_FLIGHT_BYTES = 96 * 1024
/** Nobody takes a slow line for a lossy one sooner than its queue could be felt in a smoothed round trip. Milliseconds. */
const MIN_LOSSY_MS = 600
/**
 * So long the first lane carries alone, which shows whether it fills the line: its window is open after seven round trips.
 * Not longer than that limit where round trips are long: one window fills little there. Milliseconds.
 */
const ALONE_ROUND_TRIPS = 8
const MAX_ALONE_MS = 800
/** The library's smoothed round trip needs as long again to follow; while it grows at all, so much is waited for it. Milliseconds. */
const GROWING_ALONE_MS = 1300

/** How many lanes there should be next. */
export interface FirstStep {
  readonly laneCount: number
  /** What they are to be judged by; undefined where they stay for now. */
  readonly before?: Judged
}

export class LaneBeginning {
  readonly #growth = new StreamGrowth()
  #isOver = false
  /** When the first lane was seen to carry. */
  #alone: { readonly sinceMs: number; readonly bytes: number } | undefined
  /** Of the first lane, since it was seen to carry. */
  #bytesPerSecond = 0
  /** So many lanes may soon be worth having; they can be opened meanwhile. */
  likelyCount = 0

  /** @param most lanes. @returns undefined when the beginning is over; `full`: one fills the line */
  look(sample: LaneSample, queue: QueueSense, most: number): FirstStep | 'waiting' | 'full' | undefined {
    this.likelyCount = 0
    const { roundTripMs, streamBytes, route, isNetworkBound } = sample
    if (this.#isOver || roundTripMs === null || route === null || !isNetworkBound) return undefined
    const hasStream = streamBytes !== undefined
    const isVeryFar = queue.shortestMs >= VERY_FAR_MS
    const isEnough = most === 1 || (!hasStream && roundTripMs < FAR_MS)
    const growth =
      hasStream && !isVeryFar ? this.#growth.look(sample.nowMs, streamBytes, queue.shortestMs) : undefined
    const isWaiting = hasStream ? growth === 'growing' : this.#isWaitingForLane(sample, queue)
    if (!isEnough && isWaiting) {
      if (route !== 'relayed') this.likelyCount = Math.min(most, isVeryFar ? FIRST_MANY_LANES : FIRST_LANES)
      return 'waiting'
    }
    this.#isOver = true
    if (isEnough) return undefined
    if (queue.isFelt) return 'full'
    // What a TLS lane leaves of the line is tried by a few lanes beside it; one data channel hardly ever fills one.
    const bytesPerSecond = hasStream ? this.#growth.bytesPerSecond : this.#bytesPerSecond
    const isLossy = isFlightSmall(bytesPerSecond, queue)
    const laneCount = Math.min(most, isVeryFar || isLossy ? FIRST_MANY_LANES : FIRST_LANES)
    if (growth !== 'steady' && !isLossy) return { laneCount }
    return { laneCount, before: { laneCount: 1, bytesPerSecond, isEmpty: queue.isEmpty } }
  }

  #isWaitingForLane({ nowMs, receivedBytes }: LaneSample, queue: QueueSense): boolean {
    const { shortestMs, hasGrown, isFelt } = queue
    if (receivedBytes === 0) return true
    this.#alone ??= { sinceMs: nowMs, bytes: receivedBytes }
    const aloneMs = nowMs - this.#alone.sinceMs
    this.#bytesPerSecond = ((receivedBytes - this.#alone.bytes) * 1000) / Math.max(1, aloneMs)
    if (aloneMs < Math.min(MAX_ALONE_MS, shortestMs * ALONE_ROUND_TRIPS)) return true
    if (isFlightSmall(this.#bytesPerSecond, queue) && aloneMs < MIN_LOSSY_MS) return true
    return hasGrown && !isFelt && shortestMs < VERY_FAR_MS && aloneMs < GROWING_ALONE_MS
  }
}

function isFlightSmall(bytesPerSecond: number, { shortestMs }: QueueSense): boolean {
  return (bytesPerSecond * shortestMs) / 1000 < LOSSY_FLIGHT_BYTES
}
