/** The pieces of a share that is read from its owner's files: hashed and signed when first asked for. */

import { Bitfield } from '#shared/swarm/bitfield.ts'
import type { PieceStore, StoredPiece, WriteResult } from '#shared/swarm/piece-store.ts'
import { AppError } from '#shared/errors.ts'
import { filesOf, type Manifest } from '#shared/share/manifest.ts'
import type { PieceLayout } from '#shared/share/piece-layout.ts'
import type { PieceRecord } from '#shared/share/piece-record.ts'
import { BufferPool } from './buffer-pool.ts'
import type { ReadSegment, WalkedFile } from './disk-jobs.ts'
import type { DiskPool } from './disk-pool.ts'

export interface SourceStoreOptions {
  readonly pool: DiskPool
  readonly manifest: Manifest
  readonly layout: PieceLayout
  /** By manifest path, as walked. */
  readonly files: ReadonlyMap<string, WalkedFile>
  readonly privateKey: Uint8Array
}

export class SourceStore implements PieceStore {
  readonly layout: PieceLayout
  readonly have: Bitfield
  readonly whole: Bitfield
  readonly #pool: DiskPool
  readonly #files: readonly WalkedFile[]
  readonly #privateKey: Uint8Array
  readonly #buffers: BufferPool
  readonly #records = new Map<number, PieceRecord>()

  constructor(options: SourceStoreOptions) {
    this.layout = options.layout
    this.have = Bitfield.full(options.layout.pieceCount)
    this.whole = this.have
    this.#pool = options.pool
    this.#buffers = new BufferPool(options.layout.pieceBytes)
    this.#privateKey = options.privateKey
    this.#files = filesOf(options.manifest).map((entry) => {
      const file = options.files.get(entry.path)
      if (file === undefined) throw new AppError('source.changed', { detail: entry.path })
      return file
    })
  }

  async readPiece(index: number): Promise<StoredPiece> {
    const known = this.#records.get(index)
    const bytes = this.#buffers.take(this.layout.bytesOf(index))
    const { hash, signature } = await this.#pool.run({
      kind: 'read',
      bytes,
      index,
      segments: this.#segments(index),
      hash: known?.hash,
      privateKey: known === undefined ? this.#privateKey : undefined,
    })
    const record = known ?? (signature === undefined ? undefined : { index, hash, signature })
    if (record === undefined) throw new AppError('internal', { detail: 'a piece was read without a record' })
    this.#records.set(index, record)
    return { record, bytes, release: () => this.#buffers.give(bytes) }
  }

  allocate(): never {
    throw new AppError('internal', { detail: 'a source is not written to' })
  }

  writePiece(): Promise<WriteResult> {
    return Promise.reject(new AppError('internal', { detail: 'a source is not written to' }))
  }

  #segments(index: number): ReadSegment[] {
    return this.layout.segmentsOf(index).map((segment) => {
      const file = this.#files[segment.file]
      return {
        paths: [file?.path ?? ''],
        fileOffset: segment.fileOffset,
        pieceOffset: segment.pieceOffset,
        length: segment.length,
        stamp: file?.stamp,
        isPart: segment.length < this.layout.sizeOf(segment.file),
      }
    })
  }
}
