/** A share that is received: described first, written only after the person agreed, seeded afterwards. */

import type { FolderView, Selection } from '#shared/api/transfer-views.ts'
import type { OfferView, SeedLimit, TransferId, TransferState, TransferView } from '#shared/api/views.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import { FolderTree } from '#shared/share/folder-tree.ts'
import type { Link } from '#shared/share/link.ts'
import { filesOf, type Manifest } from '#shared/share/manifest.ts'
import { decodeManifest } from '#shared/share/manifest-codec.ts'
import { isManifestOf, openSummary, type Summary } from '#shared/share/summary.ts'
import { askForSummary } from './ask-for-summary.ts'
import { FetchOrder } from './fetch-order.ts'
import { seedingOf, seedOfRow } from './seed-rows.ts'
import type { Seeding } from './seeding.ts'
import { Download } from './download.ts'
import { MissingPieces } from './missing-pieces.ts'
import type { EngineParts } from './engine-settings.ts'
import type { AcceptOptions, IncomingTransfer } from './engine.ts'
import type { TransferRow } from './library/rows.ts'
import { prepareDestination, rememberedDestination } from './store/destination.ts'
import { TransferBase } from './transfer-base.ts'
import { orGiveUp } from './or-give-up.ts'

/** How long a person is left waiting for the description of a share before being told that nobody has it. */
const OFFER_LIMIT_MS = 45_000
/** After a sender has withdrawn, until it is looked whether others can help. Milliseconds. */
const WITHDRAWN_MS = 500
/** After the description, when there is nothing to do but wait for the other side. Milliseconds. */
const PREPARE_MS = 60

export class Incoming extends TransferBase implements IncomingTransfer {
  readonly #link: Link
  readonly #described = Promise.withResolvers<Summary>()
  readonly #listed = Promise.withResolvers<Manifest>()
  /** Of an earlier run that is taken up again: the person agreed then. */
  readonly #remembered: TransferRow | undefined
  readonly #openedAtMs = Date.now()
  #summary: Summary | undefined
  #box: Uint8Array | undefined
  #manifestBytes: Uint8Array | undefined
  #tree: FolderTree | undefined
  #manifest: Manifest | undefined
  #download: Download | undefined
  #missing: MissingPieces | undefined
  #seeding: Seeding | undefined
  /** Said before there was anything to pass on; undefined: nothing was said. */
  #seedUntil: SeedLimit | null | undefined
  readonly order = new FetchOrder(this.session.swarm.urgency)
  #destination: string | null
  #finishedAtMs: number | null

  constructor(parts: EngineParts, link: Link, remembered?: TransferRow, fetchedBefore = 0) {
    super(parts, link, 'looking', fetchedBefore)
    this.#link = link
    this.#remembered = remembered
    this.#destination = remembered?.place ?? null
    this.#finishedAtMs = remembered?.finished_at_ms ?? null
    if (remembered !== undefined) this.setPriority(remembered.priority)
    this.#described.promise.catch(() => undefined)
    this.#listed.promise.catch(() => undefined)
    this.stopping.signal.addEventListener('abort', () => {
      const error = this.failure ?? new AppError('transfer.stopped')
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

  async listed(signal: AbortSignal): Promise<void> {
    await this.#orGiveUp(this.#listed.promise, signal)
  }

  async accept(options: AcceptOptions, signal: AbortSignal): Promise<void> {
    await this.#receive(options.selection ?? null, () => prepareDestination(options.destination), signal)
  }

  /** Goes on with what an earlier run left, in the place it had. What goes wrong is in the view. */
  takeUp(row: TransferRow, selection: Selection): void {
    this.#receive(selection, () => rememberedDestination(row.place), this.stopping.signal).catch(
      () => undefined,
    )
  }

  seedUntil(limit: SeedLimit | null): void {
    this.#seedUntil = limit
    this.#seeding?.setLimit(limit)
    this.changed()
  }

  setInOrder(isInOrder: boolean): void {
    this.order.setInOrder(isInOrder)
    this.changed()
  }

  get id(): TransferId | undefined {
    return this.#download?.id ?? this.#remembered?.id
  }

  view(): TransferView {
    const summary = this.#summary
    const wanted = this.#download?.wanted
    const store = this.#download?.store
    const progress = store?.progress
    const base = this.commonView()
    const totalBytes = wanted?.totalBytes ?? summary?.totalBytes ?? 0
    const doneBytes = progress?.doneBytes ?? 0
    const isStalled = base.state === 'receiving' && !this.session.swarm.hasSource
    const state: TransferState = isStalled ? 'stalled' : base.state
    const rate = base.downBytesPerSecond
    return {
      ...base,
      state,
      role: 'get',
      addedAtMs: this.#download?.addedAtMs ?? this.#remembered?.added_at_ms ?? this.#openedAtMs,
      finishedAtMs: this.#finishedAtMs,
      title: summary?.title ?? '',
      sender: summary?.sender ?? '',
      totalBytes,
      doneBytes,
      fileCount: wanted?.fileCount ?? summary?.fileCount ?? 0,
      doneFiles: store?.doneFiles ?? 0,
      pieceCount: progress?.wanted.count ?? 0,
      donePieces: progress?.donePieces ?? 0,
      resumedBytes: store?.resumedBytes ?? 0,
      etaMs: state === 'receiving' && rate > 0 ? ((totalBytes - doneBytes) / rate) * 1000 : null,
      isPartial: wanted?.isPartial ?? false,
      isInOrder: this.order.isInOrder,
      seed: this.#seeding?.view() ?? seedOfRow(this.#remembered, this.parts.settings.seedLimit, totalBytes),
      destination: this.#destination,
      missing: base.state === 'receiving' ? (this.#missing?.view(this.session.swarm.pieces) ?? null) : null,
    }
  }

  folder(path: string): FolderView | undefined {
    const manifest = this.#manifest
    if (manifest === undefined) return undefined
    this.#tree ??= new FolderTree(manifest)
    const wanted = this.#download?.wanted.entries ?? new Uint8Array(manifest.entries.length).fill(1)
    const progress = this.#download?.store?.progress
    return this.#tree.folder(path, {
      wanted,
      doneBytesOf: (file) => progress?.doneBytesOf(file) ?? 0,
      priorityOf: (file) => this.order.priorityOf(file),
    })
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
    this.#manifest = manifest
    this.order.learnManifest(manifest)
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

  protected override onWritten(): void {
    this.order.written()
  }

  protected override async onDone(): Promise<void> {
    const download = this.#download
    if (download === undefined) return
    await download.end()
    this.#finishedAtMs = download.finishedAtMs
    this.#seeding?.begin()
    this.enter('seeding')
    this.complete()
  }

  protected async letGo(): Promise<void> {
    this.#seeding?.close()
    await this.#download?.close()
  }

  /** From the library where an earlier run left it, else from the coordinator; peers are asked at the same time. */
  async #look(): Promise<void> {
    const known = this.parts.library.share(this.topic)
    if (known !== undefined && known.summary !== null) {
      this.#learn(openSummary(known.summary, this.#link), known.summary)
      const { manifest } = known
      if (manifest !== null && this.#summary !== undefined && isManifestOf(this.#summary, manifest))
        this.onManifest(manifest)
    }
    await askForSummary({
      isOver: () => this.#summary !== undefined || this.isOver,
      ask: async () => {
        const box = await this.session.client.getSummary(this.topic, this.stopping.signal)
        if (box !== undefined) this.#learn(openSummary(box, this.#link), box)
      },
      log: this.parts.log,
      signal: this.stopping.signal,
    })
  }

  #learn(summary: Summary, box: Uint8Array): void {
    if (this.#summary !== undefined) return
    this.#summary = summary
    this.#box = box
    this.session.swarm.learnSummary(summary, box)
    if (this.#remembered === undefined) this.enter('offered')
    this.#described.resolve(summary)
    setTimeout(() => this.parts.pool.prepare(), PREPARE_MS).unref()
  }

  async #receive(
    selection: Selection,
    findDestination: () => Promise<string>,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#begin(selection, findDestination, signal)
    } catch (error) {
      // What went wrong here is for the caller; the transfer has ended with it.
      const known = this.failure ?? toAppError(error)
      this.fail(known)
      throw known
    }
  }

  async #begin(
    selection: Selection,
    findDestination: () => Promise<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const summary = await this.#described.promise
    const destination = await findDestination()
    this.#destination = destination
    this.enter('looking')
    const manifest = await this.#orGiveUp(this.#listed.promise, signal)
    if (this.#box === undefined || this.#manifestBytes === undefined) return
    const download = await Download.prepare({
      parts: this.parts,
      link: this.#link,
      summary,
      box: this.#box,
      manifest,
      manifestBytes: this.#manifestBytes,
      destination,
      selection,
    })
    // Before anything else may fail: whoever stops it lets go of the download too.
    this.#download = download
    if (this.isOver) {
      await download.close()
      throw this.failure ?? new AppError('transfer.stopped')
    }
    this.setPriority(download.row.priority)
    this.order.takeOver(download.row)
    this.#seeding = seedingOf(this.parts, download, this.#seedUntil, {
      sentBytes: () => this.session.swarm.traffic.sentBytes,
      reached: () => this.changed(),
      failed: (error) => this.fail(error),
    })
    const { renamedCount } = download
    if (renamedCount > 0) this.notice({ code: 'names-changed', count: renamedCount, text: '' })
    this.enter('checking')
    const store = await download.open(() => this.changed(), AbortSignal.any([signal, this.stopping.signal]))
    if (this.isOver) throw this.failure ?? new AppError('transfer.stopped')
    await download.begin((work) => this.act(work))
    this.#finishedAtMs = download.finishedAtMs
    this.#missing = new MissingPieces(store.progress, manifest)
    this.enter('receiving')
    this.order.begin(store.have, store.progress.wanted, summary.pieceBytes)
    this.session.swarm.begin(store, store.progress.wanted)
  }

  /** Rejects with AppError when the signal is aborted, or it takes longer than is worth waiting. */
  #orGiveUp<Value>(wanted: Promise<Value>, signal: AbortSignal, limitMs?: number): Promise<Value> {
    return orGiveUp(wanted, signal, limitMs, () => {
      const isOnline = this.session.coordinatorState === 'online'
      return new AppError(isOnline ? 'share.not-found' : 'coordinator.unreachable')
    })
  }
}
