/** Answers requests: reads pieces, keeps a few in memory, sends blocks while lanes have room. Pure. */

import { toBase64Url } from '../encoding/base64url.ts'
import { AppError, toAppError } from '../errors.ts'
import { MAX_FRAME_BYTES, writeBlockFrame, writeManifestFrame } from '../protocol/block-frame.ts'
import { MAX_OUTSTANDING_BLOCKS, type BlockRange } from '../protocol/peer-messages.ts'
import { BLOCK_BYTES } from '../share/piece-layout.ts'
import type { Clock } from './clock.ts'
import { LANE_HIGH_WATER_BYTES } from './lane.ts'
import type { Pace } from './pace.ts'
import type { PeerSession, SessionLane, UploadItem } from './peer-session.ts'
import type { PieceStore, StoredPiece } from './piece-store.ts'
import type { TurnResult } from './turns.ts'

/** Bytes of pieces kept in memory, of which at least MIN_SLOTS pieces. */
const CACHE_BYTES = 16 * 1024 * 1024
/** Two being sent and one being read, so that neither the disk nor the network waits. */
const MIN_SLOTS = 3
/** A piece stays at least so long, or several peers in different places would push each other's pieces out. */
const RESIDENCE_MS = 250
/** A piece that nobody asks for is let go after so many milliseconds. */
const IDLE_MS = 10_000

interface Slot {
  piece: StoredPiece | undefined
  loadedMs: number
  usedMs: number
  sentBlocks: number
}

/** An answer is a thousand times longer than its question, so one lane gets no more than one in so many milliseconds. */
const SUMMARY_PAUSE_MS = 1000

export interface UploaderEvents {
  /** The store cannot give a piece: the share must stop. */
  failed(error: AppError): void
}

export class Uploader {
  readonly #clock: Clock
  readonly #pace: Pace
  readonly #events: UploaderEvents
  readonly #slots = new Map<number, Slot>()
  readonly #scratch = new Uint8Array(MAX_FRAME_BYTES)
  readonly #waiting = new Set<SessionLane>()
  #store: PieceStore | undefined
  #manifest: Uint8Array | undefined
  #summaryBox: string | undefined
  #isClosed = false
  /** By lane, for the accounts of its session. */
  readonly #sessions = new Map<SessionLane, PeerSession>()

  constructor(clock: Clock, pace: Pace, events: UploaderEvents) {
    this.#clock = clock
    this.#pace = pace
    this.#events = events
  }

  offerSummary(box: Uint8Array): void {
    this.#summaryBox = toBase64Url(box)
  }

  offerManifest(bytes: Uint8Array): void {
    this.#manifest = bytes
  }

  offerPieces(store: PieceStore): void {
    this.#store = store
  }

  /** Throws AppError `peer.protocol` when the peer asks beyond all measure. */
  request(session: PeerSession, lane: SessionLane, ranges: readonly BlockRange[]): void {
    const store = this.#store
    const rejected: BlockRange[] = []
    for (const [piece, first, count] of ranges) {
      if (
        store !== undefined &&
        (piece >= store.layout.pieceCount || first + count > store.layout.blockCount(piece))
      ) {
        throw new AppError('peer.protocol', { detail: 'request out of range' })
      }
      if (store?.whole.has(piece) !== true) {
        rejected.push([piece, first, count])
        continue
      }
      for (let block = first; block < first + count; block++) {
        this.#enqueue(session, lane, { kind: 'block', piece, block })
      }
    }
    if (rejected.length > 0) lane.send({ type: 'reject', ranges: rejected })
    this.pump(lane)
  }

  requestSummary(lane: SessionLane): void {
    const now = this.#clock.now()
    const box = this.#summaryBox ?? null
    if (box !== null && now - lane.summarySentMs < SUMMARY_PAUSE_MS) return
    if (box !== null) lane.summarySentMs = now
    lane.send({ type: 'summary', box })
  }

  requestManifest(session: PeerSession, lane: SessionLane, offset: number, length: number): void {
    const manifest = this.#manifest
    if (manifest === undefined) {
      lane.send({ type: 'manifest.none' })
      return
    }
    if (offset + length > manifest.length)
      throw new AppError('peer.protocol', { detail: 'manifest out of range' })
    this.#enqueue(session, lane, { kind: 'manifest', offset, length })
    this.pump(lane)
  }

  cancel(lane: SessionLane, ranges: readonly BlockRange[]): void {
    for (const [piece, first, count] of ranges) {
      for (let i = lane.uploads.length - 1; i >= 0; i--) {
        const item = lane.uploads[i]
        if (item?.kind !== 'block' || item.piece !== piece) continue
        if (item.block >= first && item.block < first + count) lane.uploads.splice(i, 1)
      }
    }
  }

  forget(lane: SessionLane): void {
    this.#waiting.delete(lane)
    this.#sessions.delete(lane)
    this.#pace.leave(lane)
    lane.uploads.length = 0
  }

  /** Sends what the lane has room for. Called when it has room again and when a piece has been read. */
  pump(lane: SessionLane): void {
    this.#waiting.delete(lane)
    if (this.#pace.isLimited) {
      if (lane.uploads.length > 0) this.#pace.ask(lane, () => this.#takeTurn(lane))
      this.#pace.run()
      return
    }
    let sent = 0
    while (sent < lane.uploads.length && lane.lane.bufferedBytes() < LANE_HIGH_WATER_BYTES) {
      const item = lane.uploads[sent]
      if (item === undefined || !this.#send(lane, item)) break
      sent++
    }
    if (sent > 0) lane.uploads.splice(0, sent)
    this.#readAhead(lane)
  }

  /** Under a limit: one block at a time. */
  #takeTurn(lane: SessionLane): TurnResult {
    const item = lane.uploads[0]
    const isGone =
      item !== undefined && lane.lane.bufferedBytes() < LANE_HIGH_WATER_BYTES && this.#send(lane, item)
    if (isGone) {
      lane.uploads.shift()
      this.#pace.take(this.#lengthOf(item))
    }
    this.#readAhead(lane)
    return isGone ? 'went' : 'done'
  }

  #lengthOf(item: UploadItem): number {
    if (item.kind === 'manifest') return item.length
    return this.#store?.layout.blockBytes(item.piece, item.block) ?? 0
  }

  /** Gives lanes another chance whose piece found no free slot, and those that a limit held up. */
  tick(): void {
    this.#pace.run()
    // A copy: a lane that must wait again is put back into the set.
    const waiting = [...this.#waiting]
    for (const lane of waiting) this.pump(lane)
    const now = this.#clock.now()
    for (const [piece, slot] of this.#slots) {
      if (slot.piece !== undefined && now - slot.usedMs > IDLE_MS) this.#drop(piece)
    }
  }

  close(): void {
    this.#isClosed = true
    for (const lane of this.#sessions.keys()) this.#pace.leave(lane)
    this.#slots.clear()
    this.#waiting.clear()
  }

  #enqueue(session: PeerSession, lane: SessionLane, item: UploadItem): void {
    if (lane.uploads.length >= MAX_OUTSTANDING_BLOCKS) {
      throw new AppError('peer.protocol', { detail: 'too many requests at once' })
    }
    this.#sessions.set(lane, session)
    lane.uploads.push(item)
  }

  /** False when the item must wait. */
  #send(lane: SessionLane, item: UploadItem): boolean {
    const session = this.#sessions.get(lane)
    if (item.kind === 'manifest') {
      const bytes = this.#manifest?.subarray(item.offset, item.offset + item.length)
      return bytes === undefined || lane.lane.sendFrame(writeManifestFrame(this.#scratch, item.offset, bytes))
    }
    const slot = this.#slots.get(item.piece)
    if (slot?.piece === undefined) {
      if (slot === undefined && !this.#load(item.piece)) this.#waiting.add(lane)
      return false
    }
    slot.usedMs = this.#clock.now()
    const start = item.block * BLOCK_BYTES
    const bytes = slot.piece.bytes.subarray(start, start + BLOCK_BYTES)
    const record = item.block === 0 ? slot.piece.record : undefined
    const frame = writeBlockFrame(this.#scratch, { piece: item.piece, block: item.block, record, bytes })
    if (!lane.lane.sendFrame(frame)) return false
    lane.up.add(bytes.length)
    if (session !== undefined) session.sentBytes += bytes.length
    this.#letGoIfSent(item.piece, slot)
    return true
  }

  /** With a single peer nobody else will ask for it, and the next piece finds its memory still in the cache. */
  #letGoIfSent(piece: number, slot: Slot): void {
    slot.sentBlocks++
    const isSent = slot.piece !== undefined && slot.sentBlocks >= slot.piece.bytes.length / BLOCK_BYTES
    if (isSent && new Set(this.#sessions.values()).size === 1) this.#drop(piece)
  }

  /** Reads the next piece of a queue while the one before it is being sent. */
  #readAhead(lane: SessionLane): void {
    const head = lane.uploads[0]
    if (head?.kind !== 'block') return
    const next = lane.uploads.find((item) => item.kind === 'block' && !this.#slots.has(item.piece))
    if (next?.kind === 'block' && !this.#load(next.piece) && next.piece === head.piece)
      this.#waiting.add(lane)
  }

  /** False when no slot is free. */
  #load(piece: number): boolean {
    const store = this.#store
    if (store === undefined || this.#isClosed || !this.#makeRoom(store)) return false
    const now = this.#clock.now()
    const slot: Slot = { piece: undefined, loadedMs: now, usedMs: now, sentBlocks: 0 }
    this.#slots.set(piece, slot)
    store.readPiece(piece).then(
      (stored) => {
        slot.piece = stored
        slot.loadedMs = slot.usedMs = this.#clock.now()
        if (!this.#isClosed) for (const lane of this.#sessions.keys()) this.pump(lane)
      },
      (error: unknown) => {
        this.#slots.delete(piece)
        if (!this.#isClosed) this.#events.failed(toAppError(error))
      },
    )
    return true
  }

  #makeRoom(store: PieceStore): boolean {
    const slots = Math.max(MIN_SLOTS, Math.floor(CACHE_BYTES / store.layout.pieceBytes))
    if (this.#slots.size < slots) return true
    const now = this.#clock.now()
    let oldest: number | undefined
    let oldestMs = Number.POSITIVE_INFINITY
    for (const [piece, slot] of this.#slots) {
      const isFresh = now - slot.loadedMs < RESIDENCE_MS
      if (slot.piece === undefined || (isFresh && this.#isAskedFor(piece))) continue
      if (slot.usedMs < oldestMs) {
        oldest = piece
        oldestMs = slot.usedMs
      }
    }
    if (oldest === undefined) return false
    this.#drop(oldest)
    return true
  }

  #drop(piece: number): void {
    this.#slots.get(piece)?.piece?.release()
    this.#slots.delete(piece)
  }

  #isAskedFor(piece: number): boolean {
    for (const lane of this.#sessions.keys()) {
      if (lane.uploads.some((item) => item.kind === 'block' && item.piece === piece)) return true
    }
    return false
  }
}
