/**
 * Who may go next under a limit: everybody who waits gets a turn of one block, in the order in which they asked.
 * Upwards those are transfers, each of which chooses among its lanes (upload-order.ts); downwards they are lanes. Pure.
 */

import type { TokenBucket } from './token-bucket.ts'

/**
 * - `went`: a block went, and there may be more; `done`: nothing to do until it asks again
 * - `held`: a limit of its own holds it up for a while
 */
export type TurnResult = 'went' | 'done' | 'held'

export class Turns {
  /** Taken from by those who have their turn. */
  readonly bucket: TokenBucket
  readonly #waiting = new Map<object, () => TurnResult>()
  #isRunning = false

  constructor(bucket: TokenBucket) {
    this.bucket = bucket
  }

  /** Nothing happens before `run`. Who waits already keeps the place. */
  ask(who: object, take: () => TurnResult): void {
    if (!this.#waiting.has(who)) this.#waiting.set(who, take)
  }

  leave(who: object): void {
    this.#waiting.delete(who)
  }

  /** Gives turns while the limit allows. To be called again and again: nothing here wakes up by itself. */
  run(): void {
    // A turn may ask for another one of its own; the loop that runs already gives it.
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      let heldCount = 0
      while (this.#waiting.size > heldCount && this.bucket.isOpen) {
        const [next] = this.#waiting
        if (next === undefined) return
        const [who, take] = next
        this.#waiting.delete(who)
        const result = take()
        if (result !== 'done') this.ask(who, take)
        heldCount = result === 'held' ? heldCount + 1 : 0
      }
    } finally {
      this.#isRunning = false
    }
  }
}
