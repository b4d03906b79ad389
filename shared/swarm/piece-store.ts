/** A port of the swarm: the disk. Pure. */

import type { Bitfield } from './bitfield.ts'
import type { PieceLayout } from '../share/piece-layout.ts'
import type { PieceRecord } from '../share/piece-record.ts'

export interface StoredPiece {
  readonly record: PieceRecord
  readonly bytes: Uint8Array
  /** Gives the memory back. The bytes must not be looked at afterwards. */
  release(): void
}

/** What became of a piece that was offered to the store. */
export type WriteResult = 'written' | 'bad-hash' | 'bad-signature'

/**
 * Pieces of one share on this device. A seeder signs a piece when it is first read; everyone else keeps the record
 * that came with it. Throws AppError `source.*` or `disk.*`.
 */
export interface PieceStore {
  readonly layout: PieceLayout
  /** Verified pieces on disk, as far as they are wanted; changes with every write. */
  readonly have: Bitfield
  /** Of those, the ones with every byte: what others may be told of and given. `have` itself where all is wanted. */
  readonly whole: Bitfield
  readPiece(index: number): Promise<StoredPiece>
  /** Memory for a piece that is to be written: its bytes are whatever they were. */
  allocate(index: number): Uint8Array
  /** Verifies hash and signature, then writes. Takes the buffer over, which came from `allocate`. */
  writePiece(record: PieceRecord, bytes: Uint8Array): Promise<WriteResult>
  /** Without reading the piece; undefined when that must be done first. */
  knownRecord?(index: number): PieceRecord | undefined
  /** Pieces whose bytes perhaps stand elsewhere on this disk, in files of other shares. */
  readonly elsewhere?: ReadonlySet<number>
  /** Copies one from there. False when the bytes there are others, or gone. */
  takeFromElsewhere?(record: PieceRecord): Promise<boolean>
}
