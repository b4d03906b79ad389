/** Tells peers what this device knows of its own network, and hears what they know of theirs. Pure. */

import type { NetworkFacts } from '../protocol/network-facts.ts'
import type { PeerId } from '../share/keys.ts'
import type { Clock } from './clock.ts'
import type { PeerSession, SessionLane } from './peer-session.ts'

/** Facts come in bits while a network is being measured: no more often than this, milliseconds. */
const PAUSE_MS = 500

export class NetworkNews {
  readonly #clock: Clock
  readonly #sessions: ReadonlyMap<PeerId, PeerSession>
  #facts: NetworkFacts | undefined
  #toldMs = Number.NEGATIVE_INFINITY
  #isNew = false

  constructor(clock: Clock, sessions: ReadonlyMap<PeerId, PeerSession>) {
    this.#clock = clock
    this.#sessions = sessions
  }

  learn(facts: NetworkFacts): void {
    if (JSON.stringify(facts) === JSON.stringify(this.#facts)) return
    this.#facts = facts
    this.#isNew = true
  }

  /** On every lane: what is told on several may arrive in another order, and the newest lane has the newest. */
  greet(lane: SessionLane): void {
    if (this.#facts !== undefined) lane.send({ type: 'network', facts: this.#facts })
  }

  tick(): void {
    const now = this.#clock.now()
    if (!this.#isNew || this.#facts === undefined || now - this.#toldMs < PAUSE_MS) return
    this.#isNew = false
    this.#toldMs = now
    for (const session of this.#sessions.values()) session.send({ type: 'network', facts: this.#facts })
  }
}
