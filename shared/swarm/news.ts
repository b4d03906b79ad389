/** Tells the peers of a swarm what has arrived here, in batches: a message per piece and peer would be too many. Pure. */

import type { PeerId } from '../share/keys.ts'
import type { PeerSession } from './peer-session.ts'

/** Pieces in one `have`. */
const BATCH = 1024

export class News {
  readonly #sessions: ReadonlyMap<PeerId, PeerSession>
  #pieces: number[] = []

  constructor(sessions: ReadonlyMap<PeerId, PeerSession>) {
    this.#sessions = sessions
  }

  add(piece: number): void {
    this.#pieces.push(piece)
  }

  tell(): void {
    while (this.#pieces.length > 0) {
      const pieces = this.#pieces.splice(0, BATCH)
      for (const session of this.#sessions.values()) session.send({ type: 'have', pieces })
    }
  }
}
