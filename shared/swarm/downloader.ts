/** Asks peers for blocks, puts pieces together, has them verified and written. Pure. */

import { AppError, toAppError } from '../errors.ts'
import type { PeerId } from '../share/keys.ts'
import type { BlockFrame } from '../protocol/block-frame.ts'
import { MAX_OUTSTANDING_BLOCKS, MAX_RANGES, type BlockRange } from '../protocol/peer-messages.ts'
import { BLOCK_BYTES } from '../share/piece-layout.ts'
import type { Bitfield } from './bitfield.ts'
import type { Clock } from './clock.ts'
import { pickAgain } from './end-game.ts'
import { OpenPiece } from './open-piece.ts'
import { blockKey, blockOfKey, type PeerSession, type SessionLane } from './peer-session.ts'
import { pickPiece, windowBytes } from './picker.ts'
import type { PieceStore } from './piece-store.ts'
import { PieceVerifier } from './piece-verifier.ts'

/** Bytes of pieces being put together or verified, over all peers: the receiver's memory. */
const OPEN_BYTES = 32 * 1024 * 1024
/** But at least so many pieces, or large ones would leave the disk or the network idle. */
const MIN_OPEN_PIECES = 3
/** A peer that owes blocks and sends none for so long is snubbed: others are asked for what it owes. */
const SNUB_MS = 20_000

export interface DownloaderEvents {
  /** A piece is verified and on disk. */
  written(piece: number): void
  /** This peer sent what is provably wrong. */
  lied(peer: PeerId, error: AppError): void
  /** The store cannot go on. */
  failed(error: AppError): void
}

export class Downloader {
  readonly #clock: Clock
  readonly #store: PieceStore
  readonly #wanted: Bitfield
  readonly #sessions: ReadonlyMap<PeerId, PeerSession>
  readonly #events: DownloaderEvents
  readonly #availability: Uint16Array
  readonly #open = new Map<number, OpenPiece>()
  readonly #verifier: PieceVerifier
  /** Pieces handed to the store and not yet answered. */
  readonly #verifying = new Set<number>()
  #isStopped = false

  constructor(
    clock: Clock,
    store: PieceStore,
    wanted: Bitfield,
    sessions: ReadonlyMap<PeerId, PeerSession>,
    events: DownloaderEvents,
  ) {
    this.#clock = clock
    this.#store = store
    this.#wanted = wanted
    this.#sessions = sessions
    this.#events = events
    this.#verifier = new PieceVerifier(store)
    this.#availability = new Uint16Array(store.layout.pieceCount)
  }

  get isDone(): boolean {
    if (this.#store.have.isFull) return true
    for (let i = 0; i < this.#wanted.length; i++)
      if (this.#wanted.has(i) && !this.#store.have.has(i)) return false
    return true
  }

  /** Whether somebody connected has something that is missing here. */
  get hasSource(): boolean {
    for (const session of this.#sessions.values()) if (this.#isInteresting(session)) return true
    return false
  }

  peerHas(session: PeerSession, fresh: readonly number[]): void {
    for (const piece of fresh) this.#availability[piece] = (this.#availability[piece] ?? 0) + 1
    this.fill(session)
  }

  peerGone(session: PeerSession): void {
    const remote = session.remote
    if (remote === undefined) return
    for (let i = 0; i < remote.length; i++) {
      if (remote.has(i)) this.#availability[i] = Math.max(0, (this.#availability[i] ?? 0) - 1)
    }
    for (const open of this.#open.values()) if (open.onlyFrom === session.peer) open.onlyFrom = undefined
  }

  /** Asks for as much as every lane of a peer may have under way. */
  fill(session: PeerSession): void {
    if (this.#isStopped || session.remote === undefined) return
    for (const lane of session.readyLanes) this.#fillLane(session, lane)
  }

  /** Throws AppError `peer.protocol` for a block that nobody asked for. */
  receive(session: PeerSession, lane: SessionLane, frame: BlockFrame): void {
    const key = blockKey(frame.piece, frame.block)
    const expected = lane.outstanding.get(key)
    lane.lastBlockMs = this.#clock.now()
    lane.down.add(frame.bytes.length)
    session.receivedBytes += frame.bytes.length
    if (expected === undefined) {
      if (lane.forgotten.delete(key)) return
      throw new AppError('peer.protocol', { detail: 'block that nobody asked for' })
    }
    if (expected !== frame.bytes.length)
      throw new AppError('peer.protocol', { detail: 'block of a wrong length' })
    if (frame.block === 0 && frame.record === undefined) {
      throw new AppError('peer.protocol', { detail: 'piece without a record' })
    }
    // Settled only now: what a banned peer still owes is found by what is outstanding.
    lane.settle(key)
    session.isSnubbed = false
    const open = this.#open.get(frame.piece)
    if (open !== undefined) this.#place(session, open, frame)
    // Asking again for every single block would cost a message each: wait until a quarter of the window is free.
    if (lane.outstandingBytes <= this.#windowOf(session, lane) * 0.75) this.#fillLane(session, lane)
  }

  reject(lane: SessionLane, ranges: readonly BlockRange[]): void {
    for (const [piece, first, count] of ranges) {
      for (let block = first; block < first + count; block++) {
        if (lane.settle(blockKey(piece, block)) !== undefined) this.#release(piece, block)
      }
    }
  }

  /** What a dead lane swallowed is asked for again elsewhere. */
  laneGone(lane: SessionLane): void {
    for (const key of lane.outstanding.keys()) {
      lane.settle(key)
      const { piece, block } = blockOfKey(key)
      this.#release(piece, block)
    }
    for (const session of this.#sessions.values()) this.fill(session)
  }

  tick(): void {
    const now = this.#clock.now()
    for (const session of this.#sessions.values()) {
      for (const lane of session.lanes.values()) {
        if (lane.outstanding.size === 0) lane.lastBlockMs = now
        else if (now - lane.lastBlockMs > SNUB_MS) this.#snub(session, lane)
      }
      this.fill(session)
    }
  }

  stop(): void {
    this.#isStopped = true
    this.#open.clear()
  }

  #isInteresting(session: PeerSession): boolean {
    const remote = session.remote
    if (remote === undefined || session.mainLane === undefined) return false
    for (let i = 0; i < this.#wanted.length; i++) {
      if (remote.has(i) && this.#wanted.has(i) && !this.#store.have.has(i)) return true
    }
    return false
  }

  #windowOf(session: PeerSession, lane: SessionLane): number {
    if (session.isSnubbed) return BLOCK_BYTES
    const isYoung = this.#clock.now() - lane.openedMs < 3000
    return windowBytes(lane.down.bytesPerSecond(), lane.roundTripMs(), isYoung)
  }

  #fillLane(session: PeerSession, lane: SessionLane): void {
    if (this.#isStopped || !lane.isGreeted) return
    const window = this.#windowOf(session, lane)
    const ranges: BlockRange[] = []
    while (lane.outstandingBytes < window && ranges.length < MAX_RANGES) {
      let room = MAX_OUTSTANDING_BLOCKS
      for (const other of session.lanes.values()) room -= other.outstanding.size
      if (room <= 0) break
      const limit = Math.min(room, Math.ceil((window - lane.outstandingBytes) / BLOCK_BYTES))
      const range = this.#next(session, limit) ?? this.#nextAgain(session, lane)
      if (range === undefined) break
      ranges.push(range)
      const [piece, first, count] = range
      for (let block = first; block < first + count; block++) {
        lane.expect(blockKey(piece, block), this.#store.layout.blockBytes(piece, block))
      }
    }
    if (ranges.length > 0) lane.send({ type: 'request', ranges })
  }

  /** Begun pieces first, the fullest of them before others; then a new one. */
  #next(session: PeerSession, limit: number): BlockRange | undefined {
    const remote = session.remote
    if (remote === undefined) return undefined
    let best: OpenPiece | undefined
    for (const open of this.#open.values()) {
      if (open.missingCount === 0 || !remote.has(open.index)) continue
      if (open.onlyFrom !== undefined && open.onlyFrom !== session.peer) continue
      if (session.isSnubbed && this.#isBetterSource(open.index)) continue
      if (best === undefined || open.missingCount < best.missingCount) best = open
    }
    best ??= this.#begin(session, remote)
    return best?.take(limit)
  }

  #begin(session: PeerSession, remote: Bitfield): OpenPiece | undefined {
    const { layout, have } = this.#store
    const busy = this.#open.size + this.#verifying.size
    if (busy >= Math.max(MIN_OPEN_PIECES, Math.floor(OPEN_BYTES / layout.pieceBytes))) return undefined
    const index = pickPiece({
      pieceCount: layout.pieceCount,
      isOpenToPick: (piece) =>
        this.#wanted.has(piece) && !have.has(piece) && !this.#open.has(piece) && !this.#verifying.has(piece),
      peerHas: (piece) => remote.has(piece) && !(session.isSnubbed && this.#isBetterSource(piece)),
      availability: this.#availability,
      random: () => this.#clock.random(),
    })
    if (index === undefined) return undefined
    const open = new OpenPiece(index, this.#store.allocate(index))
    if (this.#verifier.suspects(index)) open.onlyFrom = session.peer
    this.#open.set(index, open)
    return open
  }

  /** A silent peer must not hold up what somebody else could send. */
  #isBetterSource(piece: number): boolean {
    for (const session of this.#sessions.values()) {
      if (!session.isSnubbed && session.mainLane !== undefined && session.remote?.has(piece) === true)
        return true
    }
    return false
  }

  /** What was asked for elsewhere already: at the end, and to see whether a silent peer answers again. */
  #nextAgain(session: PeerSession, lane: SessionLane): BlockRange | undefined {
    if (session.isSnubbed) return pickAgain(this.#open.values(), session, lane, this.#sessions)
    const { layout, have } = this.#store
    const left = Math.min(this.#wanted.count, layout.pieceCount) - have.count - this.#verifying.size
    if (this.#sessions.size < 2 || this.#open.size < left) return undefined
    return pickAgain(this.#open.values(), session, lane, this.#sessions)
  }

  #place(session: PeerSession, open: OpenPiece, frame: BlockFrame): void {
    if (frame.block === 0 && !open.isReceived(0)) {
      open.record = frame.record
      open.recordFrom = session.peer
    }
    if (!open.receive(frame.block, frame.bytes, session.peer)) return
    this.#cancelElsewhere(session, open.index, frame.block)
    if (open.isComplete) void this.#finish(open)
  }

  #cancelElsewhere(from: PeerSession, piece: number, block: number): void {
    if (this.#sessions.size < 2) return
    const key = blockKey(piece, block)
    for (const session of this.#sessions.values()) {
      if (session === from) continue
      for (const lane of session.lanes.values()) {
        if (lane.settle(key) === undefined) continue
        lane.forgotten.add(key)
        lane.send({ type: 'cancel', ranges: [[piece, block, 1]] })
      }
    }
  }

  async #finish(open: OpenPiece): Promise<void> {
    this.#open.delete(open.index)
    this.#verifying.add(open.index)
    try {
      const liars = await this.#verifier.verify(open)
      this.#verifying.delete(open.index)
      if (this.#isStopped) return
      if (this.#store.have.has(open.index)) this.#events.written(open.index)
      for (const liar of liars) this.#events.lied(liar.peer, liar.error)
    } catch (error) {
      this.#verifying.delete(open.index)
      if (!this.#isStopped) this.#events.failed(toAppError(error))
      return
    }
    for (const session of this.#sessions.values()) this.fill(session)
  }

  #release(piece: number, block: number): void {
    const key = blockKey(piece, block)
    for (const session of this.#sessions.values()) {
      for (const lane of session.lanes.values()) if (lane.outstanding.has(key)) return
    }
    this.#open.get(piece)?.release(block)
  }

  #snub(session: PeerSession, lane: SessionLane): void {
    session.isSnubbed = true
    for (const open of this.#open.values()) if (open.onlyFrom === session.peer) open.onlyFrom = undefined
    lane.lastBlockMs = this.#clock.now()
    for (const key of lane.outstanding.keys()) {
      lane.settle(key)
      lane.forgotten.add(key)
      const { piece, block } = blockOfKey(key)
      this.#release(piece, block)
    }
  }
}
