/** Rates of the last minutes, a sample a second. Pure. */

/** Five minutes of samples: what the graph of a transfer shows. */
const MAX_SAMPLES = 300

export class RateHistory {
  readonly #now: () => number
  readonly #down = new Float64Array(MAX_SAMPLES)
  readonly #up = new Float64Array(MAX_SAMPLES)
  #count = 0
  #sampledMs: number
  #downBytes = 0
  #upBytes = 0

  constructor(now: () => number) {
    this.#now = now
    this.#sampledMs = now()
  }

  /** Totals since the beginning. */
  sample(downBytes: number, upBytes: number): void {
    const nowMs = this.#now()
    // By the true interval: a busy event loop delays a sample, and the next one then comes early.
    const spanMs = Math.max(1, nowMs - this.#sampledMs)
    const place = this.#count % MAX_SAMPLES
    this.#down[place] = (Math.max(0, downBytes - this.#downBytes) * 1000) / spanMs
    this.#up[place] = (Math.max(0, upBytes - this.#upBytes) * 1000) / spanMs
    this.#count++
    this.#sampledMs = nowMs
    this.#downBytes = downBytes
    this.#upBytes = upBytes
  }

  /** Bytes per second, oldest first. */
  view(): { readonly down: number[]; readonly up: number[] } {
    return { down: this.#inOrder(this.#down), up: this.#inOrder(this.#up) }
  }

  #inOrder(samples: Float64Array): number[] {
    if (this.#count <= MAX_SAMPLES) return [...samples.subarray(0, this.#count)]
    const oldest = this.#count % MAX_SAMPLES
    return [...samples.subarray(oldest), ...samples.subarray(0, oldest)]
  }
}
