/** A share of this device: walked, described, offered, served. */

import type { FolderView } from '#shared/api/transfer-views.ts'
import type { NoticeView, TransferId, TransferPriority, TransferView } from '#shared/api/views.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import type { Link } from '#shared/share/link.ts'
import { equalBytes } from '#shared/encoding/bytes.ts'
import { MAX_SUMMARY_LIFE_MS } from '#shared/protocol/coordinator-messages.ts'
import { PieceLayout, pieceBytesFor } from '#shared/share/piece-layout.ts'
import { FolderTree } from '#shared/share/folder-tree.ts'
import { filesOf } from '#shared/share/manifest.ts'
import { openSummary, sealSummary, summarize, type Summary } from '#shared/share/summary.ts'
import { seedViewAtRest } from '#shared/swarm/seed-account.ts'
import { basename } from 'node:path'
import type { LeftOutReason } from './store/disk-jobs.ts'
import { SourceStore } from './store/source-store.ts'
import type { EngineParts } from './engine-settings.ts'
import { TransferBase } from './transfer-base.ts'

export interface OutgoingOptions {
  readonly id: TransferId
  readonly link: Link
  readonly privateKey: Uint8Array
  readonly paths: readonly string[]
  readonly createdAtMs: number
  readonly addedAtMs: number
  /** Devices that got everything in earlier runs. */
  readonly fetchedBefore: number
  readonly priority: TransferPriority
  /** Of an earlier run: the files must still be the same. */
  readonly saved: { readonly summary: Uint8Array; readonly manifest: Uint8Array } | undefined
}

/** How long a coordinator keeps the description after the last refresh. */
const SUMMARY_LIFE_MS = MAX_SUMMARY_LIFE_MS / 2

/** An own share is offered until its owner stops it. */
const NO_SEEDING = seedViewAtRest(null, { ratio: null, timeMs: null }, 0, false)

const LEFT_OUT: Readonly<Record<LeftOutReason, NoticeView['code']>> = {
  'special-file': 'left-out.special-file',
  'outside-link': 'left-out.outside-link',
  'bad-name': 'left-out.bad-name',
  unreadable: 'left-out.unreadable',
}

export class OutgoingTransfer extends TransferBase {
  readonly #options: OutgoingOptions
  #summary: Summary | undefined
  #layout: PieceLayout | undefined
  #files:
    { readonly tree: FolderTree; readonly sizes: readonly number[]; readonly all: Uint8Array } | undefined

  constructor(parts: EngineParts, options: OutgoingOptions) {
    super(parts, options.link, 'preparing', options.fetchedBefore)
    this.#options = options
    this.setPriority(options.priority)
    this.act(() => this.#prepare())
  }

  get id(): TransferId {
    return this.#options.id
  }

  view(): TransferView {
    const summary = this.#summary
    const total = summary?.totalBytes ?? 0
    const pieces = this.#layout?.pieceCount ?? 0
    return {
      ...this.commonView(),
      role: 'send',
      addedAtMs: this.#options.addedAtMs,
      finishedAtMs: null,
      sender: '',
      isPartial: false,
      seed: NO_SEEDING,
      isInOrder: false,
      title: summary?.title ?? titleOf(this.#options.paths),
      totalBytes: total,
      doneBytes: total,
      fileCount: summary?.fileCount ?? 0,
      doneFiles: summary?.fileCount ?? 0,
      pieceCount: pieces,
      donePieces: pieces,
      resumedBytes: 0,
      etaMs: null,
      destination: null,
      missing: null,
    }
  }

  folder(path: string): FolderView | undefined {
    const files = this.#files
    return files?.tree.folder(path, { wanted: files.all, doneBytesOf: (file) => files.sizes[file] ?? 0 })
  }

  async #prepare(): Promise<void> {
    const { id, link, privateKey, paths, saved } = this.#options
    const { pool, library, settings } = this.parts
    const { manifest, manifestBytes, files, leftOut } = await pool.run({ kind: 'walk', paths })
    if (this.isOver) return
    for (const reason of Object.keys(LEFT_OUT) as LeftOutReason[]) {
      const hits = leftOut.filter((item) => item.reason === reason)
      const [first] = hits
      if (first !== undefined) {
        this.notice({ code: LEFT_OUT[reason], count: hits.length, text: first.path.toWellFormed() })
      }
    }
    let box = saved?.summary
    if (saved !== undefined && !equalBytes(saved.manifest, manifestBytes)) {
      throw new AppError('source.changed', { detail: 'since it was first shared' })
    }
    const sizes = filesOf(manifest).map((file) => file.sizeBytes)
    const all = new Uint8Array(manifest.entries.length).fill(1)
    this.#files = { tree: new FolderTree(manifest), sizes, all }
    const pieceBytes = pieceBytesFor(sizes.reduce((sum, size) => sum + size, 0))
    if (box === undefined) {
      const summary = summarize({
        title: titleOf(paths),
        sender: settings.deviceName,
        createdAtMs: this.#options.createdAtMs,
        pieceBytes,
        manifest,
        manifestBytes,
      })
      box = sealSummary(summary, link, privateKey)
      library.setDescription(this.topic, summary.title, box, manifestBytes)
    }
    const summary = openSummary(box, link)
    this.#summary = summary
    const layout = new PieceLayout(sizes, summary.pieceBytes)
    this.#layout = layout
    const { swarm, client } = this.session
    swarm.learnSummary(summary, box)
    swarm.offerManifest(manifestBytes)
    swarm.begin(new SourceStore({ pool, manifest, layout, files, privateKey }))
    this.enter('seeding')
    library.setClean(id, true)
    const expiresAtMs = Date.now() + SUMMARY_LIFE_MS
    // The client keeps trying by itself; peers get the description from this device meanwhile.
    client
      .putSummary({ topic: this.topic, publicKey: link.publicKey, privateKey, box, expiresAtMs })
      .catch((error: unknown) => this.parts.log('summary.delayed', { code: toAppError(error).code }))
  }

  protected letGo(): Promise<void> {
    return this.parts.pool.release(this.#options.paths)
  }
}

export function titleOf(paths: readonly string[]): string {
  const [first = '', ...others] = paths
  const name = basename(first) || first
  return others.length === 0 ? name : `${name} + ${others.length}`
}
