/** What the first lane to a peer shows, alone, before it is known whether there should be more. Pure. */

import type { Judged, LaneSample } from './lane-controller.ts'
import { FIRST_LANES } from './lane-limits.ts'
import type { QueueSense } from './queue-sense.ts'
import { StreamGrowth } from './stream-growth.ts'

/** From here on a single association is hardly ever enough, so nobody waits until a second one is judged. Milliseconds. */
const FAR_MS = 10
/** Over such a round trip, which no full queue of a near line has, eight first lanes are 320 Mbit/s at most, and what the system keeps for one TCP connection is no more than that. Milliseconds. */
const VERY_FAR_MS = 140
const FIRST_FAR_LANES = 8
/** A TLS lane weighs as much as a flow of TCP beside others, and has a data channel beside it already. */
const FIRST_BESIDE_STREAM = 3
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
  #aloneSinceMs: number | undefined
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
      if (route !== 'relayed') this.likelyCount = Math.min(most, isVeryFar ? FIRST_FAR_LANES : FIRST_LANES)
      return 'waiting'
    }
    this.#isOver = true
    if (isEnough) return undefined
    // What comes and goes in the queue is perhaps another's, who has as much right to the line as a TLS lane.
    if (queue.isFelt || (hasStream && !isVeryFar && !queue.isEmpty)) return 'full'
    // What a TLS lane leaves of the line is tried by a few lanes beside it; one data channel hardly ever fills one.
    const laneCount = Math.min(
      most,
      isVeryFar ? FIRST_FAR_LANES : hasStream ? FIRST_BESIDE_STREAM : FIRST_LANES,
    )
    if (growth !== 'steady') return { laneCount }
    const { bytesPerSecond } = this.#growth
    return { laneCount, before: { laneCount: 1, bytesPerSecond, isEmpty: queue.isEmpty } }
  }

  #isWaitingForLane({ nowMs, receivedBytes }: LaneSample, queue: QueueSense): boolean {
    const { shortestMs, hasGrown, isFelt } = queue
    if (receivedBytes === 0) return true
    this.#aloneSinceMs ??= nowMs
    const aloneMs = nowMs - this.#aloneSinceMs
    if (aloneMs < Math.min(MAX_ALONE_MS, shortestMs * ALONE_ROUND_TRIPS)) return true
    return hasGrown && !isFelt && shortestMs < VERY_FAR_MS && aloneMs < GROWING_ALONE_MS
  }
}
