/** A share that is received: described first, written only after the person agreed, seeded afterwards. */

import * as v from 'valibot'
import type { OfferView, TransferId, TransferState, TransferView } from '#shared/api/views.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import type { Link } from '#shared/share/link.ts'
import { filesOf, type Manifest } from '#shared/share/manifest.ts'
import { decodeManifest } from '#shared/share/manifest-codec.ts'
import { PieceLayout } from '#shared/share/piece-layout.ts'
import { isManifestOf, openSummary, type Summary } from '#shared/share/summary.ts'
import { pause } from './coordinator-client/pause.ts'
import type { AcceptOptions, IncomingTransfer } from './engine.ts'
import { chooseNames, freeBytes, prepareDestination } from './store/destination.ts'
import { DownloadStore } from './store/download-store.ts'
import { localNames, NameRules } from './store/local-names.ts'
import { TransferBase, type EngineParts } from './transfer-base.ts'

/** How long a person is left waiting for the description of a share before being told that nobody has it. */
const OFFER_LIMIT_MS = 45_000
/** Between two questions to the coordinator, at first and at most; doubled in between. Milliseconds. */
const ASK_AGAIN_MS = 250
const MAX_ASK_AGAIN_MS = 4000
/** After a sender has withdrawn, until it is looked whether others can help. Milliseconds. */
const WITHDRAWN_MS = 500
/**
 * Between two flushes to the platter while receiving. After a power cut, what came since the last one is hashed again,
 * not fetched again, so it need not be often. Milliseconds.
 */
const CHECKPOINT_MS = 15_000

export class Incoming extends TransferBase implements IncomingTransfer {
  readonly #link: Link
  readonly #described = Promise.withResolvers<Summary>()
  readonly #listed = Promise.withResolvers<Manifest>()
  #id: TransferId | undefined
  #summary: Summary | undefined
  #box: Uint8Array | undefined
  #manifestBytes: Uint8Array | undefined
  #store: DownloadStore | undefined
  #unlock: (() => void) | undefined
  #destination: string | null = null
  #checkpoints: NodeJS.Timeout | undefined
  #isFlushing = false

  constructor(parts: EngineParts, link: Link) {
    super(parts, link, 'looking')
    this.#link = link
    this.#described.promise.catch(() => undefined)
    this.#listed.promise.catch(() => undefined)
    this.stopping.signal.addEventListener('abort', () => {
      const error = this.#failure() ?? new AppError('transfer.stopped')
      this.#described.reject(error)
      this.#listed.reject(error)
    })
    this.act(() => this.#look())
  }

  async offer(signal: AbortSignal): Promise<OfferView> {
    const summary = await this.#orGiveUp(this.#described.promise, signal, OFFER_LIMIT_MS)
    const { title, sender, totalBytes, fileCount, folderCount, createdAtMs, preview } = summary
    return { title, sender, totalBytes, fileCount, folderCount, createdAtMs, preview }
  }

  async accept(options: AcceptOptions, signal: AbortSignal): Promise<void> {
    try {
      await this.#accept(options, signal)
    } catch (error) {
      // What the accept itself throws is for its caller; the transfer has ended with it.
      const known = this.#failure() ?? toAppError(error)
      this.fail(known)
      throw known
    }
  }

  view(): TransferView {
    const { swarm } = this.session
    const summary = this.#summary
    const store = this.#store
    const base = this.baseView(this.#id ?? (0 as TransferId))
    const total = summary?.totalBytes ?? 0
    const done = store === undefined ? 0 : bytesOf(store)
    const state: TransferState = base.state === 'receiving' && !swarm.hasSource ? 'stalled' : base.state
    const rate = base.downBytesPerSecond
    return {
      ...base,
      state,
      role: 'get',
      title: summary?.title ?? '',
      totalBytes: total,
      doneBytes: done,
      fileCount: summary?.fileCount ?? 0,
      doneFiles: store?.doneFiles ?? 0,
      pieceCount: store?.layout.pieceCount ?? 0,
      donePieces: store?.have.count ?? 0,
      resumedBytes: store?.resumedBytes ?? 0,
      etaMs: state === 'receiving' && rate > 0 ? ((total - done) / rate) * 1000 : null,
      destination: this.#destination,
    }
  }

  protected override onSummary(summary: Summary, box: Uint8Array): void {
    this.#learn(summary, box)
  }

  protected override onManifest(bytes: Uint8Array): void {
    const summary = this.#summary
    if (summary === undefined || this.#manifestBytes !== undefined) return
    // The owner signed its hash, so whoever sent it is not to blame for what is in it.
    const manifest = decodeManifest(bytes)
    const files = filesOf(manifest)
    const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
    if (totalBytes !== summary.totalBytes || files.length !== summary.fileCount) {
      throw new AppError('manifest.invalid', { detail: 'it is not what the summary says' })
    }
    this.#manifestBytes = bytes
    this.session.swarm.offerManifest(bytes)
    this.#listed.resolve(manifest)
  }

  /** Others may still have every piece; only without them there is nothing to wait for. */
  protected override onWithdrawn(): void {
    setTimeout(() => {
      if (this.state === 'receiving' && !this.session.swarm.hasSource)
        this.fail(new AppError('share.changed'))
    }, WITHDRAWN_MS)
  }

  protected override async onDone(): Promise<void> {
    const store = this.#store
    if (store === undefined || this.#id === undefined) return
    await store.end()
    this.parts.library.setDone(this.#id, true)
    this.enter('seeding')
    this.complete()
  }

  protected async letGo(): Promise<void> {
    clearInterval(this.#checkpoints)
    try {
      await this.#store?.close()
    } finally {
      this.#unlock?.()
    }
  }

  #failure(): AppError | undefined {
    const error = this.baseView(0 as TransferId).error
    return error === null
      ? undefined
      : new AppError(error.code, error.detail === null ? {} : { detail: error.detail })
  }

  /** From the library where an earlier run left it, else from the coordinator; peers are asked at the same time. */
  async #look(): Promise<void> {
    const known = this.parts.library.share(this.topic)
    if (known !== undefined && known.summary !== null) {
      this.#learn(openSummary(known.summary, this.#link), known.summary)
      if (
        known.manifest !== null &&
        this.#summary !== undefined &&
        isManifestOf(this.#summary, known.manifest)
      ) {
        this.onManifest(known.manifest)
      }
    }
    for (let waitMs = ASK_AGAIN_MS; this.#summary === undefined && !this.isOver; waitMs *= 2) {
      try {
        const box = await this.session.client.getSummary(this.topic, this.stopping.signal)
        if (box !== undefined) this.#learn(openSummary(box, this.#link), box)
      } catch (error) {
        // A coordinator that is away or lies is no reason to stop: a peer may still tell.
        this.parts.options.log?.('summary.missing', { code: toAppError(error).code })
      }
      if (this.#summary === undefined) await pause(Math.min(waitMs, MAX_ASK_AGAIN_MS), this.stopping.signal)
    }
  }

  #learn(summary: Summary, box: Uint8Array): void {
    if (this.#summary !== undefined) return
    this.#summary = summary
    this.#box = box
    this.session.swarm.learnSummary(summary, box)
    this.enter('offered')
    this.#described.resolve(summary)
  }

  async #accept(options: AcceptOptions, signal: AbortSignal): Promise<void> {
    const { library, pool } = this.parts
    const summary = await this.#described.promise
    const destination = await prepareDestination(options.destination)
    this.#destination = destination
    this.enter('looking')
    const manifest = await this.#orGiveUp(this.#listed.promise, signal, undefined)
    const { publicKey, secret, coordinators } = this.#link
    const createdAtMs = Date.now()
    if (library.share(this.topic) === undefined) {
      library.addShare({ topic: this.topic, publicKey, secret, privateKey: null, coordinators, createdAtMs })
    }
    library.setDescription(
      this.topic,
      summary.title,
      this.#box ?? new Uint8Array(0),
      this.#manifestBytes ?? null,
    )
    const row = library.transfer(this.topic, 'get', destination)
    this.#id = row.id
    this.#unlock = library.lock(row.id)
    const rules =
      row.names === null ? await chooseNames(destination, manifest) : v.parse(SavedRules, row.names)
    const names = localNames(manifest, rules)
    library.setNames(row.id, JSON.stringify(rules))
    if (names.renamedCount > 0) this.notice(`${names.renamedCount} names were changed to fit this disk`)
    const sizes = filesOf(manifest).map((file) => file.sizeBytes)
    const layout = new PieceLayout(sizes, summary.pieceBytes)
    this.enter('checking')
    const wasClean = row.is_clean === 1
    const store = await DownloadStore.open(
      { pool, library, id: row.id, destination, manifest, layout, names, publicKey, wasClean },
      () => this.changed(),
      AbortSignal.any([signal, this.stopping.signal]),
    )
    this.#store = store
    await this.#checkSpace(destination, summary.totalBytes - store.resumedBytes)
    if (this.isOver) throw this.#failure() ?? new AppError('transfer.stopped')
    library.setClean(row.id, false)
    await store.begin()
    this.#checkpoints = setInterval(() => this.#checkpoint(store), CHECKPOINT_MS)
    this.enter('receiving')
    this.session.swarm.begin(store)
  }

  async #checkSpace(destination: string, neededBytes: number): Promise<void> {
    const free = await freeBytes(destination)
    if (neededBytes > free) {
      throw new AppError('disk.no-space', { detail: `${neededBytes} bytes needed, ${free} free` })
    }
  }

  #checkpoint(store: DownloadStore): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    this.act(async () => {
      try {
        await store.checkpoint()
      } finally {
        this.#isFlushing = false
      }
    })
  }

  async #orGiveUp<Value>(
    wanted: Promise<Value>,
    signal: AbortSignal,
    limitMs: number | undefined,
  ): Promise<Value> {
    const { promise, reject } = Promise.withResolvers<never>()
    const onAbort = (): void => reject(new AppError('transfer.stopped'))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    const giveUp = (): void => {
      const isOnline = this.session.coordinatorState === 'online'
      reject(new AppError(isOnline ? 'share.not-found' : 'coordinator.unreachable'))
    }
    const timer = limitMs === undefined ? undefined : setTimeout(giveUp, limitMs)
    try {
      return await Promise.race([wanted, promise])
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }
}

const SavedRules = v.pipe(v.string(), v.parseJson(), NameRules)

function bytesOf(store: DownloadStore): number {
  const { layout, have } = store
  if (layout.pieceCount === 0) return 0
  const last = layout.pieceCount - 1
  const shortBy = have.has(last) ? layout.pieceBytes - layout.bytesOf(last) : 0
  return have.count * layout.pieceBytes - shortBy
}
