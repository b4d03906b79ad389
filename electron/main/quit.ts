/** Ends the program in order: what runs is noted and closed first, but nobody waits for ever. Pure. */

/** The engine takes up to a few seconds to say good-bye to its peers; a computer that shuts down gives little more. */
const CLOSE_LIMIT_MS = 8000

export class Quitting {
  readonly #close: () => Promise<void>
  readonly #limitMs: number
  #closing: Promise<void> | undefined
  #isDone = false

  constructor(close: () => Promise<void>, limitMs = CLOSE_LIMIT_MS) {
    this.#close = close
    this.#limitMs = limitMs
  }

  /** The window need not be put away any more: it is to go. */
  get isUnderway(): boolean {
    return this.#closing !== undefined
  }

  /** Nothing is left to close. */
  get isDone(): boolean {
    return this.#isDone
  }

  /** Idempotent. Resolves when all is closed, or when waiting has no point. */
  begin(): Promise<void> {
    this.#closing ??= this.#run()
    return this.#closing
  }

  async #run(): Promise<void> {
    const { promise: limit, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, this.#limitMs)
    // What fails now is found at the next start, as after a power cut.
    await Promise.race([this.#close().catch(() => undefined), limit])
    clearTimeout(timer)
    this.#isDone = true
  }
}
