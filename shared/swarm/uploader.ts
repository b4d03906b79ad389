/** Answers requests: has pieces read, sends blocks while lanes have room and limits allow. Pure. */

import { toBase64Url } from '../encoding/base64url.ts'
import { AppError } from '../errors.ts'
import { MAX_FRAME_BYTES, writeBlockFrame, writeManifestFrame } from '../protocol/block-frame.ts'
import { MAX_OUTSTANDING_BLOCKS, type BlockRange } from '../protocol/peer-messages.ts'
import type { PeerId } from '../share/keys.ts'
import { BLOCK_BYTES } from '../share/piece-layout.ts'
import type { Clock } from './clock.ts'
import { FirstSpread } from './first-spread.ts'
import { LANE_HIGH_WATER_BYTES } from './lane.ts'
import type { Pace } from './pace.ts'
import type { PeerSession, SessionLane, UploadItem } from './peer-session.ts'
import { PieceCache } from './piece-cache.ts'
import type { PieceStore } from './piece-store.ts'
import type { TurnResult } from './turns.ts'
import { UploadOrder } from './upload-order.ts'

/** An answer is a thousand times longer than its question, so one lane gets no more than one in so many milliseconds. */
const SUMMARY_PAUSE_MS = 1000

export interface UploaderEvents {
  /** The store cannot give a piece: the share must stop. */
  failed(error: AppError): void
}

export class Uploader {
  readonly #clock: Clock
  readonly #pace: Pace
  readonly #cache: PieceCache
  readonly #scratch = new Uint8Array(MAX_FRAME_BYTES)
  readonly #waiting = new Set<SessionLane>()
  readonly #order = new UploadOrder()
  #store: PieceStore | undefined
  #firstSpread: FirstSpread | undefined
  #manifest: Uint8Array | undefined
  #summaryBox: string | undefined
  /** By lane, for the accounts of its session. */
  readonly #sessions = new Map<SessionLane, PeerSession>()

  constructor(clock: Clock, pace: Pace, events: UploaderEvents) {
    this.#clock = clock
    this.#pace = pace
    this.#cache = new PieceCache(clock, {
      loaded: () => {
        for (const lane of this.#sessions.keys()) this.pump(lane)
      },
      failed: (error) => events.failed(error),
      isAskedFor: (piece) => this.#isAskedFor(piece),
    })
  }

  offerSummary(box: Uint8Array): void {
    this.#summaryBox = toBase64Url(box)
  }

  offerManifest(bytes: Uint8Array): void {
    this.#manifest = bytes
  }

  offerPieces(store: PieceStore, sessions: ReadonlyMap<PeerId, PeerSession>): void {
    this.#store = store
    this.#firstSpread = new FirstSpread(store, sessions)
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
      if (store?.whole.has(piece) !== true || this.#firstSpread?.refuses(session, piece) === true) {
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
    const session = this.#sessions.get(lane)
    this.#sessions.delete(lane)
    if (session !== undefined && session.lanes.size === 0) this.#firstSpread?.forget(session)
    this.#order.delete(lane)
    lane.uploads.length = 0
  }

  /** Sends what the lane has room for. Called when it has room again and when a piece has been read. */
  pump(lane: SessionLane): void {
    this.#waiting.delete(lane)
    if (this.#pace.isLimited) {
      const session = this.#sessions.get(lane)
      if (lane.uploads.length > 0 && session !== undefined) this.#order.add(lane, session)
      this.#pace.ask(() => this.#takeTurn())
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
  #takeTurn(): TurnResult {
    for (const lane of this.#order.lanes()) {
      const item = lane.uploads[0]
      if (item === undefined) {
        this.#order.delete(lane)
        continue
      }
      const isGone = lane.lane.bufferedBytes() < LANE_HIGH_WATER_BYTES && this.#send(lane, item)
      if (isGone) {
        lane.uploads.shift()
        const bytes = this.#lengthOf(item)
        this.#pace.take(bytes)
        this.#order.sent(lane, bytes, item, this.#pace.bytesPerSecond)
      }
      this.#readAhead(lane)
      if (isGone) return 'went'
    }
    return 'done'
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
    this.#cache.tick()
  }

  close(): void {
    this.#pace.leave()
    this.#cache.close()
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
    const memory = lane.lane.frameMemory?.() ?? this.#scratch
    if (item.kind === 'manifest') {
      const bytes = this.#manifest?.subarray(item.offset, item.offset + item.length)
      return bytes === undefined || lane.lane.sendFrame(writeManifestFrame(memory, item.offset, bytes))
    }
    const stored = this.#cache.get(item.piece)
    if (stored === undefined) {
      if (!this.#cache.has(item.piece) && !this.#load(item.piece)) this.#waiting.add(lane)
      return false
    }
    const start = item.block * BLOCK_BYTES
    const bytes = stored.bytes.subarray(start, start + BLOCK_BYTES)
    const record = item.block === 0 ? stored.record : undefined
    const frame = writeBlockFrame(memory, { piece: item.piece, block: item.block, record, bytes })
    if (!lane.lane.sendFrame(frame)) return false
    lane.up.add(bytes.length)
    session?.noteSent(bytes.length, this.#clock.now())
    this.#cache.sent(item.piece, new Set(this.#sessions.values()).size === 1)
    return true
  }

  /** Reads the next piece of a queue while the one before it is being sent. */
  #readAhead(lane: SessionLane): void {
    const head = lane.uploads[0]
    if (head?.kind !== 'block') return
    const next = lane.uploads.find((item) => item.kind === 'block' && !this.#cache.has(item.piece))
    if (next?.kind === 'block' && !this.#load(next.piece) && next.piece === head.piece)
      this.#waiting.add(lane)
  }

  #load(piece: number): boolean {
    return this.#store !== undefined && this.#cache.load(this.#store, piece)
  }

  #isAskedFor(piece: number): boolean {
    for (const lane of this.#sessions.keys()) {
      if (lane.uploads.some((item) => item.kind === 'block' && item.piece === piece)) return true
    }
    return false
  }
}
