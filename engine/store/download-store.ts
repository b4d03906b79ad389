/** The pieces of a share that arrive here: verified, written in place, noted, and found again after any end. */

import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bitfield } from '#shared/swarm/bitfield.ts'
import type { PieceStore, StoredPiece, WriteResult } from '#shared/swarm/piece-store.ts'
import type { TransferId } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import { filesOf, type FileEntry, type Manifest } from '#shared/share/manifest.ts'
import type { PieceLayout, Segment } from '#shared/share/piece-layout.ts'
import type { PieceRecord } from '#shared/share/piece-record.ts'
import type { Wanted } from '#shared/share/selection.ts'
import type { Library } from '../library/library.ts'
import { BufferPool } from './buffer-pool.ts'
import type { ReadSegment } from './disk-jobs.ts'
import type { DiskPool } from './disk-pool.ts'
import { DownloadProgress } from './download-progress.ts'
import { Elsewhere } from './elsewhere.ts'
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
  /** Of nothing else anything is written. */
  readonly wanted: Wanted
  /** The last run ended as it should. */
  readonly wasClean: boolean
  readonly log: (event: string, fields: Record<string, string>) => void
}

export class DownloadStore implements PieceStore {
  readonly layout: PieceLayout
  readonly have: Bitfield
  readonly whole: Bitfield
  readonly progress: DownloadProgress
  readonly options: DownloadStoreOptions
  readonly #entries: readonly FileEntry[]
  readonly #records = new Map<number, PieceRecord>()
  /** Files that stand finished in their place, by index: 1. */
  readonly #inPlace: Uint8Array
  readonly #buffers: BufferPool
  readonly #unsynced = new Set<number>()
  readonly #elsewhere: Elsewhere
  #doneFiles = 0
  /** Bytes that were here when this run began, or stood elsewhere on this disk. */
  resumedBytes = 0

  /** Looks at what an earlier run left; nothing is written yet. Rejects with AppError `disk.*`. */
  static async open(
    options: DownloadStoreOptions,
    onProgress: (share: number) => void,
    signal: AbortSignal,
  ): Promise<DownloadStore> {
    // The person may have moved things since the last run.
    await options.pool.release([options.destination])
    const { pieces, inPlace } = await recover(options, onProgress, signal)
    const store = new DownloadStore(options, inPlace, await Elsewhere.find(options, signal))
    for (const { record, part, isSynced } of pieces) {
      store.#records.set(record.index, record)
      store.progress.note(record.index, part?.segments)
      if (!isSynced) store.#unsynced.add(record.index)
    }
    store.resumedBytes = store.progress.doneBytes
    for (let file = 0; file < store.#entries.length; file++) {
      const isDone = store.progress.isFileComplete(file) && (inPlace[file] === 1 || store.#isEmpty(file))
      if (isDone && store.progress.isWanted(file)) store.#doneFiles++
    }
    return store
  }

  private constructor(options: DownloadStoreOptions, inPlace: Uint8Array, elsewhere: Elsewhere) {
    this.options = options
    this.layout = options.layout
    this.progress = new DownloadProgress(options.layout, options.wanted.files)
    this.have = this.progress.have
    this.whole = this.progress.whole
    this.#inPlace = inPlace
    this.#buffers = new BufferPool(options.layout.pieceBytes)
    this.#entries = filesOf(options.manifest)
    this.#elsewhere = elsewhere
  }

  /** Of the wanted ones. */
  get doneFiles(): number {
    return this.#doneFiles
  }

  /**
   * Makes empty files and folders, finishes files whose last piece came just before a crash, and opens those again of
   * which a crash took a piece.
   */
  async begin(): Promise<void> {
    const { manifest, names, destination: root, pool, wanted } = this.options
    const folders: string[] = []
    manifest.entries.forEach((entry, i) => {
      if (entry.kind === 'folder' && wanted.entries[i] === 1) folders.push(names.paths[i] ?? '')
    })
    const files = this.#entries.flatMap((entry, file) =>
      this.#isEmpty(file) && this.progress.isWanted(file)
        ? [{ path: this.#local(file).final, mtimeMs: entry.mtimeMs, isExecutable: entry.isExecutable }]
        : [],
    )
    await pool.run({ kind: 'place', root, files, folders, links: [] })
    for (let file = 0; file < this.#entries.length; file++) {
      if (!this.progress.isWanted(file) || this.#isEmpty(file)) continue
      const isComplete = this.progress.isFileComplete(file)
      if (isComplete && this.#inPlace[file] !== 1) await this.#finish(file)
      if (!isComplete && this.#inPlace[file] === 1) {
        await pool.run({ kind: 'reopen', root, ...this.#local(file) })
        this.#inPlace[file] = 0
      }
    }
  }

  /** Symbolic links come last, so that nothing was ever written through one. */
  async end(): Promise<void> {
    const { manifest, names, destination, pool, wanted } = this.options
    const links: { path: string; target: string }[] = []
    manifest.entries.forEach((entry, i) => {
      if (entry.kind === 'symlink' && wanted.entries[i] === 1)
        links.push({ path: names.paths[i] ?? '', target: localTarget(entry.target, names.rules) })
    })
    await pool.run({ kind: 'place', root: destination, files: [], folders: [], links })
  }

  async readPiece(index: number): Promise<StoredPiece> {
    const record = this.#records.get(index)
    if (record === undefined || !this.whole.has(index)) {
      throw new AppError('internal', { detail: 'a piece that is not here was read' })
    }
    const bytes = this.#buffers.take(this.layout.bytesOf(index))
    await this.options.pool.run({
      kind: 'read',
      bytes,
      index,
      segments: this.layout.segmentsOf(index).map((segment) => this.#readSegment(segment)),
      hash: record.hash,
      privateKey: undefined,
    })
    return { record, bytes, release: () => this.#buffers.give(bytes) }
  }

  get elsewhere(): ReadonlySet<number> {
    return this.#elsewhere.pieces
  }

  knownRecord(index: number): PieceRecord | undefined {
    return this.#records.get(index)
  }

  async takeFromElsewhere(record: PieceRecord): Promise<boolean> {
    const bytes = this.allocate(record.index)
    const isThere = await this.#elsewhere.read(record, bytes)
    if (!isThere) this.#buffers.give(bytes)
    const isWritten = isThere && (await this.writePiece(record, bytes)) === 'written'
    if (isWritten) this.resumedBytes += this.layout.bytesOf(record.index)
    return isWritten
  }

  allocate(index: number): Uint8Array {
    return this.#buffers.take(this.layout.bytesOf(index))
  }

  async writePiece(record: PieceRecord, bytes: Uint8Array): Promise<WriteResult> {
    const { index } = record
    const segments = this.progress.missingSegments(index)
    const before = this.progress.writtenSegments(index)
    const isWholePiece = segments.length + before.length === this.layout.segmentsOf(index).length
    const { result, keptHash } = await this.options.pool.run({
      kind: 'write',
      index,
      root: this.options.destination,
      bytes,
      hash: record.hash,
      signature: record.signature,
      publicKey: this.options.publicKey,
      segments: segments.map((segment) => ({
        ...segment,
        ...this.#local(segment.file),
        isWhole: this.#isWhole(segment),
        mtimeMs: this.#entries[segment.file]?.mtimeMs ?? 0,
        isExecutable: this.#entries[segment.file]?.isExecutable ?? false,
      })),
      kept: isWholePiece ? undefined : [...before, ...segments].sort((a, b) => a.pieceOffset - b.pieceOffset),
    })
    this.#buffers.give(bytes)
    if (result !== 'written') return result
    this.progress.add(index, segments)
    const bits = this.progress.writtenBits(index)
    const part = bits === undefined ? undefined : { segments: bits, hash: keptHash ?? null }
    this.options.library.notePiece(this.options.id, record, part)
    this.#records.set(index, record)
    this.#unsynced.add(index)
    // Chosen before the first wait: what another piece completes meanwhile is finished there.
    const complete = segments.filter(({ file }) => this.progress.isFileComplete(file))
    for (const segment of complete) {
      if (this.#isWhole(segment)) this.#settled(segment.file)
      else await this.#finish(segment.file)
    }
    this.progress.arrived(index)
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
      const segments = this.progress.writtenSegments(piece)
      if (segments.some((segment) => this.#isWhole(segment))) continue
      large.push(piece)
      for (const { file } of segments) files.add(file)
    }
    for (const file of files) await this.#flush(file)
    for (const piece of large) this.#unsynced.delete(piece)
    this.options.library.markSynced(this.options.id, large)
  }

  /** The run ends as it should: what is noted may be trusted next time. Nothing is kept open. */
  async close(): Promise<void> {
    await this.options.pool.release([this.options.destination])
    if (!this.progress.isComplete) {
      await this.checkpoint()
      this.options.library.setClean(this.options.id, true)
    } else if (this.#unsynced.size === 0) this.options.library.setClean(this.options.id, true)
  }

  #readSegment(segment: Segment): ReadSegment {
    const { final, part } = this.#local(segment.file)
    // The other name second: a file may be renamed between this look and the worker's.
    const paths = this.#inPlace[segment.file] === 1 ? [final, part] : [part, final]
    return {
      paths: paths.map((path) => join(this.options.destination, path)),
      fileOffset: segment.fileOffset,
      pieceOffset: segment.pieceOffset,
      length: segment.length,
      stamp: undefined,
      isPart: !this.#isWhole(segment),
    }
  }

  #isWhole(segment: Segment): boolean {
    return segment.length === this.layout.sizeOf(segment.file)
  }

  #isEmpty(file: number): boolean {
    return this.layout.sizeOf(file) === 0
  }

  #local(file: number): { readonly final: string; readonly part: string } {
    const local = this.options.names.files[file]
    if (local === undefined) throw new AppError('internal', { detail: 'a file without a name' })
    return local
  }

  #settled(file: number): void {
    this.#inPlace[file] = 1
    this.#doneFiles++
  }

  async #finish(file: number): Promise<void> {
    const entry = this.#entries[file]
    if (entry === undefined) return
    await this.options.pool.run({
      kind: 'finish',
      root: this.options.destination,
      ...this.#local(file),
      sizeBytes: entry.sizeBytes,
      mtimeMs: entry.mtimeMs,
      isExecutable: entry.isExecutable,
    })
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
