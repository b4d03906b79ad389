/** Under a limit downwards blocks are asked for one at a time, by the peers in turn. Pure. */

import type { BlockRange } from '../protocol/peer-messages.ts'
import type { PeerId } from '../share/keys.ts'
import { BLOCK_BYTES } from '../share/piece-layout.ts'
import { LaneTurns } from './lane-turns.ts'
import type { Pace } from './pace.ts'
import type { PeerSession, SessionLane } from './peer-session.ts'
import type { TurnResult } from './turns.ts'

/** One block that counts as asked for. */
export interface ChosenBlock {
  readonly range: BlockRange
  readonly bytes: number
}

export class AskTurns {
  readonly #pace: Pace
  readonly #sessions: ReadonlyMap<PeerId, PeerSession>
  readonly #choose: (session: PeerSession, lane: SessionLane) => ChosenBlock | undefined
  /** Lanes on which there may be something to ask for. */
  readonly #waiting = new LaneTurns()

  /** @param choose undefined when nothing is to be asked for on this lane now */
  constructor(
    pace: Pace,
    sessions: ReadonlyMap<PeerId, PeerSession>,
    choose: (session: PeerSession, lane: SessionLane) => ChosenBlock | undefined,
  ) {
    this.#pace = pace
    this.#sessions = sessions
    this.#choose = choose
  }

  ask(session: PeerSession, lane: SessionLane): void {
    this.#waiting.add(lane, session)
    this.#pace.ask(() => this.#take())
    this.#pace.run()
  }

  forget(lane: SessionLane): void {
    this.#waiting.delete(lane)
  }

  close(): void {
    this.#pace.leave()
  }

  #take(): TurnResult {
    let underWay = 0
    for (const one of this.#sessions.values()) underWay += one.outstandingBytes
    // What is asked for comes whatever the limit says by then: so no more than a second of it.
    if (underWay > 0 && underWay + BLOCK_BYTES > this.#pace.bytesPerSecond) return 'done'
    for (const lane of this.#waiting.inOrder()) {
      const session = this.#waiting.sessionOf(lane)
      const chosen = session === undefined ? undefined : this.#choose(session, lane)
      if (chosen === undefined) {
        this.#waiting.delete(lane)
        continue
      }
      this.#pace.take(chosen.bytes)
      this.#waiting.charge(lane, chosen.bytes)
      lane.send({ type: 'request', ranges: [chosen.range] })
      return 'went'
    }
    return 'done'
  }
}
