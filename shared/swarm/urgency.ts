/**
 * How soon each piece is wanted: by the priorities of the files in it, and by where somebody reads while the rest is
 * still coming. Rarity only decides between pieces that are wanted equally soon. Pure.
 */

import type { PieceLayout } from '../share/piece-layout.ts'

export type FilePriority = 'low' | 'normal' | 'high'

const RANKS = { low: 0, normal: 1, high: 2 } as const satisfies Record<FilePriority, number>

/** From here on it is what will be read next, and nothing else is asked for before. */
const READ_SOON = 3
/**
 * What comes in order before a read head, bytes. Half a minute of film at 8 Mbit/s; behind it the rarest comes first as ever,
 * or all who read the same file would have the same pieces and nothing to give each other.
 */
const READ_AHEAD_BYTES = 32 * 1024 * 1024
/** But at least so many pieces: the one that is read, and the next while that one comes. */
const MIN_READ_AHEAD_PIECES = 2

export class Urgency {
  #layout: PieceLayout | undefined
  #perFile: ReadonlyMap<number, FilePriority> = new Map()
  #readHead: number | undefined
  /** Of each piece, that of its most wanted file. Undefined where all are equal. */
  #ranks: Uint8Array | undefined
  /** First piece in the read-ahead, and the first behind it. */
  #readFrom = 0
  #readUntil = 0

  /** What was set before counts too. */
  learnLayout(layout: PieceLayout): void {
    this.#layout = layout
    this.#rank()
    this.#aim()
  }

  /** Of files by their index among the manifest's files; `normal` for those that are left out. Replaces what was set. */
  setPriorities(perFile: ReadonlyMap<number, FilePriority>): void {
    this.#perFile = new Map(perFile)
    this.#rank()
  }

  /** @param byteOffset in the files laid end to end, in manifest order; undefined: nobody reads */
  setReadHead(byteOffset: number | undefined): void {
    this.#readHead = byteOffset
    this.#aim()
  }

  /** Higher comes first. */
  of(piece: number): number {
    if (this.isReadSoon(piece)) return READ_SOON + this.#readUntil - piece
    return this.#ranks?.[piece] ?? RANKS.normal
  }

  /** Whether it is in the read-ahead. */
  isReadSoon(piece: number): boolean {
    return piece >= this.#readFrom && piece < this.#readUntil
  }

  /** Whether somebody reads. */
  get hasReader(): boolean {
    return this.#readUntil > this.#readFrom
  }

  #rank(): void {
    const layout = this.#layout
    this.#ranks = undefined
    if (layout === undefined || this.#perFile.values().every((priority) => priority === 'normal')) return
    const ranks = new Uint8Array(layout.pieceCount)
    for (let file = 0; file < layout.fileCount; file++) {
      const pieces = layout.piecesOf(file)
      if (pieces === undefined) continue
      const rank = RANKS[this.#perFile.get(file) ?? 'normal']
      for (let piece = pieces.first; piece <= pieces.last; piece++)
        ranks[piece] = Math.max(ranks[piece] ?? 0, rank)
    }
    this.#ranks = ranks
  }

  #aim(): void {
    const layout = this.#layout
    this.#readFrom = this.#readUntil = 0
    if (layout === undefined || this.#readHead === undefined) return
    this.#readFrom = Math.max(0, Math.floor(this.#readHead / layout.pieceBytes))
    const count = Math.max(MIN_READ_AHEAD_PIECES, Math.ceil(READ_AHEAD_BYTES / layout.pieceBytes))
    this.#readUntil = Math.min(layout.pieceCount, this.#readFrom + count)
  }
}
