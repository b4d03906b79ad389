/** What may only happen while a transfer does not run, in turn. */

import { AppError, toAppError } from '#shared/errors.ts'

interface Chore {
  readonly work: () => void | Promise<void>
  readonly done: PromiseWithResolvers<void>
}

export class Chores {
  readonly #waiting: Chore[] = []

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Resolves when it was done. Throws what the work throws. */
  add(work: () => void | Promise<void>): Promise<void> {
    const done = Promise.withResolvers<void>()
    this.#waiting.push({ work, done })
    return done.promise
  }

  /** The next one; undefined when there is none. It does not throw: whoever asked for it is told. */
  take(): (() => Promise<void>) | undefined {
    const chore = this.#waiting.shift()
    if (chore === undefined) return undefined
    return async () => {
      try {
        await chore.work()
        chore.done.resolve()
      } catch (thrown) {
        chore.done.reject(toAppError(thrown))
      }
    }
  }

  /** None of them is done any more. */
  close(): void {
    for (const { done } of this.#waiting.splice(0)) done.reject(new AppError('api.closed'))
  }
}
