/** Transfers as the library has them, for a UI that lists more than what runs. */

import * as v from 'valibot'
import { Selection, type FolderView } from '#shared/api/transfer-views.ts'
import { TransferView, type SeedLimit, type TransferId } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import { FolderTree } from '#shared/share/folder-tree.ts'
import { printLink } from '#shared/share/link.ts'
import { filesOf, type Manifest } from '#shared/share/manifest.ts'
import { decodeManifest } from '#shared/share/manifest-codec.ts'
import { PieceLayout } from '#shared/share/piece-layout.ts'
import { chooseWanted, type Wanted } from '#shared/share/selection.ts'
import { openSummary, type Summary } from '#shared/share/summary.ts'
import { prioritiesPerFile } from '#shared/share/file-priorities.ts'
import type { FilePriority } from '#shared/swarm/urgency.ts'
import type { TransferRecord } from './engine.ts'
import { filePrioritiesOf } from './fetch-order.ts'
import type { Library } from './library/library.ts'
import type { ShareHead, ShareRow, TransferRow } from './library/rows.ts'
import { linkReachOf } from './link-reach.ts'
import { seedOfRow } from './seed-rows.ts'
import type { DiskPool } from './store/disk-pool.ts'
import { DownloadProgress } from './store/download-progress.ts'
import { localNames, NameRules } from './store/local-names.ts'

const SavedView = v.pipe(v.string(), v.parseJson(), TransferView)
const SavedSelection = v.pipe(v.string(), v.parseJson(), Selection)
const SavedRules = v.pipe(v.string(), v.parseJson(), NameRules)

interface Files {
  readonly manifest: Manifest
  readonly tree: FolderTree
  readonly wanted: Wanted
  readonly summary: Summary
  /** Undefined for an own share, which has everything. */
  readonly progress: DownloadProgress | undefined
}

export class Remembered {
  readonly #library: Library
  readonly #pool: DiskPool
  readonly #seedDefault: () => SeedLimit
  /** Of the transfer that was looked at last: somebody who opens one folder opens another one. */
  #looked: { readonly id: TransferId; readonly files: Files } | undefined

  /** @param seedDefault until when what is complete is passed on where nothing else is said */
  constructor(
    library: Library,
    pool: DiskPool,
    seedDefault: () => SeedLimit = () => ({ ratio: null, timeMs: null }),
  ) {
    this.#library = library
    this.#seedDefault = seedDefault
    this.#pool = pool
  }

  /** Newest first. */
  history(): TransferRecord[] {
    return this.#library.transfers().flatMap((row) => {
      const share = this.#library.shareHead(row.topic)
      if (share === undefined) return []
      return [
        {
          id: row.id,
          view: this.#viewOf(row, share),
          isToRun: row.is_to_run === 1,
          queuedAtMs: row.queued_at_ms,
          isForced: row.is_forced === 1,
        },
      ]
    })
  }

  /** Throws AppError `transfer.unknown`. */
  row(id: TransferId): { readonly row: TransferRow; readonly share: ShareRow } {
    const row = this.#library.transferOf(id)
    const share = row === undefined ? undefined : this.#library.share(row.topic)
    if (row === undefined || share === undefined) throw new AppError('transfer.unknown')
    return { row, share }
  }

  /** Which files of a get are wanted; null: all. What the library has of it may be damaged: then all. */
  selectionOf(row: TransferRow): Selection {
    const parsed = v.safeParse(SavedSelection, row.selection)
    return parsed.success ? parsed.output : null
  }

  /** What the last view said; none when it cannot be read. */
  fetchedCountOf(row: TransferRow): number {
    const saved = v.safeParse(SavedView, row.last_view)
    return saved.success ? saved.output.fetchedCount : 0
  }

  /** Throws AppError `transfer.unknown`, `transfer.running`, `settings.bad-value`, `api.unavailable`. */
  select(id: TransferId, selection: Selection): void {
    const { row, share } = this.row(id)
    const files = this.#filesOf(row, share)
    if (row.role !== 'get' || files === undefined) throw new AppError('api.unavailable')
    const wanted = chooseWanted(files.manifest, selection)
    const unlock = this.#library.lock(id)
    try {
      this.#library.setSelection(id, wanted.isPartial ? JSON.stringify(selection) : null)
      this.#looked = undefined
      const isComplete = this.#filesOf(this.row(id).row, share)?.progress?.isComplete === true
      if (isComplete !== (row.is_done === 1)) this.#library.setDone(id, isComplete)
    } finally {
      unlock()
    }
  }

  remember(id: TransferId, view: TransferView, isToRun: boolean): void {
    if (this.#looked?.id === id) this.#looked = undefined
    this.#library.setView(id, JSON.stringify({ ...view, peers: [] }), isToRun)
  }

  /** Throws AppError `transfer.unknown`, `transfer.running`, `disk.*`. */
  async forget(id: TransferId, deletePartial: boolean): Promise<void> {
    const { row, share } = this.row(id)
    const unlock = this.#library.lock(id)
    try {
      if (deletePartial && row.role === 'get') await this.#deletePartial(row, share)
      this.#looked = undefined
      this.#library.forget(id)
    } finally {
      unlock()
    }
  }

  /** Throws AppError `transfer.unknown`, `settings.bad-value`, `api.unavailable` while the files are not known. */
  folder(id: TransferId, path: string): FolderView {
    const { row, share } = this.row(id)
    if (this.#looked?.id !== id) {
      const files = this.#filesOf(row, share)
      if (files === undefined) throw new AppError('api.unavailable')
      this.#looked = { id, files }
    }
    const { manifest, tree, wanted, progress } = this.#looked.files
    const sizes = progress === undefined ? filesOf(manifest).map((file) => file.sizeBytes) : []
    const doneBytesOf = (file: number): number => progress?.doneBytesOf(file) ?? sizes[file] ?? 0
    const perFile = prioritiesPerFile(manifest, filePrioritiesOf(row))
    const priorityOf = (file: number): FilePriority => perFile.get(file) ?? 'normal'
    return tree.folder(path, { wanted: wanted.entries, doneBytesOf, priorityOf })
  }

  /** Somebody else changes what is noted of it. */
  forgetLook(): void {
    this.#looked = undefined
  }

  #viewOf(row: TransferRow, share: ShareHead): TransferView {
    const saved = v.safeParse(SavedView, row.last_view)
    const view = saved.success ? saved.output : this.#newView(row, share)
    const isGet = row.role === 'get'
    const isOver = isGet ? row.finished_at_ms !== null : true
    return {
      ...view,
      // The rows are what happens next; a saved view is only how it looked.
      ...identityOf(row, share),
      state: view.state === 'failed' ? 'failed' : isOver ? 'finished' : 'paused',
      error: view.state === 'failed' ? view.error : null,
      priority: row.priority,
      isInOrder: row.is_in_order === 1,
      seed: seedOfRow(row, this.#seedDefault(), view.totalBytes, view.seed.isReached && isOver),
      destination: isGet ? row.place : null,
      coordinator: 'offline',
      peers: [],
      etaMs: null,
      downBytesPerSecond: 0,
      upBytesPerSecond: 0,
    }
  }

  #newView(row: TransferRow, share: ShareHead): TransferView {
    const whole = this.#library.share(row.topic)
    const files = whole === undefined ? undefined : this.#filesOf(row, whole)
    const { wanted, progress, summary } = files ?? {}
    const totalBytes = wanted?.totalBytes ?? 0
    const fileCount = wanted?.fileCount ?? 0
    return {
      ...identityOf(row, share),
      state: 'paused',
      title: share.title,
      sender: row.role === 'get' ? (summary?.sender ?? '') : '',
      error: null,
      totalBytes,
      doneBytes: progress?.doneBytes ?? totalBytes,
      fileCount,
      doneFiles: progress === undefined ? fileCount : completeCount(progress),
      pieceCount: progress?.wanted.count ?? 0,
      donePieces: progress?.donePieces ?? 0,
      resumedBytes: 0,
      receivedBytes: 0,
      sentBytes: 0,
      fetchedCount: 0,
      copies: 0,
      priority: row.priority,
      queuePosition: null,
      isInOrder: row.is_in_order === 1,
      seed: seedOfRow(row, this.#seedDefault(), totalBytes),
      downBytesPerSecond: 0,
      upBytesPerSecond: 0,
      etaMs: null,
      isPartial: wanted?.isPartial ?? false,
      coordinator: 'offline',
      destination: null,
      peers: [],
      notices: [],
      missing: null,
    }
  }

  /** Undefined until they were known once, or when what is noted does not hold together. */
  #filesOf(row: TransferRow, share: ShareRow): Files | undefined {
    if (share.summary === null || share.manifest === null) return undefined
    try {
      const manifest = decodeManifest(share.manifest)
      const keys = { publicKey: share.public_key, secret: share.secret }
      const summary = openSummary(share.summary, keys)
      const wanted = chooseWanted(manifest, row.role === 'get' ? this.selectionOf(row) : null)
      const progress = row.role === 'get' ? this.#progressOf(row, manifest, summary, wanted) : undefined
      return { manifest, tree: new FolderTree(manifest), wanted, summary, progress }
    } catch {
      return undefined
    }
  }

  #progressOf(row: TransferRow, manifest: Manifest, summary: Summary, wanted: Wanted): DownloadProgress {
    const sizes = filesOf(manifest).map((file) => file.sizeBytes)
    const progress = new DownloadProgress(new PieceLayout(sizes, summary.pieceBytes), wanted.files)
    for (const { index, part } of this.#library.pieces(row.id)) {
      if (index < progress.layout.pieceCount) progress.note(index, part?.segments)
    }
    return progress
  }

  /** Files of which something is noted and not everything: nobody else's can be among them. */
  async #deletePartial(row: TransferRow, share: ShareRow): Promise<void> {
    const files = this.#filesOf(row, share)
    const rules = v.safeParse(SavedRules, row.names)
    if (files?.progress === undefined || !rules.success) return
    const { progress } = files
    const parts = localNames(files.manifest, rules.output).files.flatMap(({ part }, file) => {
      return progress.doneBytesOf(file) > 0 && !progress.isFileComplete(file) ? [part] : []
    })
    await this.#pool.run({ kind: 'remove', root: row.place, parts })
  }
}

function identityOf(
  row: TransferRow,
  share: ShareHead,
): Pick<TransferView, 'id' | 'link' | 'linkReach' | 'topic' | 'role' | 'addedAtMs' | 'finishedAtMs'> {
  const { public_key: publicKey, secret, coordinators } = share
  return {
    id: row.id,
    link: printLink({ publicKey, secret, coordinators }),
    linkReach: linkReachOf(coordinators),
    topic: row.topic,
    role: row.role,
    addedAtMs: row.added_at_ms,
    finishedAtMs: row.finished_at_ms,
  }
}

function completeCount(progress: DownloadProgress): number {
  let count = 0
  for (let file = 0; file < progress.layout.fileCount; file++) {
    if (progress.isWanted(file) && progress.isFileComplete(file)) count++
  }
  return count
}
