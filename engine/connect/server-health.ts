/**
 * Which STUN and TURN servers answered lately and which failed, for all connections of an engine: what one of them has
 * found out, the next need not. Pure.
 */

/** A failed server gets another chance after so long, twice as long each time it fails again. Milliseconds. */
const FIRST_PAUSE_MS = 60_000
const LONGEST_PAUSE_MS = 15 * 60_000
/** An answer is worth so much: afterwards it is worth asking again. Milliseconds. */
const FRESH_MS = 5 * 60_000
/** Servers remembered: credentials of a coordinator change with the hour, and each set counts as a server. */
const MAX_SERVERS = 256

interface Note {
  readonly isWell: boolean
  readonly atMs: number
  readonly failures: number
}

export class ServerHealth {
  readonly #now: () => number
  readonly #notes = new Map<string, Note>()
  readonly #listeners = new Set<() => void>()

  /** @param now milliseconds; only differences count */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Failed lately, so that others come first. Never heard of is no failure. */
  isFailing(server: string): boolean {
    return this.#notes.get(server)?.isWell === false
  }

  /** Nothing recent is known: an answer to a question now would be worth something. */
  isDue(server: string): boolean {
    const note = this.#notes.get(server)
    if (note === undefined) return true
    const pauseMs = note.isWell
      ? FRESH_MS
      : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (note.failures - 1))
    return this.#now() - note.atMs >= pauseMs
  }

  answered(server: string): void {
    this.#note(server, { isWell: true, atMs: this.#now(), failures: 0 })
  }

  failed(server: string): void {
    const before = this.#notes.get(server)
    // Twelve connections that fail in the same second are one failure.
    const isSame = before?.isWell === false && !this.isDue(server)
    const failures = Math.min(30, (before?.failures ?? 0) + 1)
    this.#note(server, isSame ? before : { isWell: false, atMs: this.#now(), failures })
  }

  /** The device is in another network: what was known means nothing there. */
  forgetAll(): void {
    const hadFailing = [...this.#notes.values()].some(({ isWell }) => !isWell)
    this.#notes.clear()
    if (hadFailing) this.#tell()
  }

  /** Another server fails, or one does no more. @returns unsubscribe */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #note(server: string, note: Note): void {
    const wasFailing = this.isFailing(server)
    // The last one noted stands last, and the first goes first.
    this.#notes.delete(server)
    this.#notes.set(server, note)
    const [oldest] = this.#notes.keys()
    if (this.#notes.size > MAX_SERVERS && oldest !== undefined) this.#notes.delete(oldest)
    if (wasFailing === note.isWell) this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
