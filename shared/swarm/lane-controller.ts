/**
 * How many lanes to one peer are worth having. One SCTP association is held back by loss and by its window, several side
 * by side are not; but on a full line more of them only take from others. So a far peer gets a few as soon as the first is seen not
 * to fill the line, more are added while what arrives grows, and lanes are given back when fewer carry as much or when packets queue up. Pure.
 */

import type { RouteKind } from '../api/views.ts'
import { LaneBeginning } from './lane-beginning.ts'
import { FIRST_LANES, heldLanes, MAX_LANES_PER_PEER } from './lane-limits.ts'
import { QueueSense } from './queue-sense.ts'

export interface LaneSample {
  readonly nowMs: number
  /** Open lanes that blocks come over. */
  readonly laneCount: number
  /** Block bytes that have come over all of them so far. */
  readonly receivedBytes: number
  /** Of these, what a TLS lane has brought; undefined where there is none. */
  readonly streamBytes?: number
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
/** A change of lanes is judged after so many round trips, half of them left out because new lanes begin slowly. */
const JUDGE_ROUND_TRIPS = 8
/** But after so long at least. Milliseconds. */
const MIN_JUDGE_MS = 1200
const MAX_JUDGE_MS = 4000
/** And when so much has come meanwhile, up to that limit: one block of 128 KiB more or less must not decide. */
const ENOUGH_BYTES = 2 * 1024 * 1024
/**
 * Doubling the lanes must bring so much, or half of them go again. Where loss or windows are the limit it brings twice as much. On a full
 * line it only takes from others: n lanes of weight w beside a flow of weight 1 have nw / (nw + 1) of it, twice as many
 * 2nw / (2nw + 1), which is 1.6 times that while nw ≤ 0.33 only. So the other flow keeps more than a half of it.
 */
const WORTHWHILE = 1.6
/**
 * The same where no queue is felt at all, so that nothing is taken from anybody (rates of lossy lines go up and down by a fifth), and up
 * to the first few, which leave enough to others: a lane alone that has fallen by a third cannot gain more from a second.
 */
const WORTHWHILE_FREELY = 1.25
/** From look to look: what grows faster than this has not found its part of the line yet. */
const STEADY = 1.1
/** Half of the lanes must carry so much of what all did, or they come back. */
const STILL_ENOUGH = 0.88
/**
 * The same where a queue stands: the line is full all the same then, and what is missed is what others have now. Half of eight lanes
 * beside a flow of TCP cubic carry 0.6 to 0.7 of what all did; where lanes are the limit, and the queue is not ours, they carry a half.
 */
const ALMOST_HALVED = 0.57
/** After a try that was taken back, the next one; longer after each. Milliseconds. */
const RETRY_MS = 20_000
const MAX_RETRY_MS = 5 * 60_000
/** Whoever carries so much less than before, without a queue, is not at the end of the line: nobody waits for the next try. */
const FALLEN = 0.7
/** But for so long after a try that was taken back: it may have cost packets, and their lanes need a while. Milliseconds. */
const CALM_MS = 6000
/** Of what was lost so much is back: that is enough. */
const BACK = 0.9

export interface Judged {
  readonly laneCount: number
  readonly bytesPerSecond: number
  /** No packets waited on the way. */
  readonly isEmpty: boolean
}

export class LaneController {
  readonly #cap: number
  #target = 1
  readonly #beginning = new LaneBeginning()
  /** More lanes were tried because the rate had fallen. */
  #isRecovering = false
  /** The most that was measured since the next try was put off; bytes per second. */
  #restingRate: number | undefined
  /** How it was before the last change: the measure for it. */
  #before: Judged | undefined
  /** When more lanes were first worth a try. */
  #patientSinceMs: number | undefined
  /** Of the last look that found as many lanes as there are now; bytes per second. */
  #steadyRate: number | undefined
  /** Where nobody waits, more lanes are looked at twice before they go: losses come in clusters. */
  #isSecondLook = false
  /** What is tried when nothing has been for a while: more after fewer, fewer after more. */
  #next: 'more' | 'fewer' = 'more'
  #window: { readonly settledMs: number; readonly bytesAtSettled: number | undefined } | undefined
  readonly #queue = new QueueSense()
  #retryAtMs = 0
  #retryMs = RETRY_MS
  #calmUntilMs = 0
  /** Until then a queue takes no lanes: it has been seen that they are needed beside it. */
  #neededUntilMs = 0
  #missingSinceMs: number | undefined

  /** @param cap of the person */
  constructor(cap: number = MAX_LANES_PER_PEER) {
    this.#cap = Math.max(1, Math.min(cap, MAX_LANES_PER_PEER))
  }

  /** As last advised. */
  get target(): number {
    return this.#target
  }

  /** So many lanes may soon be worth having, as they take a while to open; none but those that are advised is to be used yet. */
  get likelyCount(): number {
    return this.#beginning.likelyCount
  }

  /** To be called several times a second while something is wanted of the peer. @returns how many there should be */
  advise(sample: LaneSample): number {
    const { laneCount } = sample
    this.#queue.feel(sample.nowMs, sample.roundTripMs)
    const most = this.#most(sample)
    if (this.#target > most) this.#aim(most)
    const first = this.#beginning.look(sample, this.#queue, most)
    if (first === 'waiting') return this.#target
    if (first === 'full') this.#rest(sample.nowMs)
    else if (first !== undefined) {
      this.#aim(first.laneCount)
      this.#before = first.before
    }
    // Lanes on their way in or out: nothing can be said yet.
    if (laneCount !== this.#target || !sample.isNetworkBound) {
      this.#window = undefined
      // One that does not come is not waited for: what is there is judged.
      if (laneCount > 0 && laneCount < this.#target && sample.isNetworkBound) this.#waitForLanes(sample)
      return this.#target
    }
    this.#missingSinceMs = undefined
    const judged = this.#measure(sample)
    if (judged === undefined) return this.#target
    this.#window = undefined
    this.#judge(judged, sample, most)
    return this.#target
  }

  /** Lanes that cannot be opened within a while are not asked for any more until the next try. */
  #waitForLanes({ nowMs, laneCount }: LaneSample): void {
    this.#missingSinceMs ??= nowMs
    if (nowMs - this.#missingSinceMs < RETRY_MS / 2) return
    this.#missingSinceMs = undefined
    this.#before = undefined
    this.#aim(laneCount)
    this.#rest(nowMs)
  }

  #most({ route, roundTripMs }: LaneSample): number {
    if (route === null) return this.#target
    if (route === 'relayed') return Math.min(this.#cap, MAX_RELAYED_LANES)
    if (route === 'lan' && Math.min(this.#queue.shortestMs, roundTripMs ?? 0) < NEAR_MS) return 1
    return this.#cap
  }

  /** Over a window that begins when new lanes have got going; undefined before its end. */
  #measure({ nowMs, laneCount, receivedBytes }: LaneSample): Judged | undefined {
    const { shortestMs } = this.#queue
    const tripsMs = Number.isFinite(shortestMs) ? shortestMs * JUDGE_ROUND_TRIPS : 0
    const lengthMs = Math.min(MAX_JUDGE_MS, Math.max(MIN_JUDGE_MS, tripsMs))
    const window = (this.#window ??= { settledMs: nowMs + lengthMs / 2, bytesAtSettled: undefined })
    if (nowMs < window.settledMs) return undefined
    if (window.bytesAtSettled === undefined) {
      this.#window = { settledMs: nowMs, bytesAtSettled: receivedBytes }
      return undefined
    }
    const passedMs = nowMs - window.settledMs
    const bytes = receivedBytes - window.bytesAtSettled
    if (passedMs < (bytes < ENOUGH_BYTES ? MAX_JUDGE_MS : lengthMs / 2)) return undefined
    return { laneCount, bytesPerSecond: (bytes * 1000) / passedMs, isEmpty: this.#queue.isEmpty }
  }

  #judge(now: Judged, sample: LaneSample, most: number): void {
    const before = this.#before
    this.#before = undefined
    if (before !== undefined && now.laneCount > before.laneCount) {
      const isEmpty = now.isEmpty && before.isEmpty
      const isFree = isEmpty || now.laneCount <= FIRST_LANES
      if (now.bytesPerSecond < before.bytesPerSecond * (isFree ? WORTHWHILE_FREELY : WORTHWHILE)) {
        if (!isEmpty || this.#isSecondLook) return this.#undo(before, sample)
        this.#isSecondLook = true
        this.#before = before
        return
      }
      this.#retryMs = RETRY_MS
      this.#retryAtMs = 0
      const goal = this.#isRecovering ? (this.#restingRate ?? 0) * BACK : Infinity
      if (now.laneCount >= most) this.#next = 'fewer'
      if (now.laneCount >= most || now.bytesPerSecond >= goal) return this.#rest(sample.nowMs)
    }
    const { isStanding } = this.#queue
    const held = heldLanes((now.bytesPerSecond * (sample.roundTripMs ?? 0)) / 1000)
    if (before !== undefined && now.laneCount < before.laneCount) {
      const share = now.bytesPerSecond / Math.max(1, before.bytesPerSecond)
      if (share < (isStanding ? ALMOST_HALVED : STILL_ENOUGH)) {
        if (isStanding) this.#neededUntilMs = sample.nowMs + this.#retryMs
        return this.#undo(before, sample)
      }
      if (now.laneCount > (isStanding ? held : 1)) return this.#halve(now, isStanding ? held : 1)
      this.#next = 'more'
      return this.#rest(sample.nowMs)
    }
    if (isStanding && now.laneCount > held && sample.nowMs >= this.#neededUntilMs)
      return this.#halve(now, held)
    const hasFallen = this.#hasFallen(now, sample)
    // On a line that is full, or nearly, more would only take from others.
    if (this.#queue.isQueued || this.#queue.isFelt) return
    const isResting = sample.nowMs < this.#retryAtMs
    if (isResting && !hasFallen) return
    if (isResting) this.#next = 'more'
    if (this.#next === 'fewer' && now.laneCount > 1) return this.#halve(now)
    this.#next = 'more'
    if (now.laneCount >= most || !this.#isTimeForMore(now, sample)) return
    this.#before = now
    this.#isRecovering = isResting
    this.#aim(Math.min(most, now.laneCount * 2))
  }

  /**
   * Where nothing waits on the way, there is nobody to take anything from. Else what waits may be another's packets: beside a TCP
   * flow lanes take their part little by little, for ten seconds, so that whatever is added meanwhile seems to bring more; and a
   * try takes from it for longer than it lasts.
   */
  #isTimeForMore(now: Judged, { nowMs }: LaneSample): boolean {
    const before = this.#steadyRate
    this.#steadyRate = now.bytesPerSecond
    this.#patientSinceMs ??= nowMs
    if (now.isEmpty || now.laneCount < FIRST_LANES) return true
    const isSteady = before !== undefined && now.bytesPerSecond <= before * STEADY
    return isSteady && nowMs - this.#patientSinceMs >= RETRY_MS
  }

  /** As associations do when the machine at one end was too busy for them: what was found out before is of no use then. */
  #hasFallen({ bytesPerSecond }: Judged, { nowMs, roundTripMs }: LaneSample): boolean {
    const rate = Math.max(bytesPerSecond, this.#restingRate ?? 0)
    this.#restingRate = rate
    if (roundTripMs === null || this.#queue.isFelt || nowMs < this.#calmUntilMs) return false
    return bytesPerSecond < rate * FALLEN
  }

  #undo(before: Judged, { nowMs }: LaneSample): void {
    this.#next = before.laneCount < this.#target ? 'fewer' : 'more'
    this.#aim(before.laneCount)
    this.#rest(nowMs)
    this.#calmUntilMs = nowMs + CALM_MS
    this.#restingRate = before.bytesPerSecond
  }

  /** @param least that stay */
  #halve(now: Judged, least = 1): void {
    this.#before = now
    this.#aim(Math.max(least, Math.floor(now.laneCount / 2)))
  }

  #aim(laneCount: number): void {
    this.#steadyRate = undefined
    this.#isSecondLook = false
    this.#target = Math.max(1, laneCount)
    this.#window = undefined
  }

  #rest(nowMs: number): void {
    this.#retryAtMs = nowMs + this.#retryMs
    this.#restingRate = undefined
    this.#retryMs = Math.min(MAX_RETRY_MS, this.#retryMs * 2)
  }
}
