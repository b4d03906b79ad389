/**
 * What of a download is here: by piece, by file, in bytes. A piece at the edge of a selection also carries bytes of
 * files that nobody wants; of such a piece only the wanted segments are written. No disk.
 */

import { Bitfield } from '#shared/swarm/bitfield.ts'
import type { PieceLayout, Segment } from '#shared/share/piece-layout.ts'

export class DownloadProgress {
  readonly layout: PieceLayout
  /** By file: 1 where it is wanted. */
  readonly #wantedFiles: Uint8Array
  /** Pieces with a wanted byte. */
  readonly wanted: Bitfield
  /** Pieces of which every wanted byte is here. */
  readonly have: Bitfield
  /** Pieces of which every byte is here. */
  readonly whole: Bitfield
  /** Segments that are here, of pieces that are not whole. */
  readonly #written = new Map<number, Bitfield>()
  /** By file. */
  readonly #doneBytes: Float64Array
  #wantedDoneBytes = 0
  #wantedDonePieces = 0

  constructor(layout: PieceLayout, wantedFiles: Uint8Array) {
    this.layout = layout
    this.#wantedFiles = wantedFiles
    this.#doneBytes = new Float64Array(layout.fileCount)
    this.wanted = new Bitfield(layout.pieceCount)
    this.have = new Bitfield(layout.pieceCount)
    this.whole = new Bitfield(layout.pieceCount)
    for (let file = 0; file < layout.fileCount; file++) {
      const span = this.isWanted(file) ? layout.piecesOf(file) : undefined
      if (span !== undefined) for (let piece = span.first; piece <= span.last; piece++) this.wanted.add(piece)
    }
  }

  /** Of wanted files. */
  get doneBytes(): number {
    return this.#wantedDoneBytes
  }

  /** Of the wanted ones. */
  get donePieces(): number {
    return this.#wantedDonePieces
  }

  get isComplete(): boolean {
    return this.#wantedDonePieces === this.wanted.count
  }

  isWanted(file: number): boolean {
    return this.#wantedFiles[file] === 1
  }

  doneBytesOf(file: number): number {
    return this.#doneBytes[file] ?? 0
  }

  /** Every byte of the file is here. */
  isFileComplete(file: number): boolean {
    return this.doneBytesOf(file) === this.layout.sizeOf(file)
  }

  /** Of one wanted file in one piece, bytes. */
  missingBytesOf(file: number, piece: number): number {
    if (this.whole.has(piece)) return 0
    // Hardly any piece is here in part; for all others nothing needs to be listed.
    if (!this.#written.has(piece)) return this.layout.bytesOfFileIn(file, piece)
    return this.missingSegments(piece).find((segment) => segment.file === file)?.length ?? 0
  }

  /** What is wanted of a piece and not here. */
  missingSegments(piece: number): Segment[] {
    return this.#segmentsWhere(
      piece,
      (segment, position) => this.isWanted(segment.file) && !this.#isWritten(piece, position),
    )
  }

  /** What is here of a piece. */
  writtenSegments(piece: number): Segment[] {
    return this.#segmentsWhere(piece, (_segment, position) => this.#isWritten(piece, position))
  }

  /** In the library's form; undefined when every byte is here. */
  writtenBits(piece: number): Uint8Array | undefined {
    return this.#written.get(piece)?.toBytes()
  }

  /** @param bits of segments, undefined for all. Bits that make no sense are taken for none */
  note(piece: number, bits: Uint8Array | undefined): void {
    const segments = this.layout.segmentsOf(piece)
    this.add(piece, bits === undefined ? segments : segments.filter((_, position) => hasBit(bits, position)))
    this.arrived(piece)
  }

  /** Counts segments as here that were not. @param segments in order */
  add(piece: number, segments: readonly Segment[]): void {
    if (this.whole.has(piece)) return
    const all = this.layout.segmentsOf(piece)
    const written = this.#written.get(piece) ?? new Bitfield(all.length)
    let next = 0
    all.forEach((segment, position) => {
      if (segments[next]?.file !== segment.file) return
      next++
      if (!written.add(position)) return
      this.#doneBytes[segment.file] = this.doneBytesOf(segment.file) + segment.length
      if (this.isWanted(segment.file)) this.#wantedDoneBytes += segment.length
    })
    if (written.isFull) {
      this.#written.delete(piece)
      this.whole.add(piece)
    } else this.#written.set(piece, written)
  }

  /** From now on the piece counts as here, if everything wanted of it is. */
  arrived(piece: number): void {
    if (this.missingSegments(piece).length > 0) return
    if (this.have.add(piece) && this.wanted.has(piece)) this.#wantedDonePieces++
  }

  #isWritten(piece: number, position: number): boolean {
    return this.whole.has(piece) || this.#written.get(piece)?.has(position) === true
  }

  #segmentsWhere(piece: number, isIn: (segment: Segment, position: number) => boolean): Segment[] {
    return this.layout.segmentsOf(piece).filter(isIn)
  }
}

function hasBit(bits: Uint8Array, position: number): boolean {
  return ((bits[position >> 3] ?? 0) & (0x80 >> (position & 7))) !== 0
}
