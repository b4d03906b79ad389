/** Pieces read for others and kept in memory for a while: several peers ask for the same one, block by block. Pure. */

import { toAppError, type AppError } from '../errors.ts'
import { BLOCK_BYTES } from '../share/piece-layout.ts'
import type { Clock } from './clock.ts'
import type { PieceStore, StoredPiece } from './piece-store.ts'

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

export interface PieceCacheEvents {
  /** A piece can be sent. */
  loaded(): void
  /** The store cannot give a piece. */
  failed(error: AppError): void
  /** Whether somebody still waits for blocks of this piece. */
  isAskedFor(piece: number): boolean
}

export class PieceCache {
  readonly #clock: Clock
  readonly #events: PieceCacheEvents
  readonly #slots = new Map<number, Slot>()
  #isClosed = false

  constructor(clock: Clock, events: PieceCacheEvents) {
    this.#clock = clock
    this.#events = events
  }

  /** Whether the piece is here or on its way. */
  has(piece: number): boolean {
    return this.#slots.has(piece)
  }

  /** Undefined while it is not here; counts as use. */
  get(piece: number): StoredPiece | undefined {
    const slot = this.#slots.get(piece)
    if (slot?.piece !== undefined) slot.usedMs = this.#clock.now()
    return slot?.piece
  }

  /** False when no slot is free. */
  load(store: PieceStore, piece: number): boolean {
    if (this.#isClosed || !this.#makeRoom(store)) return false
    const now = this.#clock.now()
    const slot: Slot = { piece: undefined, loadedMs: now, usedMs: now, sentBlocks: 0 }
    this.#slots.set(piece, slot)
    store.readPiece(piece).then(
      (stored) => {
        slot.piece = stored
        slot.loadedMs = slot.usedMs = this.#clock.now()
        if (!this.#isClosed) this.#events.loaded()
      },
      (error: unknown) => {
        this.#slots.delete(piece)
        if (!this.#isClosed) this.#events.failed(toAppError(error))
      },
    )
    return true
  }

  /**
   * A block has been sent.
   *
   * @param isAlone there is one peer: nobody else will ask for it, and the next piece finds its memory still in the
   *   processor's cache
   */
  sent(piece: number, isAlone: boolean): void {
    const slot = this.#slots.get(piece)
    if (slot?.piece === undefined) return
    slot.sentBlocks++
    if (isAlone && slot.sentBlocks >= slot.piece.bytes.length / BLOCK_BYTES) this.#drop(piece)
  }

  tick(): void {
    const now = this.#clock.now()
    for (const [piece, slot] of this.#slots) {
      if (slot.piece !== undefined && now - slot.usedMs > IDLE_MS) this.#drop(piece)
    }
  }

  close(): void {
    this.#isClosed = true
    this.#slots.clear()
  }

  #makeRoom(store: PieceStore): boolean {
    const slots = Math.max(MIN_SLOTS, Math.floor(CACHE_BYTES / store.layout.pieceBytes))
    if (this.#slots.size < slots) return true
    const now = this.#clock.now()
    let oldest: number | undefined
    let oldestMs = Number.POSITIVE_INFINITY
    for (const [piece, slot] of this.#slots) {
      const isFresh = now - slot.loadedMs < RESIDENCE_MS
      if (slot.piece === undefined || (isFresh && this.#events.isAskedFor(piece))) continue
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
}
