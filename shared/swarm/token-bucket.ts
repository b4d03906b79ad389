/** A limit of bytes per second that may change at any moment. Pure. */

import type { Clock } from './clock.ts'

/**
 * What may go at once after a pause, in milliseconds of the limit. A busy event loop looks that seldom, and what it
 * could not hand out in between would be lost.
 */
const BURST_MS = 250

export class TokenBucket {
  readonly #clock: Clock
  #bytesPerSecond = Number.POSITIVE_INFINITY
  #tokens = 0
  #atMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#atMs = clock.now()
  }

  get isLimited(): boolean {
    return this.#bytesPerSecond !== Number.POSITIVE_INFINITY
  }

  /** Infinity without a limit. */
  get bytesPerSecond(): number {
    return this.#bytesPerSecond
  }

  /** @param bytesPerSecond null: no limit */
  setLimit(bytesPerSecond: number | null): void {
    this.#refill()
    const next = bytesPerSecond ?? Number.POSITIVE_INFINITY
    // What an old limit lent is forgiven: at the old rate it may have been hours of the new one.
    if (next !== this.#bytesPerSecond) this.#tokens = Math.max(0, Math.min(this.#tokens, burstOf(next)))
    this.#bytesPerSecond = next
  }

  /**
   * Something may go now, of whatever size: blocks are not cut up, so the last one is lent and the debt is waited for.
   */
  get isOpen(): boolean {
    if (!this.isLimited) return true
    this.#refill()
    return this.#tokens > 0
  }

  take(bytes: number): void {
    if (this.isLimited) this.#tokens -= bytes
  }

  /** What was taken and did not go. */
  giveBack(bytes: number): void {
    if (this.isLimited) this.#tokens = Math.min(burstOf(this.#bytesPerSecond), this.#tokens + bytes)
  }

  #refill(): void {
    const nowMs = this.#clock.now()
    const elapsedMs = nowMs - this.#atMs
    this.#atMs = nowMs
    if (!this.isLimited) return
    const fresh = (elapsedMs * this.#bytesPerSecond) / 1000
    this.#tokens = Math.min(burstOf(this.#bytesPerSecond), this.#tokens + fresh)
  }
}

function burstOf(bytesPerSecond: number): number {
  return bytesPerSecond === Number.POSITIVE_INFINITY ? 0 : (bytesPerSecond * BURST_MS) / 1000
}
