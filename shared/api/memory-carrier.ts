/** Two ends of a carrier within one program, for tests. Delivers later, as a real one does, never within `send`. Pure. */

import { CarrierInbox } from './carrier-inbox.ts'
import type { Carrier, CarrierEvents } from './carrier.ts'

export function memoryCarriers(): [Carrier, Carrier] {
  const left = new MemoryCarrier()
  const right = new MemoryCarrier()
  left.connect(right)
  right.connect(left)
  return [left, right]
}

class MemoryCarrier implements Carrier {
  readonly #inbox = new CarrierInbox()
  #other: MemoryCarrier | undefined
  #isOver = false

  connect(other: MemoryCarrier): void {
    this.#other = other
  }

  attach(events: CarrierEvents): void {
    this.#inbox.attach(events)
  }

  send(text: string): void {
    if (this.#isOver) return
    queueMicrotask(() => this.#other?.deliver(text))
  }

  close(): void {
    if (this.#isOver) return
    this.#isOver = true
    queueMicrotask(() => {
      this.#inbox.close()
      this.#other?.end()
    })
  }

  /** Nothing reaches an end that has closed itself. */
  deliver(text: string): void {
    if (!this.#isOver) this.#inbox.message(text)
  }

  end(): void {
    this.#isOver = true
    this.#inbox.close()
  }
}
