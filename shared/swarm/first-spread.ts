/**
 * While a swarm is young, the seeder's uplink is what everybody waits for. Every piece leaves once before any leaves a
 * second time: who asks for a piece that is on its way to somebody else is sent to ask for another one. Pure.
 */

import type { PeerId } from '../share/keys.ts'
import { Bitfield } from './bitfield.ts'
import type { PeerSession } from './peer-session.ts'
import type { PieceStore } from './piece-store.ts'

export class FirstSpread {
  readonly #whole: Bitfield
  readonly #sessions: ReadonlyMap<PeerId, PeerSession>
  /** Pieces that some peer has or once had. */
  readonly #left: Bitfield
  /** Pieces on their way to a first peer. */
  readonly #promised = new Map<number, PeerSession>()
  /** What each peer was refused: whoever asks a second time wants just that piece, and gets it. */
  readonly #refused = new Map<PeerSession, Bitfield>()
  /** No piece before this one is fresh. */
  #cursor = 0

  constructor(store: PieceStore, sessions: ReadonlyMap<PeerId, PeerSession>) {
    this.#whole = store.whole
    this.#sessions = sessions
    this.#left = new Bitfield(store.layout.pieceCount)
  }

  /** Whether the peer should ask for another piece instead. It may insist by asking again. */
  refuses(session: PeerSession, piece: number): boolean {
    // Who has only a part of the share is not alone with it.
    if (!this.#whole.isFull) return false
    if (this.#isFresh(piece)) {
      this.#promised.set(piece, session)
      return false
    }
    if (this.#promised.get(piece) === session || !this.#hasFresh()) return false
    let refused = this.#refused.get(session)
    if (refused === undefined) {
      refused = new Bitfield(this.#whole.length)
      this.#refused.set(session, refused)
    }
    return refused.add(piece)
  }

  /** What it was promised it will not pass on. */
  forget(session: PeerSession): void {
    this.#refused.delete(session)
    for (const [piece, to] of this.#promised) {
      if (to !== session) continue
      this.#promised.delete(piece)
      this.#cursor = Math.min(this.#cursor, piece)
    }
  }

  #isFresh(piece: number): boolean {
    if (this.#left.has(piece) || this.#promised.has(piece)) return false
    for (const { remote } of this.#sessions.values()) {
      if (remote?.has(piece) !== true) continue
      this.#left.add(piece)
      return false
    }
    return true
  }

  #hasFresh(): boolean {
    while (this.#cursor < this.#whole.length && !this.#isFresh(this.#cursor)) this.#cursor++
    return this.#cursor < this.#whole.length
  }
}
