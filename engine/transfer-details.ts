/** What a list does not show of a transfer: rates over time, where its pieces are, who has been here. */

import { RATE_INTERVAL_MS, type DetailsEvent } from '#shared/api/transfer-views.ts'
import { systemClock, type Clock } from '#shared/swarm/clock.ts'
import type { Swarm } from '#shared/swarm/swarm.ts'
import { cellsOf } from './piece-cells.ts'
import { People } from './people.ts'
import { RateHistory } from './rate-history.ts'

export class TransferDetails {
  readonly #swarm: Swarm
  readonly #rates: RateHistory
  readonly #people: People
  readonly #stopSampling: () => void

  /** @param fetchedBefore devices that got everything in earlier runs */
  constructor(swarm: Swarm, fetchedBefore = 0, clock: Clock = systemClock) {
    this.#swarm = swarm
    this.#people = new People(fetchedBefore)
    this.#rates = new RateHistory(() => clock.now())
    this.#stopSampling = clock.every(RATE_INTERVAL_MS, () => {
      this.#rates.sample(swarm.traffic.receivedBytes, swarm.traffic.sentBytes)
    })
  }

  get fetchedCount(): number {
    return this.#people.fetchedCount
  }

  /** Peers may have come or gone. */
  observe(): void {
    this.#people.observe(this.#swarm.sessions)
  }

  view(): DetailsEvent {
    this.observe()
    const pieces = this.#swarm.pieces
    return {
      ...this.#rates.view(),
      ...(pieces === undefined ? { pieces: [], availability: [] } : cellsOf(pieces)),
      people: this.#people.view(this.#swarm.sessions),
    }
  }

  close(): void {
    this.observe()
    this.#stopSampling()
  }
}
