/** When to try for a direct way beside a relayed one: soon at first, then less and less often. Pure. */

import type { PeerView } from '#shared/api/views.ts'
import type { Prospect } from './route-prospects.ts'

/**
 * Before the first try. ICE itself goes on checking when the relay has won the race, and often moves the very lane to a
 * direct pair within half a second; and the facts of both sides have arrived by then. Milliseconds.
 */
const FIRST_MS = 1000
/** The same where ports are foreseen: each of those checks takes one of the router's. Milliseconds. */
const FIRST_FORESEEN_MS = 2500
/** Pauses after each try that failed, the last one for ever; milliseconds, with jitter. */
const PAUSES_MS = [2000, 8000, 30_000, 120_000, 600_000] as const
const RARELY_MS = 600_000
/** The side that did not make the pair's last offer leaves the other so much time for each try. Milliseconds. */
const ANSWERER_EXTRA_MS = 6000
/** Between two tries that news of a network set off: a peer may send such news without end. Milliseconds. */
const STIR_PAUSE_MS = 5000
/** Tries after which a direct way is not expected any more. */
const HOPEFUL_TRIES = 4

export interface SearchView {
  /** The best lane runs over a relay. */
  readonly isRelayed: boolean
  readonly prospect: Prospect
  /** This side made the pair's last offer, so it makes the next one. */
  readonly isOfferer: boolean
}

export class RouteSearch {
  readonly #random: () => number
  #view: SearchView | undefined
  #tries = 0
  /** Undefined while there is nothing to look for. */
  #nextMs: number | undefined
  #sinceMs = 0
  #isTrying = false
  #stirredMs = Number.NEGATIVE_INFINITY
  /** Something has changed since the present try began. */
  #isStirred = false

  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  /** How things are now. @returns whether to try now; `began` says that it was done */
  look(view: SearchView, nowMs: number): boolean {
    const before = this.#view
    this.#view = view
    if (!view.isRelayed || view.prospect.chance === 'none') {
      this.#nextMs = undefined
      this.#tries = 0
      return false
    }
    if (this.#nextMs === undefined) {
      this.#sinceMs = nowMs
      this.#nextMs = nowMs + FIRST_MS + this.#extraMs()
    } else if (before !== undefined && isBetterNow(before.prospect, view.prospect)) this.stir(nowMs)
    const isEarly = view.prospect.needsPrediction && nowMs - this.#sinceMs < FIRST_FORESEEN_MS
    return !this.#isTrying && !isEarly && nowMs >= this.#nextMs
  }

  /** An address or a network is another one than before: what failed may work now. */
  stir(nowMs: number): void {
    if (this.#nextMs === undefined) return
    this.#tries = 0
    this.#isStirred = this.#isTrying
    this.#nextMs = Math.max(nowMs, this.#stirredMs + STIR_PAUSE_MS)
    this.#stirredMs = this.#nextMs
  }

  /** A try is under way, this side's or the other's. */
  began(): void {
    this.#isTrying = true
    this.#tries++
  }

  ended(nowMs: number): void {
    this.#isTrying = false
    if (this.#nextMs === undefined) return
    if (this.#isStirred) {
      this.#isStirred = false
      return
    }
    this.#nextMs = nowMs + this.#pauseMs() * (0.8 + this.#random() * 0.4) + this.#extraMs()
  }

  get state(): PeerView['betterRoute'] {
    if (this.#nextMs === undefined) return 'none'
    return this.#isTrying ? 'trying' : 'later'
  }

  /** A direct way may well be found yet. */
  get isHopeful(): boolean {
    if (this.#nextMs === undefined) return false
    const limit = this.#view?.prospect.chance === 'likely' ? HOPEFUL_TRIES : 1
    return this.#tries < limit || (this.#isTrying && this.#tries === limit)
  }

  #pauseMs(): number {
    if (this.#view?.prospect.chance !== 'likely') return RARELY_MS
    return PAUSES_MS[Math.min(this.#tries, PAUSES_MS.length) - 1] ?? PAUSES_MS[0]
  }

  #extraMs(): number {
    return this.#view?.isOfferer === true ? 0 : ANSWERER_EXTRA_MS
  }
}

function isBetterNow(before: Prospect, now: Prospect): boolean {
  if (now.chance !== 'likely') return false
  return before.chance !== 'likely' || before.needsPrediction !== now.needsPrediction
}
