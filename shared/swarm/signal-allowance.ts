/** How many signals of a peer are taken: a flood costs the flooder more than this side. Pure. */

/** In a row: a few attempts with all their candidates. */
const MAX_SIGNALS = 200
/** And one more for so many milliseconds that pass. */
const SIGNAL_MS = 100

export class SignalAllowance {
  #left = MAX_SIGNALS
  #sinceMs = 0

  /** False when it is to be dropped. */
  take(nowMs: number): boolean {
    const more = Math.floor((nowMs - this.#sinceMs) / SIGNAL_MS)
    if (more > 0) {
      this.#left = Math.min(MAX_SIGNALS, this.#left + more)
      this.#sinceMs = nowMs
    }
    if (this.#left === 0) return false
    this.#left--
    return true
  }
}
