/** The limits of one direction of one transfer: its own, and the one that it shares with all others. Pure. */

import { systemClock, type Clock } from './clock.ts'
import { PRIORITY_WEIGHTS, type Priority } from './priority.ts'
import { TokenBucket } from './token-bucket.ts'
import { Turns, type TurnResult } from './turns.ts'

export class Pace {
  readonly #own: TokenBucket
  readonly #turns: Turns

  /** @param turns of all transfers in this direction */
  constructor(clock: Clock, turns: Turns) {
    this.#own = new TokenBucket(clock)
    this.#turns = turns
  }

  /** Of this transfer alone, bytes per second; null: none. */
  setLimit(bytesPerSecond: number | null): void {
    this.#own.setLimit(bytesPerSecond)
  }

  /** Without a limit nobody waits for turns. */
  get isLimited(): boolean {
    return this.#own.isLimited || this.#turns.bucket.isLimited
  }

  /** Of the stricter limit; Infinity without one. */
  get bytesPerSecond(): number {
    return Math.min(this.#own.bytesPerSecond, this.#turns.bucket.bytesPerSecond)
  }

  /** Among the transfers that share a limit. */
  setPriority(priority: Priority): void {
    this.#turns.setWeight(this, PRIORITY_WEIGHTS[priority])
  }

  /** @param take one block, when its turn has come */
  ask(take: () => TurnResult): void {
    this.#turns.ask(this, () => (this.#own.isOpen ? take() : 'held'))
  }

  leave(): void {
    this.#turns.leave(this)
  }

  run(): void {
    this.#turns.run()
  }

  take(bytes: number): void {
    this.#own.take(bytes)
    this.#turns.charge(this, bytes)
  }

  giveBack(bytes: number): void {
    this.#own.giveBack(bytes)
    this.#turns.refund(this, bytes)
  }
}

/** Without limits: for tests and for whoever needs none. */
export function freePace(clock: Clock = systemClock): Pace {
  return new Pace(clock, new Turns(new TokenBucket(clock)))
}
