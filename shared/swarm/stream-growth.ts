/**
 * Whether a TLS lane over a long way still grows. TCP begins slowly and doubles from round trip to round trip, so nothing can be said
 * of what it carries before it has stopped. Pure.
 */

/** Of one look: four doublings. */
const LOOK_ROUND_TRIPS = 4
/** But so long at least, or one block more or less decides. Milliseconds. */
const MIN_LOOK_MS = 200
/** From look to look; slow start brings sixteen times as much. */
const GROWING = 1.2
/**
 * Who carries so much less than at its best, and fills no queue, loses packets on the way and not at a full line: cubic takes three tenths
 * back for each, and is at a full line all the same where its queue holds half a round trip.
 */
const FALLEN = 0.7
/** Looks in a row that say so: one alone may be a busy machine. */
const PATIENT_LOOKS = 2

export class StreamGrowth {
  #since: { readonly nowMs: number; readonly bytes: number } | undefined
  #best = 0
  #slowLooks = 0
  #fallenLooks = 0
  /** Of the last look. */
  bytesPerSecond = 0

  /** @param streamBytes that have come over it so far. @returns `growing` also while it cannot be told yet */
  look(nowMs: number, streamBytes: number, roundTripMs: number): 'growing' | 'steady' | 'fallen' {
    if (this.#since === undefined && streamBytes === 0) return 'growing'
    const since = (this.#since ??= { nowMs, bytes: streamBytes })
    const passedMs = nowMs - since.nowMs
    if (passedMs < Math.max(MIN_LOOK_MS, LOOK_ROUND_TRIPS * roundTripMs)) return 'growing'
    const rate = ((streamBytes - since.bytes) * 1000) / passedMs
    this.#since = { nowMs, bytes: streamBytes }
    this.bytesPerSecond = rate
    this.#slowLooks = rate >= this.#best * GROWING ? 0 : this.#slowLooks + 1
    this.#fallenLooks = rate < this.#best * FALLEN ? this.#fallenLooks + 1 : 0
    this.#best = Math.max(this.#best, rate)
    if (this.#slowLooks < PATIENT_LOOKS) return 'growing'
    if (this.#fallenLooks >= PATIENT_LOOKS) return 'fallen'
    // Between the two: the next look tells.
    return this.#fallenLooks > 0 ? 'growing' : 'steady'
  }
}
