/** Lets a burst through and a steady rate after it. Holds a number and a time, so one per socket costs nothing. */

export class TokenBucket {
  readonly #perSecond: number
  readonly #burst: number
  #tokens: number
  #atMs: number

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#tokens = burst
    this.#atMs = nowMs
  }

  /** False, and nothing is taken, when there are not enough. */
  take(count: number, nowMs: number): boolean {
    this.#refill(nowMs)
    if (count > this.#tokens) return false
    this.#tokens -= count
    return true
  }

  /** Takes them although there may not be enough: for a cost that is known afterwards. The debt is paid first. */
  spend(count: number, nowMs: number): void {
    this.#refill(nowMs)
    this.#tokens -= count
  }

  isFull(nowMs: number): boolean {
    this.#refill(nowMs)
    return this.#tokens >= this.#burst
  }

  #refill(nowMs: number): void {
    // A clock that is set back must not take tokens away.
    const elapsedMs = Math.max(0, nowMs - this.#atMs)
    this.#atMs = nowMs
    this.#tokens = Math.min(this.#burst, this.#tokens + (elapsedMs / 1000) * this.#perSecond)
  }
}
