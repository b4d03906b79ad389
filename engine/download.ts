/** The disk's side of a share that is received: its place, its row in the library, its store, flushed now and then. */

import * as v from 'valibot'
import type { Selection } from '#shared/api/transfer-views.ts'
import type { TransferId } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import { topicOf } from '#shared/share/keys.ts'
import type { Link } from '#shared/share/link.ts'
import { filesOf, type Manifest } from '#shared/share/manifest.ts'
import { PieceLayout } from '#shared/share/piece-layout.ts'
import { chooseWanted, type Wanted } from '#shared/share/selection.ts'
import type { Summary } from '#shared/share/summary.ts'
import type { EngineParts } from './engine-settings.ts'
import type { Library } from './library/library.ts'
import type { TransferRow } from './library/rows.ts'
import { chooseNames, freeBytes } from './store/destination.ts'
import { DownloadStore } from './store/download-store.ts'
import { localNames, NameRules, type LocalNames } from './store/local-names.ts'

/**
 * Between two flushes to the platter while receiving. After a power cut, what came since the last one is hashed again,
 * not fetched again, so it need not be often. Milliseconds.
 */
const CHECKPOINT_MS = 15_000

const SavedRules = v.pipe(v.string(), v.parseJson(), NameRules)

export interface DownloadOptions {
  readonly parts: EngineParts
  readonly link: Link
  readonly summary: Summary
  /** The sealed summary. */
  readonly box: Uint8Array
  readonly manifest: Manifest
  readonly manifestBytes: Uint8Array
  /** Absolute and real; exists. */
  readonly destination: string
  readonly selection: Selection
}

export class Download {
  readonly id: TransferId
  readonly addedAtMs: number
  /** Names that were changed to fit this disk. */
  readonly renamedCount: number
  readonly #options: DownloadOptions
  readonly #wanted: Wanted
  readonly #names: LocalNames
  readonly #row: TransferRow
  readonly #unlock: () => void
  #store: DownloadStore | undefined
  #checkpoints: NodeJS.Timeout | undefined
  #isFlushing = false
  #isClosed = false

  /** Notes it in the library. Throws AppError `settings.bad-value` before that, `transfer.running`. */
  static async prepare(options: DownloadOptions): Promise<Download> {
    const { parts, manifest, destination, selection } = options
    const wanted = chooseWanted(manifest, selection)
    const row = noteTransfer(options)
    const unlock = parts.library.lock(row.id)
    try {
      const rules =
        row.names === null ? await chooseNames(destination, manifest) : v.parse(SavedRules, row.names)
      parts.library.setNames(row.id, JSON.stringify(rules))
      const chosen = wanted.isPartial ? JSON.stringify(selection) : null
      if (chosen !== row.selection) parts.library.setSelection(row.id, chosen)
      return new Download(options, wanted, localNames(manifest, rules), row, unlock)
    } catch (error) {
      // Without names nothing can have been written: it never was more than a wish.
      if (row.names === null) parts.library.forget(row.id)
      unlock()
      throw error
    }
  }

  private constructor(
    options: DownloadOptions,
    wanted: Wanted,
    names: LocalNames,
    row: TransferRow,
    unlock: () => void,
  ) {
    this.#options = options
    this.#wanted = wanted
    this.#names = names
    this.#row = row
    this.#unlock = unlock
    this.id = row.id
    this.addedAtMs = row.added_at_ms
    this.renamedCount = names.renamedCount
  }

  /** As the library had it when this began. */
  get row(): TransferRow {
    return this.#row
  }

  get wanted(): Wanted {
    return this.#wanted
  }

  /** Undefined until it is opened. */
  get store(): DownloadStore | undefined {
    return this.#store
  }

  get finishedAtMs(): number | null {
    return this.#library.transferOf(this.id)?.finished_at_ms ?? null
  }

  /** Looks at what an earlier run left. Rejects with AppError `disk.*`. */
  async open(onProgress: () => void, signal: AbortSignal): Promise<DownloadStore> {
    const { parts, link, manifest, summary, destination } = this.#options
    const sizes = filesOf(manifest).map((file) => file.sizeBytes)
    const store = await DownloadStore.open(
      {
        pool: parts.pool,
        library: parts.library,
        id: this.id,
        destination,
        manifest,
        layout: new PieceLayout(sizes, summary.pieceBytes),
        names: this.#names,
        publicKey: link.publicKey,
        wanted: this.#wanted,
        wasClean: this.#row.is_clean === 1,
        log: parts.log,
      },
      onProgress,
      signal,
    )
    this.#store = store
    await this.#checkSpace(this.#wanted.totalBytes - store.resumedBytes)
    return store
  }

  /** From here on things are written. @param guard handles what goes wrong in a flush */
  async begin(guard: (work: () => Promise<void>) => void): Promise<void> {
    const store = this.#store
    if (store === undefined)
      throw new AppError('internal', { detail: 'a download began before it was opened' })
    this.#library.setClean(this.id, false)
    if (!store.progress.isComplete) this.#library.setDone(this.id, false)
    await store.begin()
    if (this.#isClosed) throw new AppError('transfer.stopped')
    this.#checkpoints = setInterval(() => this.#checkpoint(store, guard), CHECKPOINT_MS)
  }

  /** Everything wanted is here. */
  async end(): Promise<void> {
    await this.#store?.end()
    this.#library.setDone(this.id, true)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#checkpoints)
    try {
      await this.#store?.close()
    } finally {
      this.#unlock()
    }
  }

  get #library(): Library {
    return this.#options.parts.library
  }

  async #checkSpace(neededBytes: number): Promise<void> {
    const free = await freeBytes(this.#options.destination)
    if (neededBytes > free) {
      throw new AppError('disk.no-space', { detail: `${neededBytes} bytes needed, ${free} free` })
    }
  }

  #checkpoint(store: DownloadStore, guard: (work: () => Promise<void>) => void): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    guard(async () => {
      try {
        await store.checkpoint()
      } finally {
        this.#isFlushing = false
      }
    })
  }
}

function noteTransfer({
  parts,
  link,
  summary,
  box,
  manifestBytes,
  destination,
}: DownloadOptions): TransferRow {
  const { library } = parts
  const { publicKey, secret, coordinators } = link
  const topic = topicOf(publicKey)
  if (library.share(topic) === undefined) {
    const createdAtMs = Date.now()
    library.addShare({ topic, publicKey, secret, privateKey: null, coordinators, createdAtMs })
  }
  library.setDescription(topic, summary.title, box, manifestBytes)
  return library.transfer(topic, 'get', destination)
}
