/** Pieces of a download that may stand elsewhere on this disk, in files of other shares, and how to get them there. */

import { toAppError } from '#shared/errors.ts'
import type { PieceRecord } from '#shared/share/piece-record.ts'
import type { ReadSegment } from './disk-jobs.ts'
import type { DownloadStoreOptions } from './download-store.ts'
import { findKnownFiles, type KnownFiles } from './known-files.ts'

type ElsewhereOptions = Pick<DownloadStoreOptions, 'library' | 'pool' | 'manifest' | 'layout' | 'id' | 'log'>

export class Elsewhere {
  /** Every byte of which may be there. */
  readonly pieces: ReadonlySet<number>
  readonly #options: ElsewhereOptions
  readonly #known: KnownFiles

  /** Throws AppError `transfer.stopped`. */
  static async find(options: ElsewhereOptions, signal: AbortSignal): Promise<Elsewhere> {
    const { library, manifest, id, log } = options
    return new Elsewhere(options, await findKnownFiles(library, manifest, id, log, signal))
  }

  private constructor(options: ElsewhereOptions, known: KnownFiles) {
    this.#options = options
    this.#known = known
    const { layout } = options
    const pieces = new Set<number>()
    for (let piece = 0; known.size > 0 && piece < layout.pieceCount; piece++) {
      if (layout.segmentsOf(piece).every(({ file }) => known.has(file))) pieces.add(piece)
    }
    this.pieces = pieces
  }

  /** False when the bytes there are others, or gone. @param bytes as long as the piece, shared memory */
  async read(record: PieceRecord, bytes: Uint8Array): Promise<boolean> {
    const { layout, pool, log } = this.#options
    const segments = layout.segmentsOf(record.index).map((segment): ReadSegment => ({
      ...segment,
      paths: this.#known.get(segment.file) ?? [],
      stamp: undefined,
      // A foreign file: it is not kept open.
      isPart: false,
    }))
    const job = { kind: 'read', bytes, index: record.index, segments, hash: record.hash } as const
    try {
      await pool.run({ ...job, privateKey: undefined })
      return true
    } catch (thrown) {
      // Then it is fetched. What is wrong with this disk shows when it is written to.
      log('elsewhere.not-taken', { code: toAppError(thrown).code })
      return false
    }
  }
}
