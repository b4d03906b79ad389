/** Puts the engine together and takes it apart. */

import { resolve } from 'node:path'
import * as v from 'valibot'
import type { LimitSettings } from '#shared/api/settings-views.ts'
import type { FolderView, Selection } from '#shared/api/transfer-views.ts'
import type { SeedLimit, TransferId, TransferPriority, TransferView } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import { createShareKeys, topicOf, type OwnerKeys } from '#shared/share/keys.ts'
import { withPriority } from '#shared/share/file-priorities.ts'
import { parseLink } from '#shared/share/link.ts'
import type { FilePriority } from '#shared/swarm/urgency.ts'
import { openNetworkMonitor } from './connect/nat/open-network-monitor.ts'
import { allClosed } from './connect/native-life.ts'
import { openPortMapper, type PortMapper } from './connect/port-mapping/port-mapper.ts'
import { EngineSettings, type EngineParts } from './engine-settings.ts'
import type {
  Engine,
  EngineOptions,
  IncomingTransfer,
  NetworkOptions,
  SavedShare,
  SendOptions,
  Transfer,
  TransferRecord,
} from './engine.ts'
import { filePrioritiesOf } from './fetch-order.ts'
import { Incoming } from './incoming.ts'
import { Library } from './library/library.ts'
import type { ShareRow, TransferRow } from './library/rows.ts'
import { OutgoingTransfer, titleOf } from './outgoing.ts'
import { Remembered } from './remembered.ts'
import { checkReadable } from './store/check-readable.ts'
import { DiskPool } from './store/disk-pool.ts'
import { useSystemCurves } from './system-curves.ts'
import { SHORT_ID_LENGTH, type TransferBase } from './transfer-base.ts'

/** How long native connections may take to close, milliseconds. */
const CLOSE_LIMIT_MS = 1000

const Paths = v.pipe(v.string(), v.parseJson(), v.array(v.string()))

export async function openEngine(options: EngineOptions): Promise<Engine> {
  useSystemCurves()
  await using started = new AsyncDisposableStack()
  const { earlyDial } = options
  if (earlyDial !== undefined) started.use(earlyDial)
  const library = started.adopt(new Library(options.dataDir), (opened) => opened.close())
  const pool = started.use(new DiskPool())
  const log = options.log ?? (() => undefined)
  const settings = new EngineSettings(options)
  const { portMapping: isEnabled = false, bindAddress } = options.network
  const portMapper = started.use(openPortMapper({ isEnabled, log }))
  // Disposed of before the mapper, whose ports it holds.
  const policy = (): NetworkOptions['routePolicy'] => settings.network.routePolicy
  const monitor = started.use(openNetworkMonitor({ policy, bindAddress, portMapper, log }))
  return new RunningEngine({ log, settings, monitor, library, pool, earlyDial }, portMapper, started.move())
}

class RunningEngine implements Engine {
  readonly #parts: EngineParts
  readonly #portMapper: PortMapper
  readonly #resources: AsyncDisposableStack
  readonly #remembered: Remembered
  readonly #transfers = new Set<TransferBase>()
  #closing: Promise<void> | undefined

  constructor(parts: EngineParts, portMapper: PortMapper, resources: AsyncDisposableStack) {
    this.#parts = parts
    this.#portMapper = portMapper
    this.#resources = resources
    this.#remembered = new Remembered(parts.library, parts.pool, () => parts.settings.seedLimit)
  }

  async send({ paths, coordinators }: SendOptions): Promise<Transfer> {
    const absolute = paths.map((path) => resolve(path))
    await Promise.all(absolute.map(checkReadable))
    const keys = createShareKeys()
    const topic = topicOf(keys.publicKey)
    const createdAtMs = Date.now()
    const { library } = this.#parts
    library.addShare({ topic, ...keys, coordinators, createdAtMs })
    library.setTitle(topic, titleOf(absolute))
    const row = library.transfer(topic, 'send', JSON.stringify(absolute))
    const link = { ...keys, coordinators }
    const { id, added_at_ms: addedAtMs } = row
    const { privateKey } = keys
    return this.#keep(
      new OutgoingTransfer(this.#parts, {
        id,
        link,
        privateKey,
        paths: absolute,
        createdAtMs,
        addedAtMs,
        fetchedBefore: 0,
        priority: row.priority,
        saved: undefined,
      }),
    )
  }

  async resumeSend(shortId: string): Promise<Transfer> {
    const hits = this.#parts.library.sends().filter(({ share }) => share.topic.startsWith(shortId))
    const [hit] = hits
    if (shortId.length < 4 || hit === undefined || hits.length > 1 || hit.share.private_key === null) {
      throw new AppError('share.unknown', { detail: shortId })
    }
    return this.#resumeShare(hit.transfer, hit.share)
  }

  savedShares(): SavedShare[] {
    return this.#parts.library.sends().map(({ share, transfer }) => ({
      shortId: share.topic.slice(0, SHORT_ID_LENGTH),
      title: share.title,
      createdAtMs: share.created_at_ms,
      paths: v.parse(Paths, transfer.place),
      coordinators: share.coordinators,
    }))
  }

  history(): TransferRecord[] {
    return this.#remembered.history()
  }

  async resume(id: TransferId): Promise<Transfer> {
    const running = this.#running(id)
    if (running !== undefined) return running
    const { row, share } = this.#remembered.row(id)
    this.#remembered.forgetLook()
    if (row.role === 'send') return this.#resumeShare(row, share)
    const { public_key: publicKey, secret, coordinators } = share
    const incoming = this.#keep(
      new Incoming(
        this.#parts,
        { publicKey, secret, coordinators },
        row,
        this.#remembered.fetchedCountOf(row),
      ),
    )
    incoming.takeUp(row, this.#remembered.selectionOf(row))
    return incoming
  }

  select(id: TransferId, selection: Selection): void {
    this.#refuseRunning(id)
    this.#remembered.select(id, selection)
  }

  remember(id: TransferId, view: TransferView, isToRun: boolean): void {
    this.#remembered.remember(id, view, isToRun)
  }

  setPriority(id: TransferId, priority: TransferPriority): void {
    this.#remembered.row(id)
    this.#parts.library.setPriority(id, priority)
    this.#running(id)?.setPriority(priority)
  }

  setQueued(id: TransferId, queuedAtMs: number, isForced: boolean): void {
    this.#parts.library.setQueued(id, queuedAtMs, isForced)
  }

  setSeedLimit(id: TransferId, limit: SeedLimit | null): void {
    this.#receivedRow(id)
    this.#parts.library.setSeedLimit(id, limit === null ? null : JSON.stringify(limit))
    const running = this.#running(id)
    if (running instanceof Incoming) running.seedUntil(limit)
  }

  setFilePriority(id: TransferId, path: string, priority: FilePriority): void {
    const row = this.#receivedRow(id)
    const priorities = withPriority(filePrioritiesOf(row), path, priority)
    this.#parts.library.setFilePriorities(id, priorities.size === 0 ? null : JSON.stringify([...priorities]))
    this.#remembered.forgetLook()
    const running = this.#running(id)
    if (running instanceof Incoming) running.order.prefer(path, priority)
  }

  setInOrder(id: TransferId, isInOrder: boolean): void {
    this.#receivedRow(id)
    this.#parts.library.setInOrder(id, isInOrder)
    const running = this.#running(id)
    if (running instanceof Incoming) running.setInOrder(isInOrder)
  }

  /** Throws AppError `transfer.unknown`, `api.unavailable` for an own share. */
  #receivedRow(id: TransferId): TransferRow {
    const { row } = this.#remembered.row(id)
    if (row.role === 'send') throw new AppError('api.unavailable')
    return row
  }

  setSeedDefault(limit: SeedLimit): void {
    this.#parts.settings.seedLimit = limit
  }

  async forget(id: TransferId, deletePartial: boolean): Promise<void> {
    this.#refuseRunning(id)
    await this.#remembered.forget(id, deletePartial)
  }

  folder(id: TransferId, path: string): FolderView {
    return this.#remembered.folder(id, path)
  }

  setting(name: string): string | undefined {
    return this.#parts.library.setting(name)
  }

  setSetting(name: string, value: string): void {
    this.#parts.library.setSetting(name, value)
  }

  claim(): () => void {
    return this.#parts.library.claim()
  }

  get serverHealth(): Engine['serverHealth'] {
    return this.#parts.settings.serverHealth
  }

  setNetwork(network: NetworkOptions): void {
    this.#parts.settings.network = network
    this.#portMapper.setEnabled(network.portMapping ?? false)
  }

  setDeviceName(name: string): void {
    this.#parts.settings.deviceName = name
  }

  setLimits(limits: Partial<LimitSettings>): void {
    const { settings } = this.#parts
    settings.limits = { ...settings.limits, ...limits }
    for (const transfer of this.#transfers) transfer.setLimits(settings.limits)
  }

  open(link: string): IncomingTransfer {
    return this.#keep(new Incoming(this.#parts, parseLink(link)))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #resumeShare(row: TransferRow, share: ShareRow): Promise<Transfer> {
    const { public_key: publicKey, secret, private_key: privateKey, coordinators } = share
    if (privateKey === null) throw new AppError('share.unknown')
    const running = this.#running(row.id)
    if (running !== undefined) return running
    const paths = v.parse(Paths, row.place)
    await Promise.all(paths.map(checkReadable))
    const keys: OwnerKeys = { publicKey, secret, privateKey }
    const { summary, manifest } = share
    return this.#keep(
      new OutgoingTransfer(this.#parts, {
        id: row.id,
        link: { ...keys, coordinators },
        privateKey,
        paths,
        createdAtMs: share.created_at_ms,
        addedAtMs: row.added_at_ms,
        fetchedBefore: this.#remembered.fetchedCountOf(row),
        priority: row.priority,
        saved: summary === null || manifest === null ? undefined : { summary, manifest },
      }),
    )
  }

  #running(id: TransferId): TransferBase | undefined {
    for (const transfer of this.#transfers) if (transfer.id === id && !transfer.isOver) return transfer
    return undefined
  }

  /** Throws AppError `transfer.running`. */
  #refuseRunning(id: TransferId): void {
    if (this.#running(id) !== undefined) throw new AppError('transfer.running')
  }

  /** Until it has ended: a desktop app runs for weeks. */
  #keep<Kept extends TransferBase>(transfer: Kept): Kept {
    this.#transfers.add(transfer)
    void transfer.ended.then(() => this.#transfers.delete(transfer))
    return transfer
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#transfers].map((transfer) => transfer.stop()))
    await allClosed(CLOSE_LIMIT_MS)
    await this.#resources.disposeAsync()
  }
}
