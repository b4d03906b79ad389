/** A set of callbacks for one event. */

export type Unsubscribe = () => void

export class Listeners<Arguments extends readonly unknown[]> {
  readonly #callbacks = new Set<{ readonly call: (...values: Arguments) => void }>()

  add(callback: (...values: Arguments) => void): Unsubscribe {
    // An object of its own for each subscription: the same function may be added twice and removed once.
    const entry = { call: callback }
    this.#callbacks.add(entry)
    return () => {
      this.#callbacks.delete(entry)
    }
  }

  /** A listener that throws neither stops the others nor the caller; what it threw surfaces as uncaught. */
  emit(...values: Arguments): void {
    // A copy: a listener that subscribes another one does not have it called for this event already.
    for (const entry of Array.from(this.#callbacks)) {
      try {
        entry.call(...values)
      } catch (thrown) {
        const failure = thrown instanceof Error ? thrown : new Error('a listener threw', { cause: thrown })
        queueMicrotask(() => {
          throw failure
        })
      }
    }
  }

  clear(): void {
    this.#callbacks.clear()
  }
}
