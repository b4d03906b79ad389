/**
 * What is missing here and who could give it. Kept as counts, because it is asked after every block and four times a
 * second by a UI, and a share may have a million pieces. Pure.
 */

import { Availability } from './availability.ts'
import type { Bitfield } from './bitfield.ts'
import type { PeerSession } from './peer-session.ts'

export class Demand {
  readonly #wanted: Bitfield
  readonly have: Bitfield
  readonly #availability: Availability
  /** Of each peer, the pieces that are missing here. */
  readonly #useful = new Map<PeerSession, number>()
  #missingCount = 0
  #unavailableCount = 0

  constructor(wanted: Bitfield, have: Bitfield) {
    this.#wanted = wanted
    this.have = have
    this.#availability = new Availability(wanted.length)
    for (let piece = 0; piece < wanted.length; piece++) if (this.isMissing(piece)) this.#missingCount++
    this.#unavailableCount = this.#missingCount
  }

  /** How many connected peers have each piece. */
  get availability(): Uint16Array {
    return this.#availability.counts
  }

  /** Whole copies that the others have together. */
  get copies(): number {
    return this.#availability.copies
  }

  /** Wanted pieces that are not here. */
  get missingCount(): number {
    return this.#missingCount
  }

  /** Of those, the ones that nobody connected has. */
  get unavailableCount(): number {
    return this.#unavailableCount
  }

  isMissing(piece: number): boolean {
    return this.#wanted.has(piece) && !this.have.has(piece)
  }

  /** Whether somebody who can be asked has something that is missing here. */
  get hasSource(): boolean {
    return this.sourceCount > 0
  }

  /** How many of them there are. */
  get sourceCount(): number {
    let sources = 0
    for (const [session, count] of this.#useful) if (count > 0 && session.mainLane !== undefined) sources++
    return sources
  }

  /** Pieces that the peer has and that are missing here. */
  usefulCount(session: PeerSession): number {
    return this.#useful.get(session) ?? 0
  }

  peerHas(session: PeerSession, fresh: readonly number[]): void {
    let useful = this.#useful.get(session) ?? 0
    for (const piece of fresh) {
      if (this.isMissing(piece)) {
        useful++
        if (this.availability[piece] === 0) this.#unavailableCount--
      }
      this.#availability.add(piece)
    }
    this.#useful.set(session, useful)
  }

  peerGone(session: PeerSession): void {
    this.#useful.delete(session)
    const { remote } = session
    if (remote === undefined) return
    for (let piece = 0; piece < remote.length; piece++) {
      if (!remote.has(piece) || this.availability[piece] === 0) continue
      this.#availability.delete(piece)
      if (this.availability[piece] === 0 && this.isMissing(piece)) this.#unavailableCount++
    }
  }

  /** A piece that was missing is here now. */
  arrived(piece: number): void {
    if (!this.#wanted.has(piece)) return
    this.#missingCount--
    if ((this.availability[piece] ?? 0) === 0) this.#unavailableCount--
    for (const [session, count] of this.#useful) {
      if (session.remote?.has(piece) === true) this.#useful.set(session, count - 1)
    }
  }
}
