/** What every carrier needs on its receiving side: keeps what comes before somebody listens, and tells the end once. Pure. */

import type { CarrierEvents } from './carrier.ts'

export class CarrierInbox {
  #early: string[] = []
  #events: CarrierEvents | undefined
  #isClosed = false

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Delivers what has been kept before it returns. */
  attach(events: CarrierEvents): void {
    if (this.#events !== undefined) throw new Error('a carrier is attached once')
    this.#events = events
    const early = this.#early
    this.#early = []
    for (const text of early) events.message(text)
    if (this.#isClosed) events.closed()
  }

  /** Dropped after the end. */
  message(text: string): void {
    if (this.#isClosed) return
    if (this.#events === undefined) this.#early.push(text)
    else this.#events.message(text)
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#events?.closed()
  }
}
