/**
 * Whether packets wait on the way to a peer, as its round trips tell: in a queue that this side fills, or others do. All is relative to
 * the shortest round trip that was seen, which has a queue in it already where another flow was there first. Pure.
 */

/** Some packets wait at times when the smoothed round trip has grown so far. */
const GROWN_FACTOR = 1.03
/** Milliseconds. */
const GROWN_EXTRA_MS = 1
/** A lane fills the line when it has grown so far: from 52 ms to 62 on 100 Mbit/s, and from 50 to 51 on 500. */
const FILLED_FACTOR = 1.1
/** Milliseconds. */
const FILLED_EXTRA_MS = 3
/** Packets queue up when it is so much longer. */
const SWOLLEN_FACTOR = 1.25
/** And by so much, because event loops and acknowledgements are late at times. Milliseconds. */
const SWOLLEN_EXTRA_MS = 10
/** A queue that stands for so long is not the beginning of new lanes, which pass the mark once. Milliseconds. */
const STANDING_MS = 1500
/** So long no packet has waited where nothing is taken from anybody; a TCP flow's queue comes and goes within seconds. Milliseconds. */
const EMPTY_MS = 4000

export class QueueSense {
  /** Infinity while unknown. Milliseconds. */
  shortestMs = Number.POSITIVE_INFINITY
  #roundTripMs: number | null = null
  #lookedMs: number | undefined
  /** Of the last seconds, oldest first. */
  readonly #trips: { readonly nowMs: number; readonly roundTripMs: number }[] = []
  /** How long packets have been queueing up, milliseconds; falls as it has risen. */
  #queueMs = 0

  /** @param roundTripMs smoothed; null while unknown */
  feel(nowMs: number, roundTripMs: number | null): void {
    const passedMs = nowMs - (this.#lookedMs ?? nowMs)
    this.#lookedMs = nowMs
    this.#roundTripMs = roundTripMs
    if (roundTripMs === null) return
    this.shortestMs = Math.min(this.shortestMs, roundTripMs)
    this.#trips.push({ nowMs, roundTripMs })
    while ((this.#trips[0]?.nowMs ?? nowMs) < nowMs - EMPTY_MS) this.#trips.shift()
    const isSwollen = this.#isBeyond(SWOLLEN_FACTOR, SWOLLEN_EXTRA_MS)
    this.#queueMs = Math.min(STANDING_MS, Math.max(0, this.#queueMs + (isSwollen ? passedMs : -passedMs)))
  }

  /** Some packets wait. */
  get hasGrown(): boolean {
    return this.#isBeyond(GROWN_FACTOR, GROWN_EXTRA_MS)
  }

  /** The little that the queue of one lane adds: the line is full, or nearly. */
  get isFelt(): boolean {
    return this.#isBeyond(FILLED_FACTOR, FILLED_EXTRA_MS)
  }

  /** A queue has been seen and has not gone long enough ago. */
  get isQueued(): boolean {
    return this.#queueMs > 0
  }

  get isStanding(): boolean {
    return this.#queueMs >= STANDING_MS
  }

  /**
   * Nothing has waited for some seconds, so whatever is sent takes nothing from anybody. Seen from the end: while a queue
   * drains, each round trip is the shortest so far.
   */
  get isEmpty(): boolean {
    const longestMs = Math.max(...this.#trips.map(({ roundTripMs }) => roundTripMs))
    return !isBeyond(longestMs, this.shortestMs, GROWN_FACTOR, GROWN_EXTRA_MS)
  }

  #isBeyond(factor: number, extraMs: number): boolean {
    return this.#roundTripMs !== null && isBeyond(this.#roundTripMs, this.shortestMs, factor, extraMs)
  }
}

function isBeyond(longMs: number, shortMs: number, factor: number, extraMs: number): boolean {
  return longMs > shortMs * factor + extraMs
}
