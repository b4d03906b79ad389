/**
 * Which blocks to ask a peer for next: begun pieces before new ones, because only whole pieces can be passed on, and what
 * the peer has refused only when there is nothing else. Pure.
 */

import type { BlockRange } from '../protocol/peer-messages.ts'
import type { PeerId } from '../share/keys.ts'
import { BLOCK_BYTES } from '../share/piece-layout.ts'
import type { Bitfield } from './bitfield.ts'
import type { Clock } from './clock.ts'
import type { Demand } from './demand.ts'
import { hasBetterSource, isAskedFor, pickAgain } from './end-game.ts'
import { mayOweBytes } from './last-blocks.ts'
import type { LocalReuse } from './local-reuse.ts'
import { OpenPiece } from './open-piece.ts'
import type { PeerSession, SessionLane } from './peer-session.ts'
import { pickPiece } from './picker.ts'
import type { PieceStore } from './piece-store.ts'
import type { PieceVerifier } from './piece-verifier.ts'
import type { Urgency } from './urgency.ts'

/** Bytes of pieces being put together or verified, over all peers: the receiver's memory. */
const OPEN_BYTES = 32 * 1024 * 1024
/** But at least so many pieces, or large ones would leave the disk or the network idle. */
const MIN_OPEN_PIECES = 3
/** So many are begun at random before rarity counts, as in BitTorrent. */
const FIRST_PIECES = 4
/** For what is about to be read, so many more: it must not wait for pieces that take long. */
const READ_SOON_PIECES = 2
/** A peer that refused a piece is asked for it again after so many milliseconds, if there is nothing else to ask for. */
const INSIST_AFTER_MS = 1000

/** As a random number it never takes the place of the first. */
const FIRST_OF_TIES = 1

export interface ChooserView {
  readonly clock: Clock
  readonly store: PieceStore
  readonly demand: Demand
  readonly sessions: ReadonlyMap<PeerId, PeerSession>
  /** Pieces handed to the store and not yet answered. */
  readonly verifying: ReadonlySet<number>
  /** Knows of earlier copies that were wrong. */
  readonly verifier: PieceVerifier
  /** Knows what is wanted soonest. */
  readonly urgency: Urgency
  /** Knows what is about to be taken from elsewhere on this disk. */
  readonly reuse: LocalReuse
}

export class Chooser {
  readonly #view: ChooserView
  /** Begun and not yet complete. */
  readonly open = new Map<number, OpenPiece>()

  constructor(view: ChooserView) {
    this.#view = view
  }

  /** The next blocks to ask this lane for, `limit` of them at most. They count as taken from here on. */
  next(session: PeerSession, lane: SessionLane, limit: number): BlockRange | undefined {
    const { remote } = session
    if (remote === undefined) return undefined
    return (
      this.#pick(session, remote, (piece) => !session.refused.has(piece))?.take(limit) ??
      this.#insist(session, remote)?.take(limit) ??
      this.#again(session, lane)
    )
  }

  /** So much may be under way on this lane, that it ends no later than the peer's others. Bytes. */
  mayOweBytes(session: PeerSession, lane: SessionLane): number {
    const lanes = session.readyLanes.filter((one) => one.isOpenToAsk)
    return lanes.length < 2 ? Number.POSITIVE_INFINITY : mayOweBytes(lane, lanes, this.#leftBytes(session))
  }

  /** What the peer has and nobody has been asked for, to a block. */
  #leftBytes(session: PeerSession): number {
    const { store, demand, verifying } = this.#view
    const unbegun = demand.usefulCount(session) - this.open.size - verifying.size
    let blocks = 0
    for (const open of this.open.values())
      if (session.remote?.has(open.index) === true) blocks += open.missingCount
    return Math.max(0, unbegun) * store.layout.pieceBytes + blocks * BLOCK_BYTES
  }

  /** The peer will not give this piece now. */
  refuse(session: PeerSession, piece: number): void {
    session.refused.set(piece, this.#view.clock.now())
    const open = this.open.get(piece)
    // One that nothing came of must not take the place of one that can be had.
    if (open !== undefined && open.missingCount === open.blockCount) this.open.delete(piece)
  }

  /** Blocks asked for in vain may be asked for again. */
  release(piece: number, block: number): void {
    if (!isAskedFor(this.#view.sessions, piece, block)) this.open.get(piece)?.release(block)
  }

  /** Pieces that only this peer was to fill may be filled by any. */
  giveUp(peer: PeerId): void {
    for (const open of this.open.values()) if (open.onlyFrom === peer) open.onlyFrom = undefined
  }

  #insist(session: PeerSession, remote: Bitfield): OpenPiece | undefined {
    if (session.refused.size === 0) return undefined
    const untilMs = this.#view.clock.now() - INSIST_AFTER_MS
    return this.#pick(session, remote, (piece) => (session.refused.get(piece) ?? Infinity) <= untilMs)
  }

  #pick(session: PeerSession, remote: Bitfield, mayAsk: (piece: number) => boolean): OpenPiece | undefined {
    const begun = this.#begun(session, remote, mayAsk)
    const { urgency } = this.#view
    // Of a piece that will be read, nothing is lost when it is begun before others are whole.
    if (begun !== undefined && urgency.hasReader) {
      const isSooner = (piece: number): boolean =>
        urgency.isReadSoon(piece) && urgency.of(piece) > urgency.of(begun.index) && mayAsk(piece)
      return this.#begin(session, remote, isSooner) ?? begun
    }
    return begun ?? this.#begin(session, remote, mayAsk)
  }

  /** Of the begun pieces that this peer can help with, one of those wanted soonest: the fullest. */
  #begun(session: PeerSession, remote: Bitfield, mayAsk: (piece: number) => boolean): OpenPiece | undefined {
    const { urgency } = this.#view
    let best: OpenPiece | undefined
    let bestUrgency = 0
    for (const open of this.open.values()) {
      if (open.missingCount === 0 || !remote.has(open.index) || !mayAsk(open.index)) continue
      if (open.onlyFrom !== undefined && open.onlyFrom !== session.peer) continue
      if (session.isSnubbed && hasBetterSource(this.#view.sessions, open.index)) continue
      const sooner = urgency.of(open.index) - bestUrgency
      if (best !== undefined && (sooner < 0 || (sooner === 0 && open.missingCount >= best.missingCount)))
        continue
      best = open
      bestUrgency += sooner
    }
    return best
  }

  #begin(session: PeerSession, remote: Bitfield, mayAsk: (piece: number) => boolean): OpenPiece | undefined {
    const { clock, store, demand, sessions, verifying, verifier, urgency, reuse } = this.#view
    const { layout } = store
    const busy = this.open.size + verifying.size
    const room = Math.max(MIN_OPEN_PIECES, Math.floor(OPEN_BYTES / layout.pieceBytes)) - busy
    if (room <= (urgency.hasReader ? -READ_SOON_PIECES : 0)) return undefined
    const index = pickPiece({
      pieceCount: layout.pieceCount,
      isOpenToPick: (piece) =>
        (room > 0 || urgency.isReadSoon(piece)) &&
        demand.isMissing(piece) &&
        !this.open.has(piece) &&
        !verifying.has(piece) &&
        !reuse.isPending(piece),
      peerHas: (piece) =>
        remote.has(piece) && mayAsk(piece) && !(session.isSnubbed && hasBetterSource(sessions, piece)),
      urgencyOf: (piece) => urgency.of(piece),
      availability: demand.availability,
      isFirst: store.have.count + busy < FIRST_PIECES,
      // In order where nobody else could use what is fetched first: disks at both ends read and write on.
      random: () => (sessions.size === 1 ? FIRST_OF_TIES : clock.random()),
    })
    if (index === undefined) return undefined
    const open = new OpenPiece(index, store.allocate(index))
    if (verifier.suspects(index)) open.onlyFrom = session.peer
    this.open.set(index, open)
    return open
  }

  /** What was asked for elsewhere already: at the end, and to see whether a silent peer answers again. */
  #again(session: PeerSession, lane: SessionLane): BlockRange | undefined {
    const { clock, demand, sessions, verifying } = this.#view
    if (!session.isSnubbed) {
      const left = demand.missingCount - verifying.size
      const isAlone = sessions.size < 2 && session.lanes.size < 2
      if (isAlone || this.open.size < left) return undefined
    }
    return pickAgain(this.open.values(), session, lane, sessions, clock.now())
  }
}
