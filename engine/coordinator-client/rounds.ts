/** When a client dials again after a failure, and how somebody in a hurry cuts its waits short. */

import { AppError } from '#shared/errors.ts'
import { backoffDelayMs, type ClientTiming } from './timing.ts'

export class Rounds {
  readonly #timing: ClientTiming
  readonly #random: () => number
  readonly #closing: AbortSignal
  /** Since a connection last held. */
  #failures = 0
  #isHurried = false
  #hurriedMs = Number.NEGATIVE_INFINITY
  #round = new AbortController()

  constructor(timing: ClientTiming, random: () => number, closing: AbortSignal) {
    this.#timing = timing
    this.#random = random
    this.#closing = closing
  }

  /** @returns the limit of one attempt and of the pause after it */
  begin(): AbortSignal {
    this.#round = new AbortController()
    return AbortSignal.any([this.#closing, this.#round.signal])
  }

  /** The attempt gave a connection. */
  reached(): void {
    this.#isHurried = false
  }

  /** It has ended after so long, milliseconds. */
  lasted(durationMs: number): void {
    if (durationMs >= this.#timing.stableMs) this.#failures = 0
  }

  /** The pause before the next attempt, milliseconds. */
  pauseMs(): number {
    const delayMs = this.#isHurried ? 0 : backoffDelayMs(this.#failures++, this.#timing, this.#random)
    this.#isHurried = false
    return delayMs
  }

  /** The next attempt shall be made now. False where that was wished a moment ago: nobody dials without end. */
  hurry(nowMs: number, isConnected: boolean): boolean {
    if (nowMs - this.#hurriedMs < this.#timing.renewPongMs) return false
    this.#hurriedMs = nowMs
    this.#failures = 0
    this.#isHurried = true
    const detail = 'the network has changed'
    if (!isConnected) this.#round.abort(new AppError('coordinator.unreachable', { detail }))
    return true
  }
}
