/**
 * How many lanes to one peer are worth having. One SCTP association is held back by loss and by its window, several side
 * by side are not; but on a full line more of them only take from others. So lanes are added while what arrives grows
 * and packets do not queue up, and given back when they brought nothing. Pure.
 */

import type { RouteKind } from '../api/views.ts'
import { MAX_LANES_PER_PEER } from './lane-limits.ts'

export interface LaneSample {
  readonly nowMs: number
  /** Open lanes that blocks come over. */
  readonly laneCount: number
  /** Block bytes that have come over all of them so far. */
  readonly receivedBytes: number
  /** The shortest round trip that any of them has now; null while unknown. Milliseconds. */
  readonly roundTripMs: number | null
  /** More is asked for than comes, and nothing here holds it back: neither a limit of the person nor the disk. */
  readonly isNetworkBound: boolean
  readonly route: RouteKind | null
}

/** A relay is somebody's, and each lane is an allocation there. */
const MAX_RELAYED_LANES = 4
/** Below such a round trip one association fills what two processors can move. Milliseconds. */
const NEAR_MS = 4
/** A first step that is larger than one: over a round trip that is felt, a single association is never enough. */
const FIRST_LANES = 4
/** A change of lanes is judged after so many round trips, half of them left out because new lanes begin slowly. */
const JUDGE_ROUND_TRIPS = 8
/** But after so long at least: rates are made of blocks of 128 KiB. Milliseconds. */
const MIN_JUDGE_MS = 800
const MAX_JUDGE_MS = 4000
/** Doubling the lanes must bring so much, or half of them go again. */
const WORTHWHILE = 1.15
/** Packets queue up when the round trip is so much longer than the shortest that was seen. */
const SWOLLEN_FACTOR = 1.6
/** And by so much, because event loops are late at times. Milliseconds. */
const SWOLLEN_EXTRA_MS = 20
/** After lanes were given back, the next try; longer after each. Milliseconds. */
const RETRY_MS = 20_000
const MAX_RETRY_MS = 5 * 60_000

interface Judged {
  readonly laneCount: number
  readonly bytesPerSecond: number
}

export class LaneController {
  readonly #cap: number
  #target = 1
  /** What fewer lanes reached: the measure for those that were added since. */
  #before: Judged | undefined
  #window:
    { readonly sinceMs: number; readonly settledMs: number; bytesAtSettled: number | undefined } | undefined
  #shortestMs = Number.POSITIVE_INFINITY
  #retryAtMs = 0
  #retryMs = RETRY_MS
  #missingSinceMs: number | undefined

  /** @param cap of the person */
  constructor(cap: number = MAX_LANES_PER_PEER) {
    this.#cap = Math.max(1, Math.min(cap, MAX_LANES_PER_PEER))
  }

  /** To be called several times a second while something is wanted of the peer. @returns how many there should be */
  advise(sample: LaneSample): number {
    const { laneCount, roundTripMs } = sample
    if (roundTripMs !== null) this.#shortestMs = Math.min(this.#shortestMs, roundTripMs)
    const most = this.#most(sample)
    if (this.#target > most) this.#aim(most)
    // Lanes on their way in or out: nothing can be said yet.
    if (laneCount !== this.#target || !sample.isNetworkBound) {
      this.#window = undefined
      // One that does not come is not waited for: what is there is judged.
      if (laneCount > 0 && laneCount < this.#target && sample.isNetworkBound) this.#waitForLanes(sample)
      return this.#target
    }
    this.#missingSinceMs = undefined
    const bytesPerSecond = this.#measure(sample)
    if (bytesPerSecond === undefined) return this.#target
    this.#judge({ laneCount, bytesPerSecond }, sample, most)
    this.#window = undefined
    return this.#target
  }

  /** Lanes that cannot be opened within a while are not asked for any more until the next try. */
  #waitForLanes({ nowMs, laneCount }: LaneSample): void {
    this.#missingSinceMs ??= nowMs
    if (nowMs - this.#missingSinceMs < RETRY_MS / 2) return
    this.#missingSinceMs = undefined
    this.#aim(laneCount)
    this.#rest(nowMs)
  }

  #most({ route, roundTripMs }: LaneSample): number {
    if (route === null) return this.#target
    if (route === 'relayed') return Math.min(this.#cap, MAX_RELAYED_LANES)
    if (route === 'lan' && Math.min(this.#shortestMs, roundTripMs ?? 0) < NEAR_MS) return 1
    return this.#cap
  }

  /** Bytes per second over a window that begins when new lanes have got going; undefined before its end. */
  #measure({ nowMs, receivedBytes }: LaneSample): number | undefined {
    const lengthMs = Math.min(
      MAX_JUDGE_MS,
      Math.max(MIN_JUDGE_MS, Number.isFinite(this.#shortestMs) ? this.#shortestMs * JUDGE_ROUND_TRIPS : 0),
    )
    this.#window ??= { sinceMs: nowMs, settledMs: nowMs + lengthMs / 2, bytesAtSettled: undefined }
    const { sinceMs, settledMs, bytesAtSettled } = this.#window
    if (nowMs < settledMs) return undefined
    if (bytesAtSettled === undefined) {
      this.#window = { sinceMs, settledMs: nowMs, bytesAtSettled: receivedBytes }
      return undefined
    }
    if (nowMs - settledMs < lengthMs / 2) return undefined
    return ((receivedBytes - bytesAtSettled) * 1000) / (nowMs - settledMs)
  }

  #judge(now: Judged, sample: LaneSample, most: number): void {
    const before = this.#before
    if (before !== undefined && now.laneCount > before.laneCount) {
      const isWorthIt = now.bytesPerSecond >= before.bytesPerSecond * WORTHWHILE
      if (!isWorthIt) {
        this.#aim(before.laneCount)
        this.#before = undefined
        this.#rest(sample.nowMs)
        return
      }
      this.#retryMs = RETRY_MS
    }
    const isResting = sample.nowMs < this.#retryAtMs
    if (now.laneCount >= most || isResting || this.#isSwollen(sample)) {
      this.#before = undefined
      return
    }
    this.#before = now
    this.#aim(Math.min(most, now.laneCount === 1 ? FIRST_LANES : now.laneCount * 2))
  }

  /** Packets wait in a queue that we fill, or others do: more lanes would only take from them. */
  #isSwollen({ roundTripMs }: LaneSample): boolean {
    if (roundTripMs === null) return false
    return roundTripMs > this.#shortestMs * SWOLLEN_FACTOR + SWOLLEN_EXTRA_MS
  }

  #aim(laneCount: number): void {
    this.#target = Math.max(1, laneCount)
    this.#window = undefined
  }

  #rest(nowMs: number): void {
    this.#retryAtMs = nowMs + this.#retryMs
    this.#retryMs = Math.min(MAX_RETRY_MS, this.#retryMs * 2)
  }
}
