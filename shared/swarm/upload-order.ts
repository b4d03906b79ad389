/**
 * Whose block goes next under a limit. The peer that waits and has had the fewest bytes gets a turn, which lasts until the
 * piece is through, if that does not take long: twelve pieces sent side by side would all be whole, and passed on, only
 * at the end. Pure.
 */

import { LaneTurns } from './lane-turns.ts'
import type { PeerSession, SessionLane, UploadItem } from './peer-session.ts'

/** Bytes of one turn at most: others wait meanwhile. */
const TURN_BYTES = 1024 * 1024
/** The same in milliseconds of the limit: with a dozen peers nobody may wait until it looks silent. */
const TURN_MS = 1000

export class UploadOrder {
  /** Lanes with something to send. */
  readonly #waiting = new LaneTurns()
  #turn: { readonly lane: SessionLane; leftBytes: number } | undefined

  /** Nothing changes for one that waits already. */
  add(lane: SessionLane, session: PeerSession): void {
    this.#waiting.add(lane, session)
  }

  delete(lane: SessionLane): void {
    if (this.#turn?.lane === lane) this.#turn = undefined
    this.#waiting.delete(lane)
  }

  /** In order of precedence: the first that can send something should. */
  lanes(): SessionLane[] {
    const lanes = this.#waiting.inOrder()
    const current = this.#turn?.lane
    return current === undefined ? lanes : [current, ...lanes.filter((lane) => lane !== current)]
  }

  /** @param bytesPerSecond the limit */
  sent(lane: SessionLane, bytes: number, item: UploadItem, bytesPerSecond: number): void {
    if (this.#turn?.lane !== lane) {
      this.#turn = { lane, leftBytes: Math.min(TURN_BYTES, (bytesPerSecond * TURN_MS) / 1000) }
    }
    this.#waiting.charge(lane, bytes)
    this.#turn.leftBytes -= bytes
    const [next] = lane.uploads
    const goesOn = item.kind === 'block' && next?.kind === 'block' && next.piece === item.piece
    if (!goesOn || this.#turn.leftBytes < bytes) this.#turn = undefined
  }
}
