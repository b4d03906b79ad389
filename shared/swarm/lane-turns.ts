/**
 * Which lane is next under a limit: the peers share it equally, and a peer's lanes share what is its own. Whoever opens
 * more lanes gets no more. Pure.
 */

import { FairOrder } from './fair-order.ts'
import type { PeerSession, SessionLane } from './peer-session.ts'

export class LaneTurns {
  readonly #sessions = new FairOrder<PeerSession>()
  readonly #lanes = new FairOrder<SessionLane>()
  readonly #sessionOf = new Map<SessionLane, PeerSession>()

  /** Nothing changes for one that waits already. */
  add(lane: SessionLane, session: PeerSession): void {
    this.#sessionOf.set(lane, session)
    this.#sessions.add(session)
    this.#lanes.add(lane)
  }

  delete(lane: SessionLane): void {
    const session = this.#sessionOf.get(lane)
    if (session === undefined) return
    this.#sessionOf.delete(lane)
    this.#lanes.delete(lane)
    for (const other of this.#sessionOf.values()) if (other === session) return
    this.#sessions.delete(session)
  }

  sessionOf(lane: SessionLane): PeerSession | undefined {
    return this.#sessionOf.get(lane)
  }

  /** In order of precedence: the first that can go should. */
  inOrder(): SessionLane[] {
    const ranks = new Map(this.#sessions.inOrder().map((session, rank) => [session, rank]))
    const rankOf = (lane: SessionLane): number => {
      const session = this.#sessionOf.get(lane)
      return session === undefined ? 0 : (ranks.get(session) ?? 0)
    }
    // Sorting is stable: within a peer the lanes' own order stays.
    return this.#lanes.inOrder().toSorted((left, right) => rankOf(left) - rankOf(right))
  }

  charge(lane: SessionLane, bytes: number): void {
    const session = this.#sessionOf.get(lane)
    if (session !== undefined) this.#sessions.charge(session, bytes)
    this.#lanes.charge(lane, bytes)
  }
}
