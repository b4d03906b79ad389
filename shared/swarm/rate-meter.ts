/** How fast bytes go by, over the last seconds. Pure. */

/** Length of a bucket, milliseconds: fine enough for four updates a second. */
const BUCKET_MS = 250
/** Buckets that count: two seconds, long enough to be steady and short enough to follow a change. */
const BUCKETS = 8

/** Of a lane that has not been asked for anything lately, bytes per second: a guess. */
export const GUESSED_RATE = 256 * 1024

export class RateMeter {
  readonly #now: () => number
  readonly #buckets = new Float64Array(BUCKETS)
  readonly #startedMs: number
  #bucket: number
  /** Bytes since the beginning. */
  totalBytes = 0

  constructor(now: () => number) {
    this.#now = now
    this.#startedMs = now()
    this.#bucket = Math.floor(this.#startedMs / BUCKET_MS)
  }

  add(bytes: number): void {
    this.#advance()
    const slot = this.#bucket % BUCKETS
    this.#buckets[slot] = (this.#buckets[slot] ?? 0) + bytes
    this.totalBytes += bytes
  }

  bytesPerSecond(): number {
    this.#advance()
    let bytes = 0
    for (const bucket of this.#buckets) bytes += bucket
    const now = this.#now()
    // A young meter divides by its age, or the first second of every transfer would look slow.
    const windowMs = (BUCKETS - 1) * BUCKET_MS + (now % BUCKET_MS)
    const spanMs = Math.min(windowMs, Math.max(now - this.#startedMs, BUCKET_MS))
    return (bytes * 1000) / spanMs
  }

  #advance(): void {
    const current = Math.floor(this.#now() / BUCKET_MS)
    const steps = Math.min(current - this.#bucket, BUCKETS)
    for (let i = 1; i <= steps; i++) this.#buckets[(this.#bucket + i) % BUCKETS] = 0
    if (steps > 0) this.#bucket = current
    // All buckets are cleared above when the gap was longer than the window, whatever their position.
  }
}
