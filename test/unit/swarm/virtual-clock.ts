/** A clock that only moves when told to, and chance that repeats: a simulation is the same at every run. */

import type { Clock } from '#shared/swarm/clock.ts'

interface Event {
  readonly atMs: number
  readonly order: number
  readonly act: () => void
}

export class VirtualClock implements Clock {
  #nowMs = 0
  #order = 0
  #state: number
  readonly #events: Event[] = []

  constructor(seed = 1) {
    this.#state = seed >>> 0
  }

  now(): number {
    return this.#nowMs
  }

  every(intervalMs: number, callback: () => void): () => void {
    let isStopped = false
    const again = (): void => {
      if (isStopped) return
      callback()
      this.after(intervalMs, again)
    }
    this.after(intervalMs, again)
    return () => {
      isStopped = true
    }
  }

  /** mulberry32 */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** Calls once. */
  after(delayMs: number, act: () => void): void {
    const event: Event = { atMs: this.#nowMs + delayMs, order: this.#order++, act }
    // By time, then in the order of the calls; a list is fast enough for some thousands.
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#events[middle]?.atMs ?? 0) <= event.atMs) low = middle + 1
      else high = middle
    }
    this.#events.splice(low, 0, event)
  }

  /** Moves on until the condition holds or the limit is reached; what promises do comes in between. */
  async run(limitMs: number, isDone: () => boolean = () => false): Promise<boolean> {
    const untilMs = this.#nowMs + limitMs
    for (;;) {
      await settlePromises()
      if (isDone()) return true
      const next = this.#events[0]
      if (next === undefined || next.atMs > untilMs) break
      this.#events.shift()
      this.#nowMs = next.atMs
      next.act()
    }
    this.#nowMs = untilMs
    return isDone()
  }
}

/** Everything that waits for promises alone has run when this resolves. */
function settlePromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
