/** Block bytes that went to and fro, over the peers that are here and those that are gone. Pure. */

import type { PeerId } from '../share/keys.ts'
import type { PeerSession } from './peer-session.ts'

export class Traffic {
  readonly #sessions: ReadonlyMap<PeerId, PeerSession>
  #pastReceived = 0
  #pastSent = 0

  constructor(sessions: ReadonlyMap<PeerId, PeerSession>) {
    this.#sessions = sessions
  }

  /** Useful or not. */
  get receivedBytes(): number {
    return this.#sessions.values().reduce((sum, session) => sum + session.receivedBytes, this.#pastReceived)
  }

  get sentBytes(): number {
    return this.#sessions.values().reduce((sum, session) => sum + session.sentBytes, this.#pastSent)
  }

  /** The peer is gone. */
  keep(session: PeerSession): void {
    this.#pastReceived += session.receivedBytes
    this.#pastSent += session.sentBytes
  }
}
