/** The engine's face to a shell (CLI, desktop): everything that moves files, with no window. */

import type { CoordinatorAddress } from '#shared/share/link.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import type { OfferView, TransferView } from '#shared/api/views.ts'

export interface NetworkOptions {
  /** The person's own STUN and TURN servers; a coordinator's are added to them. */
  readonly iceServers: readonly IceServer[]
  /** `relay`: no direct candidate leaves this device; `direct`: no relay is used. */
  readonly routePolicy: 'automatic' | 'direct' | 'relay'
  /** Restricts ICE to one local address: tests on loopback. */
  readonly bindAddress?: string
}

export interface EngineOptions {
  /** Folder of the library (created with mode 0700). */
  readonly dataDir: string
  /** What others see; may be empty. */
  readonly deviceName: string
  readonly network: NetworkOptions
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
  /** Resolves when every byte of a `get` is verified on disk, or when a `send` has ended; rejects with its AppError. */
  finished(): Promise<void>
  /** Ends it and keeps what has arrived. Idempotent. */
  stop(): Promise<void>
}

export interface IncomingTransfer extends Transfer {
  /** What is offered. Rejects with AppError, `share.not-found` after a while without an answer. */
  offer(signal: AbortSignal): Promise<OfferView>
  /** The person agreed. Rejects with AppError before anything is written where that can be known. */
  accept(options: AcceptOptions, signal: AbortSignal): Promise<void>
}

export interface Engine extends AsyncDisposable {
  /** Resolves at once, before the files are walked: the link does not depend on them. Rejects when a path is missing. */
  send(options: SendOptions): Promise<Transfer>
  /** Takes up an own share again, under its old link. */
  resumeSend(shortId: string): Promise<Transfer>
  savedShares(): SavedShare[]
  /** Throws AppError `link.*`. */
  open(link: string): IncomingTransfer
  /** Stops everything and closes the library. The process must then be ended by `process.exit`: see transport facts. */
  close(): Promise<void>
}
