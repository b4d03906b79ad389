/**
 * What native callbacks leave for the event loop. Adding is the only thing that such a callback may do: an exception inside
 * one ends the process.
 */

export class NativeInbox {
  readonly #failed: (error: unknown) => void
  readonly #waiting: (() => void)[] = []
  #isScheduled = false
  #isClosed = false

  /** @param failed what an act has thrown; the acts after it still come, unless that closes the inbox */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
  }

  add(act: () => void): void {
    if (this.#isClosed) return
    this.#waiting.push(act)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#drain())
  }

  /** Nothing runs afterwards. */
  close(): void {
    this.#isClosed = true
    this.#waiting.length = 0
  }

  #drain(): void {
    this.#isScheduled = false
    for (const act of this.#waiting.splice(0)) {
      if (this.#isClosed) return
      try {
        act()
      } catch (error) {
        this.#failed(error)
      }
    }
  }
}
