/** An engine without disk and network, with a library that survives it, led by a test. Counts what runs. */

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { ServerHealth } from '#engine/connect/server-health.ts'
import * as v from 'valibot'
import type {
  AcceptOptions,
  Engine,
  EngineOptions,
  IncomingTransfer,
  NetworkOptions,
  SavedShare,
  SendOptions,
  Transfer,
  TransferRecord,
} from '#engine/engine.ts'
import type { LimitSettings } from '#shared/api/settings-views.ts'
import type { DetailsEvent, FolderView, Selection } from '#shared/api/transfer-views.ts'
import {
  TransferId,
  type OfferView,
  type SeedLimit,
  type TransferPriority,
  type TransferView,
} from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import { SECRET_BYTES, topicOf, type ShareKeys } from '#shared/share/keys.ts'
import { parseLink, printLink } from '#shared/share/link.ts'
import type { FilePriority } from '#shared/swarm/urgency.ts'

export function idOf(number: number): TransferId {
  return v.parse(TransferId, number)
}

export function linkAt(host = '192.168.1.5:8787'): string {
  return shareAt(host).link
}

function shareAt(host: string): { readonly link: string; readonly publicKey: Uint8Array } {
  const keys = newKeys()
  return { link: printLink({ ...keys, coordinators: [{ host, isTls: false }] }), publicKey: keys.publicKey }
}

/** By Node's own means: thousands of the other kind, made and read again, take seconds. */
function newKeys(): ShareKeys {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
  return {
    publicKey: new Uint8Array(Buffer.from(x, 'base64url')),
    secret: new Uint8Array(randomBytes(SECRET_BYTES)),
  }
}

export function transferView(changes: Partial<TransferView> = {}): TransferView {
  const share = changes.link === undefined ? shareAt('192.168.1.5:8787') : undefined
  const link = changes.link ?? share?.link ?? ''
  return {
    id: idOf(1),
    link,
    linkReach: 'network',
    addedAtMs: 1_790_000_000_000,
    finishedAtMs: null,
    missing: null,
    topic: topicOf((share ?? parseLink(link)).publicKey),
    role: 'get',
    state: 'receiving',
    title: 'photos',
    sender: 'bert',
    error: null,
    totalBytes: 1000,
    doneBytes: 0,
    fileCount: 3,
    doneFiles: 0,
    pieceCount: 4,
    donePieces: 0,
    resumedBytes: 0,
    receivedBytes: 0,
    sentBytes: 0,
    fetchedCount: 0,
    copies: 0,
    priority: 'normal',
    queuePosition: null,
    isInOrder: false,
    seed: { limit: { ratio: null, timeMs: null }, isOwn: false, ratio: 0, endsAtMs: null, isReached: false },
    downBytesPerSecond: 0,
    upBytesPerSecond: 0,
    etaMs: null,
    isPartial: false,
    coordinator: 'online',
    destination: '/home/anna/Downloads',
    peers: [],
    notices: [],
    ...changes,
  }
}

export const OFFER: OfferView = {
  title: 'photos',
  sender: 'bert',
  totalBytes: 1000,
  fileCount: 3,
  folderCount: 1,
  createdAtMs: 1_790_000_000_000,
  preview: [],
}

interface Row {
  view: TransferView
  isToRun: boolean
  queuedAtMs: number
  isForced: boolean
}

/** What outlives an engine. */
export class FakeLibrary {
  readonly rows = new Map<TransferId, Row>()
  readonly settings = new Map<string, string>()
  lastId = 0
  isClaimed = false

  add(changes: Partial<TransferView> = {}, isToRun = false): TransferId {
    const id = idOf(++this.lastId)
    const addedAtMs = 1_790_000_000_000 + this.lastId
    const view = transferView({ addedAtMs, ...changes, id })
    this.rows.set(id, { view, isToRun, queuedAtMs: addedAtMs, isForced: false })
    return id
  }
}

export class FakeTransfer implements IncomingTransfer {
  readonly link: string
  readonly shortId: string
  readonly accepted = Promise.withResolvers<void>()
  readonly described = Promise.withResolvers<OfferView>()
  readonly everythingListed = Promise.withResolvers<void>()
  acceptOptions: AcceptOptions | undefined
  /** How often somebody looked. */
  viewCount = 0
  /** A test may keep it from ending. */
  stopGate: Promise<void> = Promise.resolve()
  readonly #engine: FakeEngine
  readonly #listeners = new Set<() => void>()
  readonly #end = Promise.withResolvers<void>()
  #view: TransferView
  #isOver = false

  constructor(engine: FakeEngine, view: TransferView) {
    this.#engine = engine
    this.#view = view
    this.link = view.link
    this.shortId = view.topic.slice(0, 8)
    for (const { promise } of [this.accepted, this.described, this.everythingListed, this.#end]) {
      ;(promise as Promise<unknown>).catch(() => undefined)
    }
  }

  get isOver(): boolean {
    return this.#isOver
  }

  set(changes: Partial<TransferView>): void {
    this.#view = { ...this.#view, ...changes }
    for (const listener of this.#listeners) listener()
  }

  /** Changes without a word, as progress does. */
  progress(changes: Partial<TransferView>): void {
    this.#view = { ...this.#view, ...changes }
  }

  fail(error: AppError): void {
    this.#isOver = true
    this.#engine.ended(this)
    this.#end.reject(error)
    this.set({ state: 'failed', error: { code: error.code, detail: error.detail ?? null } })
  }

  view(): TransferView {
    this.viewCount++
    return this.#view
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  finished(): Promise<void> {
    return this.#end.promise
  }

  async stop(): Promise<void> {
    await this.stopGate
    if (this.#isOver) return
    this.#isOver = true
    this.#engine.ended(this)
    this.#end.resolve()
    this.described.reject(new AppError('transfer.stopped'))
    this.everythingListed.reject(new AppError('transfer.stopped'))
    this.set({ state: 'stopped' })
  }

  async offer(signal: AbortSignal): Promise<OfferView> {
    return orAborted(this.described.promise, signal)
  }

  async listed(signal: AbortSignal): Promise<void> {
    return orAborted(this.everythingListed.promise, signal)
  }

  async accept(options: AcceptOptions, signal: AbortSignal): Promise<void> {
    this.acceptOptions = options
    await orAborted(this.accepted.promise, signal)
  }

  setInOrder(isInOrder: boolean): void {
    this.set({ isInOrder })
  }

  seedUntil(limit: SeedLimit | null): void {
    this.set({ seed: { ...this.#view.seed, isOwn: limit !== null } })
  }

  folder(path: string): FolderView | undefined {
    return { path, entries: [] }
  }

  details(): DetailsEvent {
    return { down: [1], up: [2], pieces: [100], availability: [1], people: [] }
  }

  /** What was wished last. */
  priorities: ReadonlyMap<number, FilePriority> = new Map()
  readHead: number | undefined

  setPriorities(perFile: ReadonlyMap<number, FilePriority>): void {
    this.priorities = perFile
  }

  setReadHead(byteOffset: number | undefined): void {
    this.readHead = byteOffset
  }
}

function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return Promise.race([
    promise,
    new Promise<never>((_, reject) => {
      const abort = (): void => reject(new AppError('transfer.stopped'))
      if (signal.aborted) abort()
      signal.addEventListener('abort', abort, { once: true })
    }),
  ])
}

export class FakeEngine implements Engine {
  readonly serverHealth = new ServerHealth()
  readonly library: FakeLibrary
  readonly running = new Map<TransferId, FakeTransfer>()
  readonly opened: FakeTransfer[] = []
  readonly networks: NetworkOptions[] = []
  readonly limits: LimitSettings[] = []
  readonly names: string[] = []
  readonly sent: SendOptions[] = []
  readonly forgotten: { readonly id: TransferId; readonly deletePartial: boolean }[] = []
  readonly selected: Selection[] = []
  readonly seedDefaults: SeedLimit[] = []
  /** What went wrong that never may. */
  readonly violations: string[] = []
  mostRunning = 0
  resumeCount = 0
  rememberCount = 0
  isClosed = false
  /** A test may make a resume slow or fail. */
  onResume: (id: TransferId) => Promise<void> = () => Promise.resolve()

  constructor(library: FakeLibrary = new FakeLibrary()) {
    this.library = library
  }

  /** For `openApp`. */
  start = (options: EngineOptions): Promise<Engine> => {
    this.names.push(options.deviceName)
    return Promise.resolve(this)
  }

  ended(transfer: FakeTransfer): void {
    for (const [id, running] of this.running) if (running === transfer) this.running.delete(id)
  }

  /** As `accept` does it: the transfer gets its row and its number. */
  enter(transfer: FakeTransfer, changes: Partial<TransferView> = {}): TransferId {
    const addedAtMs = Date.now()
    const id = this.library.add({ ...transfer.view(), ...changes, addedAtMs })
    transfer.set({ ...changes, addedAtMs, id })
    this.#run(id, transfer)
    return id
  }

  send(options: SendOptions): Promise<Transfer> {
    this.sent.push(options)
    const link = printLink({ ...newKeys(), coordinators: options.coordinators })
    const id = this.library.add({ link, topic: topicOf(parseLink(link).publicKey), role: 'send' })
    const view = { ...this.library.rows.get(id)!.view, state: 'preparing' as const }
    return Promise.resolve(this.#run(id, new FakeTransfer(this, view)))
  }

  resumeSend(): Promise<Transfer> {
    throw new Error('not in an app')
  }

  savedShares(): SavedShare[] {
    return []
  }

  history(): TransferRecord[] {
    return [...this.library.rows].map(([id, row]) => ({ id, ...row })).reverse()
  }

  async resume(id: TransferId): Promise<Transfer> {
    this.resumeCount++
    await this.onResume(id)
    const row = this.library.rows.get(id)
    if (row === undefined) throw new AppError('transfer.unknown')
    const state = row.view.role === 'send' ? 'seeding' : 'receiving'
    return this.#run(id, new FakeTransfer(this, { ...row.view, state, error: null, coordinator: 'online' }))
  }

  select(id: TransferId, selection: Selection): void {
    if (this.running.has(id)) this.violations.push('selected while running')
    this.selected.push(selection)
  }

  remember(id: TransferId, view: TransferView, isToRun: boolean): void {
    this.rememberCount++
    const row = this.library.rows.get(id)
    if (row === undefined) this.violations.push('remembered what is forgotten')
    else Object.assign(row, { view: structuredClone(view), isToRun })
  }

  setPriority(id: TransferId, priority: TransferPriority): void {
    this.#change(id, { priority })
  }

  setQueued(id: TransferId, queuedAtMs: number, isForced: boolean): void {
    Object.assign(this.library.rows.get(id) ?? {}, { queuedAtMs, isForced })
  }

  setSeedLimit(id: TransferId, limit: SeedLimit | null): void {
    this.running.get(id)?.seedUntil(limit)
  }

  setFilePriority(id: TransferId): void {
    this.#change(id, {})
  }

  setInOrder(id: TransferId, isInOrder: boolean): void {
    this.#change(id, { isInOrder })
  }

  setSeedDefault(limit: SeedLimit): void {
    this.seedDefaults.push(limit)
  }

  #change(id: TransferId, changes: Partial<TransferView>): void {
    const row = this.library.rows.get(id)
    if (row === undefined) throw new AppError('transfer.unknown')
    row.view = { ...row.view, ...changes }
    this.running.get(id)?.set(changes)
  }

  forget(id: TransferId, deletePartial: boolean): Promise<void> {
    if (this.running.has(id)) this.violations.push('forgotten while running')
    this.forgotten.push({ id, deletePartial })
    this.library.rows.delete(id)
    return Promise.resolve()
  }

  folder(_id: TransferId, path: string): FolderView {
    return { path, entries: [] }
  }

  setting(name: string): string | undefined {
    return this.library.settings.get(name)
  }

  setSetting(name: string, value: string): void {
    this.library.settings.set(name, value)
  }

  claim(): () => void {
    if (this.library.isClaimed) throw new AppError('app.running')
    this.library.isClaimed = true
    return () => {
      this.library.isClaimed = false
    }
  }

  setNetwork(network: NetworkOptions): void {
    this.networks.push(network)
  }

  setDeviceName(name: string): void {
    this.names.push(name)
  }

  setLimits(limits: LimitSettings): void {
    this.limits.push(limits)
  }

  open(link: string): FakeTransfer {
    const view = transferView({ link, state: 'looking', destination: null, title: '' })
    // A number of its own comes with the row.
    const transfer = new FakeTransfer(this, { ...view, id: 0 as TransferId })
    this.opened.push(transfer)
    return transfer
  }

  async close(): Promise<void> {
    this.isClosed = true
    await Promise.all([...this.running.values()].map((transfer) => transfer.stop()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #run(id: TransferId, transfer: FakeTransfer): FakeTransfer {
    if (this.running.has(id)) this.violations.push(`two of ${id}`)
    this.running.set(id, transfer)
    this.mostRunning = Math.max(this.mostRunning, this.running.size)
    return transfer
  }
}
