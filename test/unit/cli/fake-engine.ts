/** An engine without files or network, led by a test, and a context around it that records what is said. */

import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import * as v from 'valibot'
import type { LimitSettings } from '#shared/api/settings-views.ts'
import type { Context, OutputStream } from '#cli/command.ts'
import { ServerHealth } from '#engine/connect/server-health.ts'
import type { CoordinatorSettings } from '#engine/app/app.ts'
import type {
  AcceptOptions,
  Engine,
  EngineOptions,
  IncomingTransfer,
  SavedShare,
  SendOptions,
  Transfer,
  TransferRecord,
} from '#engine/engine.ts'
import type { DetailsEvent, FolderView } from '#shared/api/transfer-views.ts'
import { OfferView, PeerView, TransferView, type SeedLimit } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import { parseLink } from '#shared/share/link.ts'

export const LINK = `http://192.168.1.5:8787/get#${'A'.repeat(64)}`

export function transferView(changes: Partial<Record<keyof TransferView, unknown>> = {}): TransferView {
  return v.parse(TransferView, {
    id: 1,
    link: LINK,
    linkReach: 'network',
    addedAtMs: 1_790_000_000_000,
    finishedAtMs: null,
    missing: null,
    sender: 'bert',
    isPartial: false,
    topic: 'ab12cd34'.repeat(8),
    role: 'get',
    state: 'receiving',
    title: 'photos',
    error: null,
    totalBytes: 1_200_000_000,
    doneBytes: 744_000_000,
    fileCount: 340,
    doneFiles: 211,
    pieceCount: 1200,
    donePieces: 744,
    resumedBytes: 0,
    receivedBytes: 744_000_000,
    sentBytes: 0,
    fetchedCount: 0,
    downBytesPerSecond: 54_200_000,
    upBytesPerSecond: 0,
    etaMs: 8400,
    coordinator: 'online',
    destination: '/home/anna/Downloads',
    peers: [peerView()],
    notices: [],
    ...changes,
  })
}

export function peerView(changes: Partial<Record<keyof PeerView, unknown>> = {}): PeerView {
  return v.parse(PeerView, {
    peer: '0123456789abcdef'.repeat(2),
    name: 'bert',
    state: 'connected',
    route: routeOf('lan'),
    lanes: [],
    history: [],
    betterRoute: 'none',
    tls: 'none',
    roundTripMs: 1.4,
    downBytesPerSecond: 54_200_000,
    upBytesPerSecond: 0,
    receivedBytes: 744_000_000,
    sentBytes: 0,
    completeness: 1,
    failure: null,
    ...changes,
  })
}

export function routeOf(kind: 'lan' | 'direct' | 'relayed'): NonNullable<PeerView['route']> {
  return {
    kind,
    localType: kind === 'relayed' ? 'relay' : 'host',
    remoteType: 'host',
    localAddress: kind === 'relayed' ? '203.0.113.7:50000' : '192.168.1.5:4000',
    remoteAddress: '192.168.1.6:4001',
    protocol: 'udp',
    reason: kind === 'lan' ? 'same-network' : kind === 'direct' ? 'hole-punched' : 'no-direct-path',
    relayHost: null,
  }
}

export function offerView(changes: Partial<Record<keyof OfferView, unknown>> = {}): OfferView {
  return v.parse(OfferView, {
    title: 'photos',
    sender: 'bert',
    totalBytes: 1_200_000_000,
    fileCount: 340,
    folderCount: 2,
    createdAtMs: 1_790_000_000_000,
    preview: [
      { path: 'photos/one.jpg', sizeBytes: 3_400_000 },
      { path: 'photos/two.jpg', sizeBytes: 512 },
    ],
    ...changes,
  })
}

class FakeTransfer implements IncomingTransfer {
  readonly seedLimits: (SeedLimit | null)[] = []

  readonly link = LINK
  readonly shortId = 'ab12cd34'
  isStopped = false
  accepted: AcceptOptions | undefined
  offered: OfferView | AppError = offerView()
  #view: TransferView
  readonly #changes = new EventEmitter()
  readonly #end = Promise.withResolvers<void>()

  constructor(view: TransferView) {
    this.#view = view
    this.#end.promise.catch(() => undefined)
  }

  set(changes: Partial<Record<keyof TransferView, unknown>>): void {
    this.#view = transferView({ ...this.#view, ...changes })
    this.#changes.emit('change')
  }

  finish(): void {
    this.#end.resolve()
  }

  fail(error: AppError): void {
    this.#end.reject(error)
  }

  view(): TransferView {
    return this.#view
  }

  onChange(listener: () => void): () => void {
    this.#changes.on('change', listener)
    return () => this.#changes.off('change', listener)
  }

  finished(): Promise<void> {
    return this.#end.promise
  }

  stop(): Promise<void> {
    this.isStopped = true
    return Promise.resolve()
  }

  isInOrder = false

  setInOrder(isInOrder: boolean): void {
    this.isInOrder = isInOrder
  }

  seedUntil(limit: SeedLimit | null): void {
    this.seedLimits.push(limit)
  }

  folder(): undefined {
    return undefined
  }

  details(): DetailsEvent {
    return { down: [], up: [], pieces: [], availability: [], people: [] }
  }

  setPriorities(): void {}

  setReadHead(): void {}

  listed(): Promise<void> {
    return Promise.resolve()
  }

  offer(): Promise<OfferView> {
    return this.offered instanceof AppError ? Promise.reject(this.offered) : Promise.resolve(this.offered)
  }

  accept(options: AcceptOptions): Promise<void> {
    this.accepted = options
    return Promise.resolve()
  }
}

class FakeEngine implements Engine {
  readonly serverHealth = new ServerHealth()
  options: EngineOptions | undefined
  sent: SendOptions | undefined
  resumed: string | undefined
  isClosed = false
  limits: Partial<LimitSettings> = {}
  shares: SavedShare[] = []
  transfer: FakeTransfer

  constructor(transfer: FakeTransfer) {
    this.transfer = transfer
  }

  send(options: SendOptions): Promise<Transfer> {
    this.sent = options
    return Promise.resolve(this.transfer)
  }

  resumeSend(shortId: string): Promise<Transfer> {
    this.resumed = shortId
    return Promise.resolve(this.transfer)
  }

  savedShares(): SavedShare[] {
    return this.shares
  }

  history(): TransferRecord[] {
    return []
  }

  resume(): Promise<Transfer> {
    return Promise.resolve(this.transfer)
  }

  select(): void {}

  remember(): void {}

  forget(): Promise<void> {
    return Promise.resolve()
  }

  folder(): FolderView {
    return { path: '', entries: [] }
  }

  setting(): undefined {
    return undefined
  }

  setSetting(): void {}

  claim(): () => void {
    return () => undefined
  }

  setPriority(): void {}

  setQueued(): void {}

  setSeedLimit(): void {}

  setSeedDefault(): void {}

  setFilePriority(): void {}

  setInOrder(): void {}

  setNetwork(): void {}

  setDeviceName(): void {}

  setLimits(limits: Partial<LimitSettings>): void {
    this.limits = limits
  }

  open(link: string): IncomingTransfer {
    parseLink(link)
    return this.transfer
  }

  close(): Promise<void> {
    this.isClosed = true
    return Promise.resolve()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Remembers what was written; as wide as the test says. */
export class FakeStream implements OutputStream {
  text = ''
  isTTY: boolean
  columns = 80
  rows = 24
  readonly #events = new EventEmitter()

  constructor(isTTY = false) {
    this.isTTY = isTTY
  }

  get listenerCount(): number {
    return this.#events.listenerCount('resize')
  }

  write(text: string): boolean {
    this.text += text
    return true
  }

  resize(columns: number): void {
    this.columns = columns
    this.#events.emit('resize')
  }

  on(event: 'resize', listener: () => void): unknown {
    return this.#events.on(event, listener)
  }

  off(event: 'resize', listener: () => void): unknown {
    return this.#events.off(event, listener)
  }
}

export interface FakeWorld {
  readonly context: Context
  readonly engine: FakeEngine
  readonly transfer: FakeTransfer
  readonly stdout: FakeStream
  readonly stderr: FakeStream
  readonly stdin: PassThrough
  readonly coordinators: CoordinatorSettings[]
  readonly closedPorts: number[]
  interrupt(): void
}

export function fakeWorld(
  settings: {
    readonly isTerminal?: boolean
    readonly environment?: Readonly<Record<string, string>>
    readonly role?: 'send' | 'get'
    readonly takenPorts?: readonly number[]
  } = {},
): FakeWorld {
  const role = settings.role ?? 'get'
  const transfer = new FakeTransfer(transferView({ role, state: role === 'send' ? 'seeding' : 'looking' }))
  const engine = new FakeEngine(transfer)
  const isTerminal = settings.isTerminal ?? false
  const stdout = new FakeStream(isTerminal)
  const stderr = new FakeStream(isTerminal)
  const stdin = Object.assign(new PassThrough(), { isTTY: isTerminal })
  const interruption = new AbortController()
  const coordinators: CoordinatorSettings[] = []
  const closedPorts: number[] = []
  const context: Context = {
    environment: settings.environment ?? {},
    platform: 'linux',
    homeDir: '/home/anna',
    hostName: 'anna-laptop',
    workingDir: '/home/anna',
    stdin,
    stdout,
    stderr,
    interruption: interruption.signal,
    services: {
      openEngine(options) {
        engine.options = options
        return Promise.resolve(engine)
      },
      openApp: () => Promise.reject(new Error('no app in these tests')),
      runDoctor: () => Promise.reject(new Error('no network in these tests')),
      readSavedNetwork: () => Promise.resolve(undefined),
      startCoordinator(wanted) {
        if (settings.takenPorts?.includes(wanted.port) === true) {
          return Promise.reject(new AppError('coordinator.port-taken', { detail: `port ${wanted.port}` }))
        }
        coordinators.push(wanted)
        const port = wanted.port === 0 ? 43_210 : wanted.port
        const close = (): Promise<void> => {
          closedPorts.push(port)
          return Promise.resolve()
        }
        return Promise.resolve({ host: wanted.host, port, close })
      },
    },
  }
  const interrupt = (): void => interruption.abort(new Error('interrupted'))
  return { context, engine, transfer, stdout, stderr, stdin, coordinators, closedPorts, interrupt }
}
