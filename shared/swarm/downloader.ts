/** Asks peers for blocks, puts pieces together, has them verified and written. Pure. */

import { AppError, toAppError } from '../errors.ts'
import type { PeerId } from '../share/keys.ts'
import type { BlockFrame } from '../protocol/block-frame.ts'
import { MAX_OUTSTANDING_BLOCKS, MAX_RANGES, type BlockRange } from '../protocol/peer-messages.ts'
import { BLOCK_BYTES } from '../share/piece-layout.ts'
import { AskTurns, type ChosenBlock } from './ask-turns.ts'
import type { Bitfield } from './bitfield.ts'
import { Chooser } from './chooser.ts'
import type { Clock } from './clock.ts'
import { Demand } from './demand.ts'
import { cancelElsewhere } from './end-game.ts'
import { LocalReuse, type RecordsMessage } from './local-reuse.ts'
import type { OpenPiece } from './open-piece.ts'
import type { Pace } from './pace.ts'
import { blockKey, blockOfKey, type PeerSession, type SessionLane } from './peer-session.ts'
import { STREAM_WINDOW_BYTES, windowBytes } from './picker.ts'
import type { PieceStore } from './piece-store.ts'
import { PieceVerifier } from './piece-verifier.ts'
import type { Urgency } from './urgency.ts'

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
  readonly #pace: Pace
  readonly #sessions: ReadonlyMap<PeerId, PeerSession>
  readonly #events: DownloaderEvents
  readonly demand: Demand
  readonly #chooser: Chooser
  readonly #reuse: LocalReuse
  readonly #verifier: PieceVerifier
  readonly #turns: AskTurns
  /** Pieces handed to the store and not yet answered. */
  readonly #verifying = new Set<number>()
  #isStopped = false

  constructor(
    clock: Clock,
    store: PieceStore,
    wanted: Bitfield,
    pace: Pace,
    urgency: Urgency,
    sessions: ReadonlyMap<PeerId, PeerSession>,
    events: DownloaderEvents,
  ) {
    this.#clock = clock
    this.#store = store
    this.#pace = pace
    this.#sessions = sessions
    this.#events = events
    this.#turns = new AskTurns(pace, sessions, (session, lane) => this.#chooseOne(session, lane))
    this.#verifier = new PieceVerifier(store)
    this.demand = new Demand(wanted, store.have)
    const { demand } = this
    this.#reuse = new LocalReuse(clock, store, (piece) => demand.isMissing(piece), sessions, {
      written: (piece) => {
        demand.arrived(piece)
        events.written(piece)
      },
      released: () => {
        for (const session of sessions.values()) this.fill(session)
      },
      failed: (error) => {
        if (!this.#isStopped) events.failed(error)
      },
    })
    const [verifying, verifier, reuse] = [this.#verifying, this.#verifier, this.#reuse]
    this.#chooser = new Chooser({ clock, store, demand, sessions, verifying, verifier, urgency, reuse })
  }

  peerHas(session: PeerSession, fresh: readonly number[]): void {
    this.demand.peerHas(session, fresh)
    this.fill(session)
  }

  /** Records of pieces that may stand elsewhere on this disk. Throws AppError `peer.protocol`. */
  receiveRecords(session: PeerSession, message: RecordsMessage): void {
    this.#reuse.receive(session, message)
  }

  peerGone(session: PeerSession): void {
    this.#reuse.peerGone(session)
    this.demand.peerGone(session)
    this.#chooser.giveUp(session.peer)
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
    session.noteReceived(frame.bytes.length, lane.lastBlockMs)
    if (expected === undefined) {
      if (!lane.forgotten.delete(key))
        throw new AppError('peer.protocol', { detail: 'block that nobody asked for' })
      this.#placeLate(session, frame)
      return
    }
    if (expected !== frame.bytes.length)
      throw new AppError('peer.protocol', { detail: 'block of a wrong length' })
    if (frame.block === 0 && frame.record === undefined) {
      throw new AppError('peer.protocol', { detail: 'piece without a record' })
    }
    // Settled only now: what a banned peer still owes is found by what is outstanding.
    lane.settle(key)
    session.isSnubbed = false
    const open = this.#chooser.open.get(frame.piece)
    if (open !== undefined) this.#place(session, open, frame)
    // Asking again for every single block would cost a message each: wait until a quarter of the window is free.
    if (lane.outstandingBytes <= this.#windowOf(session, lane) * 0.75) this.#fillLane(session, lane)
  }

  reject(session: PeerSession, lane: SessionLane, ranges: readonly BlockRange[]): void {
    for (const [piece, first, count] of ranges) {
      let isOurs = false
      for (let block = first; block < first + count; block++) {
        const bytes = lane.settle(blockKey(piece, block))
        if (bytes === undefined) continue
        isOurs = true
        this.#pace.giveBack(bytes)
        this.#chooser.release(piece, block)
      }
      // Only what was asked for: nobody fills the memory with refusals.
      if (isOurs) this.#chooser.refuse(session, piece)
    }
    this.fill(session)
  }

  /** What a dead lane swallowed is asked for again elsewhere. */
  laneGone(lane: SessionLane): void {
    this.#turns.forget(lane)
    this.#pace.giveBack(lane.outstandingBytes)
    for (const key of lane.outstanding.keys()) {
      lane.settle(key)
      const { piece, block } = blockOfKey(key)
      this.#chooser.release(piece, block)
    }
    for (const session of this.#sessions.values()) this.fill(session)
  }

  /**
   * What a lane owes that has stopped answering is asked for on others, where there are any. Late copies are taken, from
   * whichever lane they come.
   */
  askElsewhere(session: PeerSession, lane: SessionLane): void {
    const hasOther = session.readyLanes.some((other) => other.isOpenToAsk)
    const others = [...this.#sessions.values()].filter(
      (other) => other !== session && !other.isSnubbed && other.readyLanes.some((one) => one.isOpenToAsk),
    )
    this.#forget(lane, (piece) => hasOther || others.some(({ remote }) => remote?.has(piece) === true))
  }

  tick(): void {
    this.#reuse.tick()
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
    this.#reuse.stop()
    this.#chooser.open.clear()
    this.#turns.close()
  }

  #windowOf(session: PeerSession, lane: SessionLane): number {
    if (session.isSnubbed) return BLOCK_BYTES
    const isYoung = this.#clock.now() - lane.openedMs < 3000
    const sources = this.demand.sourceCount
    const laneCount = isYoung ? sources : sources * session.readyLanes.length
    const window = windowBytes(lane.down.bytesPerSecond(), lane.roundTripMs(), isYoung, laneCount)
    const isFast = lane.isStream && session.isNear
    return isFast ? Math.max(window, STREAM_WINDOW_BYTES / Math.max(1, sources)) : window
  }

  #fillLane(session: PeerSession, lane: SessionLane): void {
    if (this.#isStopped || !lane.isOpenToAsk) return
    if (this.#pace.isLimited) {
      this.#turns.ask(session, lane)
      return
    }
    const most = this.#windowOf(session, lane)
    if (lane.outstandingBytes >= most) return
    const window = Math.min(most, this.#chooser.mayOweBytes(session, lane))
    const ranges: BlockRange[] = []
    while (lane.outstandingBytes < window && ranges.length < MAX_RANGES) {
      const limit = Math.ceil((window - lane.outstandingBytes) / BLOCK_BYTES)
      const range = this.#choose(session, lane, limit)
      if (range === undefined) break
      ranges.push(range)
    }
    if (ranges.length > 0) lane.send({ type: 'request', ranges })
  }

  /** Under a limit: one block, if any is to be asked for here now. */
  #chooseOne(session: PeerSession, lane: SessionLane): ChosenBlock | undefined {
    if (this.#isStopped || !lane.isOpenToAsk) return undefined
    if (lane.outstandingBytes >= this.#windowOf(session, lane)) return undefined
    const range = this.#choose(session, lane, 1)
    return range && { range, bytes: this.#store.layout.blockBytes(range[0], range[1]) }
  }

  /** The next blocks to ask this lane for, `limit` of them at most; they count as asked for from here on. */
  #choose(session: PeerSession, lane: SessionLane, limit: number): BlockRange | undefined {
    const room = Math.min(limit, MAX_OUTSTANDING_BLOCKS - session.outstandingCount)
    if (room <= 0) return undefined
    const range = this.#chooser.next(session, lane, room)
    if (range === undefined) return undefined
    const [piece, first, count] = range
    for (let block = first; block < first + count; block++) {
      lane.expect(blockKey(piece, block), this.#store.layout.blockBytes(piece, block))
    }
    return range
  }

  #place(session: PeerSession, open: OpenPiece, frame: BlockFrame): void {
    if (frame.block === 0 && !open.isReceived(0)) {
      open.record = frame.record
      open.recordFrom = session.peer
    }
    if (!open.receive(frame.block, frame.bytes, session.peer)) return
    if (this.#sessions.size > 1 || session.lanes.size > 1)
      cancelElsewhere(this.#sessions, open.index, frame.block)
    if (open.isComplete) void this.#finish(open)
  }

  /** Given up here already, and still missing: as good as any other. */
  #placeLate(session: PeerSession, frame: BlockFrame): void {
    const open = this.#chooser.open.get(frame.piece)
    if (open === undefined || (frame.block === 0 && frame.record === undefined)) return
    if (open.onlyFrom !== undefined && open.onlyFrom !== session.peer) return
    if (frame.bytes.length !== this.#store.layout.blockBytes(frame.piece, frame.block)) return
    session.isSnubbed = false
    this.#place(session, open, frame)
  }

  async #finish(open: OpenPiece): Promise<void> {
    this.#chooser.open.delete(open.index)
    this.#verifying.add(open.index)
    try {
      const liars = await this.#verifier.verify(open)
      this.#verifying.delete(open.index)
      if (this.#isStopped) return
      if (this.#store.have.has(open.index)) {
        this.demand.arrived(open.index)
        this.#events.written(open.index)
      }
      for (const liar of liars) this.#events.lied(liar.peer, liar.error)
    } catch (error) {
      this.#verifying.delete(open.index)
      if (!this.#isStopped) this.#events.failed(toAppError(error))
      return
    }
    for (const session of this.#sessions.values()) this.fill(session)
  }

  #snub(session: PeerSession, lane: SessionLane): void {
    session.isSnubbed = true
    this.#chooser.giveUp(session.peer)
    lane.lastBlockMs = this.#clock.now()
    this.#forget(lane, () => true)
  }

  /** Not awaited any more, and taken all the same when it comes. */
  #forget(lane: SessionLane, isToForget: (piece: number) => boolean): void {
    for (const key of lane.outstanding.keys()) {
      const { piece, block } = blockOfKey(key)
      if (!isToForget(piece)) continue
      lane.settle(key)
      lane.forgotten.add(key)
      this.#chooser.release(piece, block)
    }
  }
}
