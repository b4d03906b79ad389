/** What an earlier run left of a download: believed where it can be, hashed where it must be. */

import { AppError } from '#shared/errors.ts'
import type { PieceRecord } from '#shared/share/piece-record.ts'
import type { DownloadStore, DownloadStoreOptions } from './download-store.ts'

/** Doubtful pieces being hashed at a time: enough to keep the workers busy. */
const CHECKS_AT_ONCE = 4

export interface Recovered {
  readonly records: readonly PieceRecord[]
  /** Of those, pieces that a power cut could still take. */
  readonly unsynced: readonly number[]
}

export async function recover(
  store: DownloadStore,
  options: DownloadStoreOptions,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Recovered> {
  const noted = options.library.pieces(options.id).filter((piece) => piece.index < store.layout.pieceCount)
  if (noted.length === 0) return { records: [], unsynced: [] }
  const sizes = await options.pool.run({
    kind: 'sizes',
    root: options.destination,
    files: options.names.files,
  })
  const isThere = (index: number): boolean =>
    store.layout.segmentsOf(index).every((segment) => {
      const final = sizes.finals[segment.file] ?? -1
      if (final === store.layout.sizeOf(segment.file)) return true
      return (sizes.parts[segment.file] ?? -1) >= segment.fileOffset + segment.length
    })
  const records: PieceRecord[] = []
  const lost: number[] = []
  const doubtful: PieceRecord[] = []
  for (const piece of noted) {
    if (!isThere(piece.index)) lost.push(piece.index)
    else if (piece.isSynced || options.wasClean) records.push(piece)
    else doubtful.push(piece)
  }
  const unsynced: number[] = []
  let checked = 0
  const check = async (): Promise<void> => {
    for (let piece = doubtful.pop(); piece !== undefined; piece = doubtful.pop()) {
      if (signal.aborted) throw new AppError('transfer.stopped')
      const { index, hash } = piece
      const lengthBytes = store.layout.bytesOf(index)
      const isRight = await options.pool.run({
        kind: 'check',
        lengthBytes,
        hash,
        segments: store.readSegments(index),
      })
      onProgress(++checked / (checked + doubtful.length))
      if (isRight) {
        records.push(piece)
        unsynced.push(index)
      } else lost.push(index)
    }
  }
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, check))
  if (lost.length > 0) options.library.forgetPieces(options.id, lost)
  return { records, unsynced }
}
