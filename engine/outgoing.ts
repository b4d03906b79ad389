/** A share of this device: walked, described, offered, served. */

import type { TransferId, TransferView } from '#shared/api/views.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import type { Link } from '#shared/share/link.ts'
import { equalBytes } from '#shared/encoding/bytes.ts'
import { MAX_SUMMARY_LIFE_MS } from '#shared/protocol/coordinator-messages.ts'
import { PieceLayout, pieceBytesFor } from '#shared/share/piece-layout.ts'
import { filesOf } from '#shared/share/manifest.ts'
import { openSummary, sealSummary, summarize, type Summary } from '#shared/share/summary.ts'
import { basename } from 'node:path'
import type { LeftOutReason } from './store/disk-jobs.ts'
import { SourceStore } from './store/source-store.ts'
import { TransferBase, type EngineParts } from './transfer-base.ts'

export interface OutgoingOptions {
  readonly id: TransferId
  readonly link: Link
  readonly privateKey: Uint8Array
  readonly paths: readonly string[]
  readonly createdAtMs: number
  /** Of an earlier run: the files must still be the same. */
  readonly saved: { readonly summary: Uint8Array; readonly manifest: Uint8Array } | undefined
}

/** How long a coordinator keeps the description after the last refresh. */
const SUMMARY_LIFE_MS = MAX_SUMMARY_LIFE_MS / 2

const LEFT_OUT: Readonly<Record<LeftOutReason, string>> = {
  'special-file': 'neither a file nor a folder',
  'outside-link': 'symbolic links that lead out of what is sent',
  'bad-name': 'names that cannot be sent',
  unreadable: 'no permission to read',
}

export class OutgoingTransfer extends TransferBase {
  readonly #options: OutgoingOptions
  #summary: Summary | undefined
  #layout: PieceLayout | undefined

  constructor(parts: EngineParts, options: OutgoingOptions) {
    super(parts, options.link, 'preparing')
    this.#options = options
    this.act(() => this.#prepare())
  }

  view(): TransferView {
    const summary = this.#summary
    const total = summary?.totalBytes ?? 0
    const pieces = this.#layout?.pieceCount ?? 0
    return {
      ...this.baseView(this.#options.id),
      role: 'send',
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
    }
  }

  async #prepare(): Promise<void> {
    const { id, link, privateKey, paths, saved } = this.#options
    const { pool, library, options } = this.parts
    const { manifest, manifestBytes, files, leftOut } = await pool.run({ kind: 'walk', paths })
    if (this.isOver) return
    for (const reason of Object.keys(LEFT_OUT) as LeftOutReason[]) {
      const hits = leftOut.filter((item) => item.reason === reason)
      if (hits.length > 0) {
        this.notice(`${hits.length} left out (${LEFT_OUT[reason]}), first: ${hits[0]?.path ?? ''}`)
      }
    }
    let box = saved?.summary
    if (saved !== undefined && !equalBytes(saved.manifest, manifestBytes)) {
      throw new AppError('source.changed', { detail: 'since it was first shared' })
    }
    const sizes = filesOf(manifest).map((file) => file.sizeBytes)
    const pieceBytes = pieceBytesFor(sizes.reduce((sum, size) => sum + size, 0))
    if (box === undefined) {
      const summary = summarize({
        title: titleOf(paths),
        sender: options.deviceName,
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
      .catch((error: unknown) =>
        this.parts.options.log?.('summary.delayed', { code: toAppError(error).code }),
      )
  }

  protected letGo(): Promise<void> {
    return Promise.resolve()
  }
}

export function titleOf(paths: readonly string[]): string {
  const [first = '', ...others] = paths
  const name = basename(first) || first
  return others.length === 0 ? name : `${name} + ${others.length}`
}
