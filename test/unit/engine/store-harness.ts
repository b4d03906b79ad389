/** A download without a network: a share in memory whose pieces a test writes as it likes, run after run. */

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Selection } from '#shared/api/transfer-views.ts'
import type { TransferId } from '#shared/api/views.ts'
import { createShareKeys, topicOf, type OwnerKeys } from '#shared/share/keys.ts'
import { filesOf, sortEntries, type Manifest, type ManifestEntry } from '#shared/share/manifest.ts'
import { encodeManifest } from '#shared/share/manifest-codec.ts'
import { PieceLayout } from '#shared/share/piece-layout.ts'
import { pieceRecordMessage, type PieceRecord } from '#shared/share/piece-record.ts'
import { chooseWanted } from '#shared/share/selection.ts'
import { curves } from '#shared/share/curves.ts'
import { sealSummary, summarize } from '#shared/share/summary.ts'
import { Library } from '#engine/library/library.ts'
import type { DiskPool } from '#engine/store/disk-pool.ts'
import { DownloadStore } from '#engine/store/download-store.ts'
import { localNames } from '#engine/store/local-names.ts'

export const PIECE = 256 * 1024
const RULES = { foldsCase: false, isWindows: false, top: {} }

export class StoreHarness implements Disposable {
  readonly library: Library
  readonly destination: string
  readonly manifest: Manifest
  readonly layout: PieceLayout
  readonly content: Uint8Array
  readonly id: TransferId
  readonly keys: OwnerKeys
  readonly #pool: DiskPool
  #wasClean = true

  constructor(folder: string, pool: DiskPool, entries: readonly ManifestEntry[]) {
    this.#pool = pool
    this.keys = createShareKeys()
    this.library = new Library(path.join(folder, 'home'))
    this.destination = path.join(folder, 'got')
    mkdirSync(this.destination)
    this.manifest = { entries: sortEntries(entries) }
    this.layout = new PieceLayout(
      filesOf(this.manifest).map((entry) => entry.sizeBytes),
      PIECE,
    )
    this.content = new Uint8Array(this.layout.totalBytes)
    for (let i = 0; i < this.content.length; i++) this.content[i] = (Math.imul(i, 0x9e3779b1) >>> 24) ^ i
    const topic = topicOf(this.keys.publicKey)
    const coordinators = [{ host: 'a', isTls: false }]
    this.library.addShare({ topic, ...this.keys, coordinators, createdAtMs: 0 })
    const manifestBytes = encodeManifest(this.manifest)
    const { manifest } = this
    const about = { title: 'title', sender: 'sender', createdAtMs: 0, pieceBytes: PIECE }
    const summary = summarize({ ...about, manifest, manifestBytes })
    const box = sealSummary(summary, this.keys, this.keys.privateKey)
    this.library.setDescription(topic, 'title', box, manifestBytes)
    this.id = this.library.transfer(topic, 'get', this.destination).id
    this.library.setNames(this.id, JSON.stringify(RULES))
  }

  [Symbol.dispose](): void {
    this.library.close()
  }

  async open(selection: Selection): Promise<DownloadStore> {
    const store = await DownloadStore.open(
      {
        pool: this.#pool,
        library: this.library,
        id: this.id,
        destination: this.destination,
        manifest: this.manifest,
        layout: this.layout,
        names: localNames(this.manifest, RULES),
        publicKey: this.keys.publicKey,
        wanted: chooseWanted(this.manifest, selection),
        wasClean: this.#wasClean,
        log: () => undefined,
      },
      () => undefined,
      AbortSignal.timeout(30_000),
    )
    await store.begin()
    this.#wasClean = false
    return store
  }

  /** Without this the next run believes in a crash. */
  async close(store: DownloadStore): Promise<void> {
    await store.close()
    this.#wasClean = this.library.transferOf(this.id)?.is_clean === 1
  }

  pieceOf(index: number): { readonly record: PieceRecord; readonly bytes: Uint8Array } {
    const start = index * PIECE
    const bytes = this.content.subarray(start, start + this.layout.bytesOf(index))
    const hash = new Uint8Array(createHash('sha256').update(bytes).digest())
    const signature = curves().sign(pieceRecordMessage(index, hash), this.keys.privateKey)
    return { bytes, record: { index, hash, signature } }
  }

  async write(store: DownloadStore, pieces: readonly number[]): Promise<void> {
    await Promise.all(
      pieces.map(async (index) => {
        const { record, bytes } = this.pieceOf(index)
        const buffer = store.allocate(index)
        buffer.set(bytes)
        const result = await store.writePiece(record, buffer)
        if (result !== 'written') throw new Error(`piece ${index}: ${result}`)
      }),
    )
  }

  /** What a file of the share has to hold. */
  trueContent(filePath: string): Uint8Array {
    let start = 0
    for (const file of filesOf(this.manifest)) {
      if (file.path === filePath) return this.content.subarray(start, start + file.sizeBytes)
      start += file.sizeBytes
    }
    throw new Error(`no file ${filePath}`)
  }

  /** All plain files in the destination, by path. */
  found(): Map<string, Uint8Array> {
    const found = new Map<string, Uint8Array>()
    for (const entry of readdirSync(this.destination, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const absolute = path.join(entry.parentPath, entry.name)
      found.set(path.relative(this.destination, absolute), readFileSync(absolute))
    }
    return found
  }
}

export function fileEntry(filePath: string, sizeBytes: number): ManifestEntry {
  return { kind: 'file', path: filePath, sizeBytes, mtimeMs: 1_600_000_000_000, isExecutable: false }
}
