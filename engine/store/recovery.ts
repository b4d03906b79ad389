/** What an earlier run left of a download: believed where it can be, hashed where it must be. */

import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { Bitfield } from '#shared/swarm/bitfield.ts'
import type { PieceLayout, Segment } from '#shared/share/piece-layout.ts'
import type { PieceRecord } from '#shared/share/piece-record.ts'
import type { NotedPiece, WrittenPart } from '../library/rows.ts'
import type { SizesResult } from './disk-jobs.ts'
import type { DownloadStoreOptions } from './download-store.ts'

/** Doubtful pieces being hashed at a time: enough to keep the workers busy. */
const CHECKS_AT_ONCE = 4

interface RecoveredPiece {
  readonly record: PieceRecord
  /** Undefined: every byte of it is here. */
  readonly part: WrittenPart | undefined
  /** Once it was hashed a power cut could still take it. */
  readonly isSynced: boolean
}

export interface Recovered {
  readonly pieces: readonly RecoveredPiece[]
  /** Files of this download that stand finished in their place, by index: 1. */
  readonly inPlace: Uint8Array
}

export async function recover(
  options: DownloadStoreOptions,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Recovered> {
  const { library, pool, id, layout, names, destination, wasClean } = options
  const inPlace = new Uint8Array(layout.fileCount)
  const noted = library.pieces(id).filter((piece) => piece.index < layout.pieceCount)
  if (noted.length === 0) return { pieces: [], inPlace }
  const sizes = await pool.run({ kind: 'sizes', root: destination, files: names.files })
  for (const piece of noted) {
    // Only what this download wrote: a file of the same size that a person put there is left alone.
    for (const { file } of segmentsOf(layout, piece.index, piece.part)) {
      inPlace[file] = Number(isInPlace(layout, sizes, file))
    }
  }
  const pieces: RecoveredPiece[] = []
  const lost: number[] = []
  const doubtful: RecoveredPiece[] = []
  for (const piece of noted) {
    const found = foundOf(piece, layout, sizes)
    if (found === undefined) lost.push(piece.index)
    else if (piece.isSynced || wasClean) pieces.push(found)
    else doubtful.push(found)
    // Noted at once: the file may grow over the hole before this piece comes again.
    if (found?.part !== undefined && found.part !== piece.part) library.notePiece(id, piece, found.part)
  }
  const pathsOf = (file: number): string[] => {
    const { part, final } = names.files[file] ?? { part: '', final: '' }
    return (inPlace[file] === 1 ? [final, part] : [part, final]).map((path) => join(destination, path))
  }
  let checked = 0
  const check = async (): Promise<void> => {
    for (let piece = doubtful.pop(); piece !== undefined; piece = doubtful.pop()) {
      if (signal.aborted) throw new AppError('transfer.stopped')
      const { record, part } = piece
      const hash = part === undefined ? record.hash : part.hash
      const segments = segmentsOf(layout, record.index, part).map((segment) => ({
        ...segment,
        paths: pathsOf(segment.file),
        stamp: undefined,
        isPart: segment.length < layout.sizeOf(segment.file),
      }))
      const isRight = hash !== null && (await pool.run({ kind: 'check', hash, segments }))
      onProgress(++checked / (checked + doubtful.length))
      if (isRight) pieces.push({ record, part, isSynced: false })
      else lost.push(record.index)
    }
  }
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, check))
  if (lost.length > 0) library.forgetPieces(id, lost)
  return { pieces, inPlace }
}

/** An unfinished file beside it means that this download has not finished its own. */
function isInPlace(layout: PieceLayout, sizes: SizesResult, file: number): boolean {
  return (sizes.parts[file] ?? -1) < 0 && sizes.finals[file] === layout.sizeOf(file)
}

/** What of a noted piece can still be there, by the sizes of its files; undefined for nothing. */
function foundOf(piece: NotedPiece, layout: PieceLayout, sizes: SizesResult): RecoveredPiece | undefined {
  const isThere = (segment: Segment): boolean =>
    isInPlace(layout, sizes, segment.file) ||
    (sizes.parts[segment.file] ?? -1) >= segment.fileOffset + segment.length
  const all = layout.segmentsOf(piece.index)
  const noted = segmentsOf(layout, piece.index, piece.part)
  const there = noted.filter(isThere)
  if (there.length === 0) return undefined
  const { isSynced } = piece
  if (there.length === noted.length && noted.length > 0) return { record: piece, part: piece.part, isSynced }
  const left = new Bitfield(all.length)
  const files = new Set(there.map(({ file }) => file))
  all.forEach(({ file }, position) => files.has(file) && left.add(position))
  return { record: piece, part: { segments: left.toBytes(), hash: null }, isSynced }
}

/** The segments of a piece that are noted as written. */
function segmentsOf(layout: PieceLayout, index: number, part: WrittenPart | undefined): Segment[] {
  const all = layout.segmentsOf(index)
  if (part === undefined) return all
  return all.filter((_, position) => ((part.segments[position >> 3] ?? 0) & (0x80 >> (position & 7))) !== 0)
}
