/** How a share's files, laid end to end in manifest order, are cut into pieces and blocks. Pure. */

import { AppError } from '../errors.ts'

const KIB = 1024
/** Smaller pieces would spend more on signatures than on bytes. */
export const MIN_PIECE_BYTES = 256 * KIB
/** Larger ones would make a spoilt piece dear and a swarm slow to spread. */
export const MAX_PIECE_BYTES = 16 * 1024 * KIB
/** About so many pieces make a swarm mix well, while bitfields and records stay small. */
const WANTED_PIECES = 512
/** Bounds bitfields (128 KiB) and, with the largest piece, a share (16 TiB). */
export const MAX_PIECES = 2 ** 20
/** Bytes of a share at most. */
export const MAX_SHARE_BYTES = MAX_PIECES * MAX_PIECE_BYTES
/**
 * Bytes of a block, the last of a piece excepted. With its header it stays below the 256 KiB that every WebRTC
 * implementation accepts; larger ones gained 3 % in measurements, smaller ones cost calls.
 */
export const BLOCK_BYTES = 128 * KIB

/** The piece length of a new share: a power of two. @returns bytes */
export function pieceBytesFor(totalBytes: number): number {
  let length = MIN_PIECE_BYTES
  while (length < MAX_PIECE_BYTES && length * WANTED_PIECES < totalBytes) length *= 2
  return length
}

export function isPieceLength(bytes: number): boolean {
  return bytes >= MIN_PIECE_BYTES && bytes <= MAX_PIECE_BYTES && Number.isInteger(Math.log2(bytes))
}

/** A stretch of one file inside one piece; all in bytes. */
export interface Segment {
  /** Index among the manifest's files (its entries of kind `file`, in order). */
  readonly file: number
  readonly fileOffset: number
  readonly pieceOffset: number
  readonly length: number
}

export class PieceLayout {
  readonly totalBytes: number
  readonly pieceBytes: number
  readonly pieceCount: number
  readonly fileCount: number
  /** Start of each file in the concatenation, and the total as a last entry. */
  readonly #starts: Float64Array

  /**
   * Throws AppError `manifest.invalid` for more pieces than a share can have: the owner of a share chooses both
   * numbers, and all that is kept per piece would grow with them.
   *
   * @param fileSizes bytes of each file, in manifest order
   */
  constructor(fileSizes: readonly number[], pieceBytes: number) {
    this.pieceBytes = pieceBytes
    this.fileCount = fileSizes.length
    this.#starts = new Float64Array(fileSizes.length + 1)
    let total = 0
    for (let i = 0; i < fileSizes.length; i++) {
      this.#starts[i] = total
      total += fileSizes[i] ?? 0
    }
    this.#starts[fileSizes.length] = total
    this.totalBytes = total
    this.pieceCount = Math.ceil(total / pieceBytes)
    if (this.pieceCount > MAX_PIECES)
      throw new AppError('manifest.invalid', { detail: 'it has too many pieces' })
  }

  /** Bytes of one piece: the last one may be shorter. */
  bytesOf(piece: number): number {
    return Math.min(this.pieceBytes, this.totalBytes - piece * this.pieceBytes)
  }

  blockCount(piece: number): number {
    return Math.ceil(this.bytesOf(piece) / BLOCK_BYTES)
  }

  blockBytes(piece: number, block: number): number {
    return Math.min(BLOCK_BYTES, this.bytesOf(piece) - block * BLOCK_BYTES)
  }

  /** The files a piece touches, in order. Empty files stand in no piece. */
  segmentsOf(piece: number): Segment[] {
    const start = piece * this.pieceBytes
    const end = start + this.bytesOf(piece)
    const segments: Segment[] = []
    for (let file = this.#fileAt(start); file < this.fileCount; file++) {
      const fileStart = this.#start(file)
      if (fileStart >= end) break
      const from = Math.max(start, fileStart)
      const to = Math.min(end, this.#start(file + 1))
      if (to <= from) continue
      segments.push({ file, fileOffset: from - fileStart, pieceOffset: from - start, length: to - from })
    }
    return segments
  }

  /** First and last piece of a file, both inclusive; undefined for an empty file. */
  piecesOf(file: number): { readonly first: number; readonly last: number } | undefined {
    const start = this.#start(file)
    const end = this.#start(file + 1)
    if (start === end) return undefined
    return { first: Math.floor(start / this.pieceBytes), last: Math.floor((end - 1) / this.pieceBytes) }
  }

  /** Bytes of a file that stand in a piece. */
  bytesOfFileIn(file: number, piece: number): number {
    const from = Math.max(this.#start(file), piece * this.pieceBytes)
    const to = Math.min(this.#start(file + 1), (piece + 1) * this.pieceBytes)
    return Math.max(0, to - from)
  }

  sizeOf(file: number): number {
    return this.#start(file + 1) - this.#start(file)
  }

  #start(file: number): number {
    return this.#starts[file] ?? this.totalBytes
  }

  /** The last file that starts at or before an offset. */
  #fileAt(offset: number): number {
    let low = 0
    let high = this.fileCount
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#start(middle) <= offset) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }
}
