/** The pieces of a share that arrive here: verified, written in place, noted, and found again after any end. */

import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Bitfield } from '#shared/swarm/bitfield.ts'
import type { PieceStore, StoredPiece, WriteResult } from '#shared/swarm/piece-store.ts'
import type { TransferId } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import { filesOf, type FileEntry, type Manifest } from '#shared/share/manifest.ts'
import type { PieceLayout, Segment } from '#shared/share/piece-layout.ts'
import type { PieceRecord } from '#shared/share/piece-record.ts'
import type { Library } from '../library/library.ts'
import { BufferPool } from './buffer-pool.ts'
import type { FinishJob, ReadSegment } from './disk-jobs.ts'
import type { DiskPool } from './disk-pool.ts'
import { localTarget, type LocalNames } from './local-names.ts'
import { recover } from './recovery.ts'

export interface DownloadStoreOptions {
  readonly pool: DiskPool
  readonly library: Library
  readonly id: TransferId
  /** Absolute; exists. */
  readonly destination: string
  readonly manifest: Manifest
  readonly layout: PieceLayout
  readonly names: LocalNames
  readonly publicKey: Uint8Array
  /** The last run ended as it should. */
  readonly wasClean: boolean
}

export class DownloadStore implements PieceStore {
  readonly layout: PieceLayout
  readonly have: Bitfield
  readonly options: DownloadStoreOptions
  readonly entries: readonly FileEntry[]
  readonly #records = new Map<number, PieceRecord>()
  /** Pieces that each unfinished file still waits for; finished files are absent. */
  readonly #waiting = new Map<number, number>()
  readonly #buffers: BufferPool
  #unsynced = new Set<number>()
  #doneFiles = 0
  /** Bytes that were here when this run began. */
  resumedBytes = 0

  /** Looks at what an earlier run left; nothing is written yet. Rejects with AppError `disk.*`. */
  static async open(
    options: DownloadStoreOptions,
    onProgress: (share: number) => void,
    signal: AbortSignal,
  ): Promise<DownloadStore> {
    const store = new DownloadStore(options)
    const found = await recover(store, options, onProgress, signal)
    for (const record of found.records) {
      store.#records.set(record.index, record)
      store.have.add(record.index)
      store.resumedBytes += store.layout.bytesOf(record.index)
    }
    for (const piece of found.unsynced) store.#unsynced.add(piece)
    store.#countWaiting()
    return store
  }

  private constructor(options: DownloadStoreOptions) {
    this.options = options
    this.layout = options.layout
    this.#buffers = new BufferPool(options.layout.pieceBytes)
    this.have = new Bitfield(options.layout.pieceCount)
    this.entries = filesOf(options.manifest)
  }

  get doneFiles(): number {
    return this.#doneFiles
  }

  /** Makes empty files and folders, and finishes files whose last piece came just before a crash. */
  async begin(): Promise<void> {
    const { manifest, names, destination, pool } = this.options
    const folders: string[] = []
    manifest.entries.forEach((entry, i) => {
      if (entry.kind === 'folder') folders.push(names.paths[i] ?? '')
    })
    const files = this.entries.flatMap((entry, file) =>
      entry.sizeBytes === 0
        ? [{ path: this.#local(file).final, mtimeMs: entry.mtimeMs, isExecutable: entry.isExecutable }]
        : [],
    )
    await pool.run({ kind: 'place', root: destination, files, folders, links: [] })
    for (let file = 0; file < this.entries.length; file++) {
      if (this.#waiting.get(file) === 0) await this.#finish(file)
    }
  }

  /** Symbolic links come last, so that nothing was ever written through one. */
  async end(): Promise<void> {
    const { manifest, names, destination, pool } = this.options
    const links: { path: string; target: string }[] = []
    manifest.entries.forEach((entry, i) => {
      if (entry.kind === 'symlink')
        links.push({ path: names.paths[i] ?? '', target: localTarget(entry.target, names.rules) })
    })
    await pool.run({ kind: 'place', root: destination, files: [], folders: [], links })
  }

  async readPiece(index: number): Promise<StoredPiece> {
    const record = this.#records.get(index)
    if (record === undefined) throw new AppError('internal', { detail: 'a piece that is not here was read' })
    const bytes = this.#buffers.take(this.layout.bytesOf(index))
    await this.options.pool.run({
      kind: 'read',
      bytes,
      index,
      segments: this.readSegments(index),
      hash: record.hash,
      privateKey: undefined,
    })
    return { record, bytes, release: () => this.#buffers.give(bytes) }
  }

  allocate(index: number): Uint8Array {
    return this.#buffers.take(this.layout.bytesOf(index))
  }

  async writePiece(record: PieceRecord, bytes: Uint8Array): Promise<WriteResult> {
    const segments = this.layout.segmentsOf(record.index)
    const result = await this.options.pool.run({
      kind: 'write',
      index: record.index,
      root: this.options.destination,
      bytes,
      hash: record.hash,
      signature: record.signature,
      publicKey: this.options.publicKey,
      segments: segments.map((segment) => ({
        ...segment,
        ...this.#local(segment.file),
        isWhole: this.#isWhole(segment),
        mtimeMs: this.entries[segment.file]?.mtimeMs ?? 0,
        isExecutable: this.entries[segment.file]?.isExecutable ?? false,
      })),
    })
    this.#buffers.give(bytes)
    if (result !== 'written') return result
    this.options.library.notePiece(this.options.id, record)
    this.#records.set(record.index, record)
    this.#unsynced.add(record.index)
    for (const segment of segments) {
      const left = (this.#waiting.get(segment.file) ?? 1) - 1
      this.#waiting.set(segment.file, left)
      if (left > 0) continue
      if (this.#isWhole(segment)) this.#settled(segment.file)
      else await this.#finish(segment.file)
    }
    this.have.add(record.index)
    return 'written'
  }

  /**
   * Brings what was written to the platter, so that even a power cut leaves little to hash again. Files that lie
   * within one piece are passed over: one flush each would cost more than hashing them once after a power cut.
   */
  async checkpoint(): Promise<void> {
    const pieces = [...this.#unsynced]
    const files = new Set<number>()
    const large: number[] = []
    for (const piece of pieces) {
      const segments = this.layout.segmentsOf(piece)
      if (segments.some((segment) => this.#isWhole(segment))) continue
      large.push(piece)
      for (const { file } of segments) files.add(file)
    }
    for (const file of files) await this.#flush(file)
    for (const piece of large) this.#unsynced.delete(piece)
    this.options.library.markSynced(this.options.id, large)
  }

  /** The run ends as it should: what is noted may be trusted next time. */
  async close(): Promise<void> {
    if (!this.have.isFull) {
      await this.checkpoint()
      this.options.library.setClean(this.options.id, true)
    } else if (this.#unsynced.size === 0) this.options.library.setClean(this.options.id, true)
  }

  readSegments(index: number): ReadSegment[] {
    return this.layout.segmentsOf(index).map((segment) => {
      const local = this.#local(segment.file)
      const isDone = !this.#waiting.has(segment.file)
      // The other name second: a file may be renamed between this look and the worker's.
      const paths = isDone ? [local.final, local.part] : [local.part, local.final]
      return {
        paths: paths.map((path) => join(this.options.destination, path)),
        fileOffset: segment.fileOffset,
        pieceOffset: segment.pieceOffset,
        length: segment.length,
        stamp: undefined,
        isPart: !this.#isWhole(segment),
      }
    })
  }

  #isWhole(segment: Segment): boolean {
    return segment.length === this.layout.sizeOf(segment.file)
  }

  #local(file: number): { readonly final: string; readonly part: string } {
    const local = this.options.names.files[file]
    if (local === undefined) throw new AppError('internal', { detail: 'a file without a name' })
    return local
  }

  #countWaiting(): void {
    for (let file = 0; file < this.entries.length; file++) {
      const span = this.layout.piecesOf(file)
      let left = 0
      if (span !== undefined) for (let i = span.first; i <= span.last; i++) if (!this.have.has(i)) left++
      // Files of one piece were renamed with it, so only larger ones can be whole and unfinished.
      if (left === 0 && (span === undefined || span.first === span.last)) this.#doneFiles++
      else this.#waiting.set(file, left)
    }
  }

  #settled(file: number): void {
    this.#waiting.delete(file)
    this.#doneFiles++
  }

  async #finish(file: number): Promise<void> {
    const entry = this.entries[file]
    if (entry === undefined) return
    const job: FinishJob = {
      kind: 'finish',
      root: this.options.destination,
      ...this.#local(file),
      sizeBytes: entry.sizeBytes,
      mtimeMs: entry.mtimeMs,
      isExecutable: entry.isExecutable,
    }
    await this.options.pool.run(job)
    this.#settled(file)
  }

  async #flush(file: number): Promise<void> {
    const local = this.#local(file)
    for (const path of [local.part, local.final]) {
      try {
        await using handle = await open(join(this.options.destination, path), 'r+')
        await handle.datasync()
        return
      } catch (cause) {
        if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') continue
        throw new AppError('disk.failed', { detail: path, cause })
      }
    }
  }
}
