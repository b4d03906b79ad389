/** Passes on what is complete until the limit is reached that the person has set, for this transfer or for all. */

import type { SeedLimit, SeedView } from '#shared/api/views.ts'
import { systemClock, type Clock } from '#shared/swarm/clock.ts'
import { isSeedLimitReached, ratioOf, type SeedAccount } from '#shared/swarm/seed-account.ts'

/** Between two looks, milliseconds. */
const LOOK_MS = 1000
/** Between two notes of what was given: a killed process forgets no more. Milliseconds. */
const NOTE_MS = 10_000
/** Ends are told in whole minutes, or every look would tell another one. */
const MINUTE_MS = 60_000

export interface SeedingOptions {
  /** Of earlier runs. */
  readonly before: SeedAccount
  /** Of this transfer; null: the usual one. */
  readonly own: SeedLimit | null
  /** Of the settings, whatever they are by then. */
  readonly usual: () => SeedLimit
  readonly totalBytes: number
  /** Sent in this run. */
  readonly sentBytes: () => number
  readonly reached: () => void
  readonly note: (account: SeedAccount) => void
  readonly clock?: Clock
}

export class Seeding {
  readonly #options: SeedingOptions
  readonly #clock: Clock
  readonly #stopLooking: () => void
  #before: SeedAccount
  #own: SeedLimit | null
  /** When it was complete, or taken up complete; undefined before. */
  #sinceMs: number | undefined
  #isReached = false
  #noted: SeedAccount
  #notedMs: number

  constructor(options: SeedingOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#own = options.own
    this.#before = options.before
    this.#noted = options.before
    this.#notedMs = this.#clock.now()
    this.#stopLooking = this.#clock.every(LOOK_MS, () => this.#look())
  }

  get isReached(): boolean {
    return this.#isReached
  }

  /** Everything is here. What had reached its limit before begins anew: somebody wants it passed on again. */
  begin(): void {
    if (this.#sinceMs !== undefined) return
    const { totalBytes } = this.#options
    const wasComplete = this.#before.timeMs > 0
    if (wasComplete && isSeedLimitReached(this.#limit, this.#before, totalBytes)) {
      this.#before = { sentBytes: 0, timeMs: 0 }
    }
    this.#sinceMs = this.#clock.now()
  }

  /** @param own null: as the settings say */
  setLimit(own: SeedLimit | null): void {
    this.#own = own
    this.#look()
  }

  view(): SeedView {
    const { sentBytes, timeMs } = this.#account()
    const limit = this.#limit
    const isRunning = this.#sinceMs !== undefined && !this.#isReached
    const endsAtMs =
      isRunning && limit.timeMs !== null
        ? Math.round((Date.now() + limit.timeMs - timeMs) / MINUTE_MS) * MINUTE_MS
        : null
    const ratio = ratioOf(sentBytes, this.#options.totalBytes)
    return { limit, isOwn: this.#own !== null, ratio, endsAtMs, isReached: this.#isReached }
  }

  close(): void {
    this.#stopLooking()
    this.#note()
  }

  get #limit(): SeedLimit {
    return this.#own ?? this.#options.usual()
  }

  #account(): SeedAccount {
    const sinceMs = this.#sinceMs
    return {
      sentBytes: this.#before.sentBytes + this.#options.sentBytes(),
      timeMs: this.#before.timeMs + (sinceMs === undefined ? 0 : this.#clock.now() - sinceMs),
    }
  }

  #look(): void {
    if (this.#clock.now() - this.#notedMs >= NOTE_MS) this.#note()
    if (this.#sinceMs === undefined || this.#isReached) return
    if (!isSeedLimitReached(this.#limit, this.#account(), this.#options.totalBytes)) return
    this.#isReached = true
    this.#note()
    this.#options.reached()
  }

  #note(): void {
    const account = this.#account()
    this.#notedMs = this.#clock.now()
    if (account.sentBytes === this.#noted.sentBytes && account.timeMs === this.#noted.timeMs) return
    this.#noted = account
    this.#options.note(account)
  }
}
