/**
 * Whether a lane lives: the native library takes 12 to 57 s to notice that it does not, people should not wait that
 * long. A lane that leaves a question unanswered is suspect first, so that another can be opened beside it, and given
 * up later. Pure.
 */

import { BLOCK_BYTES } from '../share/piece-layout.ts'

/** A lane is asked when it has been quiet for so long, milliseconds; sooner when something is under way on it. */
const PING_AFTER_MS = 1000
const BUSY_PING_AFTER_MS = 300
/** Between two questions, milliseconds. */
const PING_PAUSE_MS = 1000
/** A lane with an unanswered question is suspect after so many milliseconds and three of its round trips. */
const ANSWER_MS = 1500
/** The same while something is under way, when every second counts. */
const BUSY_ANSWER_MS = 1200
/** The same when there is reason to believe that it is dead: the network has just changed. */
const PROBED_ANSWER_MS = 700
const ROUND_TRIPS = 3
/** A lane is dead after so many milliseconds without a word: several questions, and the pauses of a busy event loop. */
const SILENT_MS = 8000
/** How many blocks may stand before an answer: one that is being sent on either side. */
const BLOCKS_BEFORE_ANSWER = 2
/** What the network stack of this device holds beside what a lane knows of, while it sends. Bytes. */
const STACK_BYTES = 512 * 1024
/**
 * Whoever says something lives, and its answer is only late, behind what this side sends. But not for longer than this,
 * or a lane that carries in one direction alone would never be found out. Milliseconds.
 */
const UNANSWERED_MS = 3000
/** What that takes on a lane whose rate is not known, and at most, milliseconds. */
const UNKNOWN_BLOCK_MS = 1000
const MAX_BLOCK_MS = 15_000
/** Questions remembered; more than are asked before a lane is dead. */
const MAX_PINGS = 40

/** What else is known of the lane at this moment. */
export interface LanePulse {
  readonly nowMs: number
  /** Something is under way on it, in either direction. */
  readonly isBusy: boolean
  /** Blocks are awaited on it, the last one came so long ago; 0 when none is awaited. Milliseconds. */
  readonly blockQuietMs: number
  readonly roundTripMs: number | null
  /** Waiting to be sent on it. */
  readonly queuedBytes: number
  /** Of the faster direction. */
  readonly bytesPerSecond: number
}

export class Heartbeat {
  #lastHeardMs: number
  /** Questions without an answer, by number; `fromMs`: since when their answer is waited for. */
  readonly #asked = new Map<number, { readonly askedMs: number; readonly fromMs: number }>()
  #askedMs = Number.NEGATIVE_INFINITY
  #nextId = 1
  #isProbed = false
  #suspectSinceMs: number | undefined
  /** While it was last lively. */
  #bytesPerSecond = 0
  /** Round trip of the last answer, through both event loops. Milliseconds. */
  roundTripMs: number | null = null

  constructor(nowMs: number) {
    this.#lastHeardMs = nowMs
  }

  /** Undefined while it answers. */
  get suspectSinceMs(): number | undefined {
    return this.#suspectSinceMs
  }

  heard(nowMs: number): void {
    this.#lastHeardMs = nowMs
  }

  /** Bytes of the share: whatever is not answered, it carries. */
  heardFrame(nowMs: number): void {
    this.#lastHeardMs = nowMs
    for (const [id, { askedMs }] of this.#asked) this.#asked.set(id, { askedMs, fromMs: nowMs })
    this.#isProbed = false
    this.#suspectSinceMs = undefined
  }

  hearPong(id: number, nowMs: number): void {
    const question = this.#asked.get(id)
    if (question === undefined) return
    this.roundTripMs = nowMs - question.askedMs
    for (const earlier of this.#asked.keys()) if (earlier <= id) this.#asked.delete(earlier)
    this.#isProbed = false
    this.#suspectSinceMs = undefined
  }

  /** The next `beat` asks, and waits less long than usual. */
  probe(): void {
    this.#isProbed = true
    this.#askedMs = Number.NEGATIVE_INFINITY
  }

  /** This device itself did nothing for so long: that is not the lane's fault. Milliseconds. */
  forgive(delayMs: number): void {
    this.#lastHeardMs += delayMs
    for (const [id, { askedMs, fromMs }] of this.#asked)
      this.#asked.set(id, { askedMs, fromMs: fromMs + delayMs })
  }

  /** Asks by `ping` when it is time. */
  beat(pulse: LanePulse, ping: (id: number) => void): 'alive' | 'suspect' | 'dead' {
    const { nowMs } = pulse
    const quietMs = nowMs - this.#lastHeardMs
    if (quietMs < BUSY_PING_AFTER_MS) this.#bytesPerSecond = pulse.bytesPerSecond
    const blockMs = this.#blockMs(pulse)
    if (quietMs > SILENT_MS + blockMs) return 'dead'
    const isQuiet = quietMs > (pulse.isBusy ? BUSY_PING_AFTER_MS : PING_AFTER_MS)
    const isDue = this.#isProbed || this.#asked.size > 0 || isQuiet || pulse.blockQuietMs > PING_AFTER_MS
    if (isDue && nowMs - this.#askedMs >= PING_PAUSE_MS) this.#ask(nowMs, ping)
    const [oldest] = this.#asked.values()
    if (oldest !== undefined) {
      const patienceMs = pulse.isBusy ? BUSY_ANSWER_MS : ANSWER_MS
      const roundTripMs = Math.max(pulse.roundTripMs ?? 0, this.roundTripMs ?? 0)
      const extraMs = ROUND_TRIPS * roundTripMs + blockMs
      const limitMs = extraMs + (this.#isProbed ? PROBED_ANSWER_MS : patienceMs)
      const isSilent = nowMs - Math.max(oldest.fromMs, this.#lastHeardMs) > limitMs
      if (isSilent || nowMs - oldest.fromMs > UNANSWERED_MS + extraMs) this.#suspectSinceMs ??= nowMs
    }
    return this.#suspectSinceMs === undefined ? 'alive' : 'suspect'
  }

  /** Asks now, for whoever waits for this very answer. @returns its number */
  ask(nowMs: number, ping: (id: number) => void): number {
    this.#ask(nowMs, ping)
    return this.#nextId - 1
  }

  /** Whether the question was answered, or a later one. */
  isAnswered(id: number): boolean {
    return !this.#asked.has(id)
  }

  #ask(nowMs: number, ping: (id: number) => void): void {
    const id = this.#nextId++
    this.#askedMs = nowMs
    if (this.#asked.size < MAX_PINGS) this.#asked.set(id, { askedMs: nowMs, fromMs: nowMs })
    ping(id)
  }

  #blockMs({ isBusy, queuedBytes }: LanePulse): number {
    if (!isBusy) return 0
    if (this.#bytesPerSecond <= 0) return UNKNOWN_BLOCK_MS
    const bytes = BLOCKS_BEFORE_ANSWER * BLOCK_BYTES + (queuedBytes > 0 ? queuedBytes + STACK_BYTES : 0)
    return Math.min(MAX_BLOCK_MS, (bytes * 1000) / this.#bytesPerSecond)
  }
}
