/**
 * Who may go next under a limit that several transfers share: one block at a time, by their weights. Each chooses among
 * its own peers (lane-turns.ts). Pure.
 */

import { FairOrder } from './fair-order.ts'
import type { TokenBucket } from './token-bucket.ts'

/**
 * - `went`: a block went, and there may be more; `done`: nothing to do until it asks again
 * - `held`: a limit of its own holds it up for a while
 */
export type TurnResult = 'went' | 'done' | 'held'

export class Turns {
  readonly bucket: TokenBucket
  readonly #order = new FairOrder<object>()
  readonly #takes = new WeakMap<object, () => TurnResult>()
  #isRunning = false

  constructor(bucket: TokenBucket) {
    this.bucket = bucket
  }

  /** @param weight above 0; one of twice the weight gets twice as much of what is scarce */
  setWeight(who: object, weight: number): void {
    this.#order.setWeight(who, weight)
  }

  /** Nothing happens before `run`. Who waits already keeps the place. */
  ask(who: object, take: () => TurnResult): void {
    this.#takes.set(who, take)
    this.#order.add(who)
  }

  leave(who: object): void {
    this.#order.delete(who)
  }

  /** Gives turns while the limit allows. To be called again and again: nothing here wakes up by itself. */
  run(): void {
    // A turn may ask for another one of its own; the loop that runs already gives it.
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      const held = new Set<object>()
      while (this.bucket.isOpen) {
        const next = this.#order.inOrder().find((who) => !held.has(who))
        if (next === undefined) return
        const result = this.#takes.get(next)?.() ?? 'done'
        if (result === 'done') this.#order.delete(next)
        if (result !== 'held') continue
        held.add(next)
        this.#order.pass(next)
      }
    } finally {
      this.#isRunning = false
    }
  }

  /** What somebody took whose turn it was. */
  charge(who: object, bytes: number): void {
    this.bucket.take(bytes)
    this.#order.charge(who, bytes)
  }

  /** What was taken and did not go. */
  refund(who: object, bytes: number): void {
    this.bucket.giveBack(bytes)
    this.#order.refund(who, bytes)
  }
}
