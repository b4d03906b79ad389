/** The engine's face to a shell (CLI, desktop): everything that moves files, with no window. */

import type { CoordinatorAddress } from '#shared/share/link.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import type { LimitSettings } from '#shared/api/settings-views.ts'
import type { DetailsEvent, FolderView, Selection } from '#shared/api/transfer-views.ts'
import type { OfferView, SeedLimit, TransferId, TransferPriority, TransferView } from '#shared/api/views.ts'
import type { FilePriority } from '#shared/swarm/urgency.ts'
import type { EarlyDial } from './coordinator-client/early-dial.ts'
import type { ServerHealth } from './connect/server-health.ts'

export interface NetworkOptions {
  /** The person's own STUN and TURN servers; a coordinator's are added to them. */
  readonly iceServers: readonly IceServer[]
  /** `relay`: no direct candidate leaves this device; `direct`: no relay is used. */
  readonly routePolicy: 'automatic' | 'direct' | 'relay'
  /** Restricts ICE to one local address: tests on loopback. */
  readonly bindAddress?: string
  /** Begins over a relay also where a direct way is quick: tests of what comes afterwards. */
  readonly isRelayFirst?: boolean
  /** Of UDP sockets; any when left out. */
  readonly portRange?: { readonly from: number; readonly to: number }
  /** Connections side by side to one peer, at most; 16 when left out. */
  readonly maxLanes?: number
  /** TLS connections beside the data channels to peers in the same network; true when left out. */
  readonly tlsLanes?: boolean
  /** Asks the router to open ports; false when left out. */
  readonly portMapping?: boolean
  /** `http://host:port` of an HTTP proxy for what runs over TCP; left out: as the environment says. */
  readonly proxy?: string
}

export interface EngineOptions {
  /** Folder of the library (created with mode 0700). */
  readonly dataDir: string
  /** What others see; may be empty. */
  readonly deviceName: string
  readonly network: NetworkOptions
  /** Of the coordinator that is needed first. The engine closes it when nobody does. */
  readonly earlyDial?: EarlyDial | undefined
  /** Event name and fields, for `--verbose`; never a name, key, path or address of a person. */
  readonly log?: (event: string, fields: Record<string, string | number | boolean>) => void
}

export interface SendOptions {
  /** Files and folders, absolute. */
  readonly paths: readonly string[]
  readonly coordinators: readonly [CoordinatorAddress, ...CoordinatorAddress[]]
}

export interface AcceptOptions {
  /** Folder in which the share's top names will stand. Made when it is missing. */
  readonly destination: string
  /** Which files; null: all. Throws AppError `settings.bad-value` when it names none. */
  readonly selection?: Selection
}

/** A transfer that this device remembers, running or not. */
export interface TransferRecord {
  readonly id: TransferId
  /** As it was when it last ran, with no peers; made from what is known when it never did. */
  readonly view: TransferView
  /** It ran when a UI last closed, so it is taken up when one opens. */
  readonly isToRun: boolean
  /** When it was last told to run: its place in the queue. */
  readonly queuedAtMs: number
  /** It runs whatever the queue says. */
  readonly isForced: boolean
}

/** An own share that can be taken up again under the same link. */
export interface SavedShare {
  /** First eight letters of the topic: what a person types after `--resume`. */
  readonly shortId: string
  readonly title: string
  readonly createdAtMs: number
  readonly paths: readonly string[]
  readonly coordinators: readonly [CoordinatorAddress, ...CoordinatorAddress[]]
}

export interface Transfer {
  /** The link of the share, web form. */
  readonly link: string
  /** First eight letters of the topic. */
  readonly shortId: string
  /** A snapshot; cheap enough for four a second. */
  view(): TransferView
  /** Called at changes of state and of peers, not for progress: poll `view` for that. @returns unsubscribe */
  onChange(listener: () => void): () => void
  /** Children of one folder of the share, '' is the top. Undefined until the list of files is known. */
  folder(path: string): FolderView | undefined
  details(): DetailsEvent
  /** Of files by their index among the manifest's files; `normal` where left out. At any time, at once. */
  setPriorities(perFile: ReadonlyMap<number, FilePriority>): void
  /**
   * Where somebody reads while the rest is still coming, bytes from the start of the files laid end to end in manifest order:
   * what follows is fetched first, in order. Undefined: nobody reads.
   */
  setReadHead(byteOffset: number | undefined): void
  /** Resolves when every byte of a `get` is verified on disk, or when a `send` has ended; rejects with its AppError. */
  finished(): Promise<void>
  /** Ends it and keeps what has arrived. Idempotent. */
  stop(): Promise<void>
}

export interface IncomingTransfer extends Transfer {
  /** What is offered. Rejects with AppError, `share.not-found` after a while without an answer. */
  offer(signal: AbortSignal): Promise<OfferView>
  /** Resolves when the whole list of files is known. Rejects with AppError. */
  listed(signal: AbortSignal): Promise<void>
  /** The person agreed. Rejects with AppError before anything is written where that can be known. */
  accept(options: AcceptOptions, signal: AbortSignal): Promise<void>
  /** Until when it is passed on in this run; the view says when that is reached, and nothing else happens. Null: as the settings say. */
  seedUntil(limit: SeedLimit | null): void
  /** Comes from its beginning on, so that it can be opened meanwhile. */
  setInOrder(isInOrder: boolean): void
}

export interface Engine extends AsyncDisposable {
  /** Resolves at once, before the files are walked: the link does not depend on them. Rejects when a path is missing. */
  send(options: SendOptions): Promise<Transfer>
  /** Takes up an own share again, under its old link. */
  resumeSend(shortId: string): Promise<Transfer>
  savedShares(): SavedShare[]
  /** Everything this device remembers, newest first. */
  history(): TransferRecord[]
  /** Takes up a remembered transfer, own share or accepted get, without asking. Throws AppError `transfer.unknown`. */
  resume(id: TransferId): Promise<Transfer>
  /** The transfer must not run. Null: all files. Takes effect at `resume`. */
  select(id: TransferId, selection: Selection): void
  /** Notes what `history` gives. */
  remember(id: TransferId, view: TransferView, isToRun: boolean): void
  /** At once, also while it runs. Throws AppError `transfer.unknown`. */
  setPriority(id: TransferId, priority: TransferPriority): void
  /** Notes its place in the queue of whoever keeps one. */
  setQueued(id: TransferId, queuedAtMs: number, isForced: boolean): void
  /** Until when it is passed on; null: as `setSeedDefault` says. At once. Throws AppError `transfer.unknown`, `api.unavailable` for an own share. */
  setSeedLimit(id: TransferId, limit: SeedLimit | null): void
  setSeedDefault(limit: SeedLimit): void
  /** Of a file or folder of a get; at once. Throws AppError `transfer.unknown`, `api.unavailable` for an own share. */
  setFilePriority(id: TransferId, path: string, priority: FilePriority): void
  /** Whether it comes from its beginning on; the same errors. */
  setInOrder(id: TransferId, isInOrder: boolean): void
  /** The transfer must not run. Finished files stay; unfinished `.part` files go if so wished. */
  forget(id: TransferId, deletePartial: boolean): Promise<void>
  /** Files of a transfer that does not run, from what is remembered. */
  folder(id: TransferId, path: string): FolderView
  setting(name: string): string | undefined
  setSetting(name: string, value: string): void
  /** Claims the data folder for one UI. Throws AppError `app.running`. @returns release */
  claim(): () => void
  /** Which STUN and TURN servers failed lately. */
  readonly serverHealth: Pick<ServerHealth, 'isFailing' | 'onChange'>
  /** For connections and shares from now on. */
  setNetwork(network: NetworkOptions): void
  setDeviceName(name: string): void
  /** At once, also for what runs. What is left out stays as it is. */
  setLimits(limits: Partial<LimitSettings>): void
  /** Throws AppError `link.*`. */
  open(link: string): IncomingTransfer
  /** Stops everything and closes the library. The process must then be ended by `process.exit`: see transport facts. */
  close(): Promise<void>
}
