/** What a UI sees of the engine: plain data, the same over every carrier. Pure. */

import * as v from 'valibot'
import { PeerId, Topic } from '../share/keys.ts'
import { PRIORITIES } from '../swarm/priority.ts'
import { isErrorCode, type ErrorCode } from '../errors.ts'
import { Capabilities } from './host-views.ts'
import { MissingView } from './missing-view.ts'
import { RouteKind, RouteView } from './route-views.ts'
import { MAX_SEED_RATIO, MIN_SEED_RATIO, MIN_SEED_TIME_MS, SettingsView } from './settings-views.ts'
import { UpdateView } from './update-view.ts'

export { CandidateType, RouteKind, RouteReason, RouteView } from './route-views.ts'

export const Bytes = v.pipe(v.number(), v.minValue(0))
const BytesPerSecond = v.pipe(v.number(), v.minValue(0))
export const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const Code = v.custom<ErrorCode>(
  (value) => typeof value === 'string' && isErrorCode(value),
  'not an error code',
)

export const Paths = v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.minLength(1))

/** Number of a transfer in one engine's library; survives restarts. */
export const TransferId = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.brand('TransferId'))
export type TransferId = v.InferOutput<typeof TransferId>

const LaneView = v.object({
  id: v.string(),
  /** `leaving`: a better lane carries on, this one ends as soon as nothing is under way. */
  state: v.picklist(['open', 'leaving']),
  route: v.nullable(RouteView),
  roundTripMs: v.nullable(v.number()),
})

export const PeerView = v.object({
  peer: PeerId,
  name: v.string(),
  state: v.picklist(['connecting', 'connected', 'failed']),
  /** Of the lane that carries the most; null while connecting. */
  route: v.nullable(RouteView),
  lanes: v.array(LaneView),
  /** What it ran over since it was first tried, oldest first; the last is in force. Milliseconds after that moment. */
  history: v.array(v.object({ kind: RouteKind, sinceMs: v.number() })),
  /** A better route: there is nothing to look for, it is being tried right now, it will be tried again later. */
  betterRoute: v.picklist(['none', 'trying', 'later']),
  /**
   * A TLS connection beside the data channels: `none`: there is no need or no wish for it; `blocked`: it was tried, and
   * the network or a firewall lets no TCP through.
   */
  tls: v.picklist(['none', 'trying', 'open', 'blocked']),
  roundTripMs: v.nullable(v.number()),
  downBytesPerSecond: BytesPerSecond,
  upBytesPerSecond: BytesPerSecond,
  /** Block bytes that came from and went to this peer. */
  receivedBytes: Bytes,
  sentBytes: Bytes,
  /** Share of the pieces that the peer has, 0 to 1. */
  completeness: v.number(),
  failure: v.nullable(Code),
})
export type PeerView = v.InferOutput<typeof PeerView>

export const TransferPriority = v.picklist(PRIORITIES)
export type TransferPriority = v.InferOutput<typeof TransferPriority>

/** Until when a complete transfer is passed on: whichever comes first; null: no such limit. */
export const SeedLimit = v.object({
  /** Bytes sent over the bytes of what was received. */
  ratio: v.nullable(v.pipe(v.number(), v.minValue(MIN_SEED_RATIO), v.maxValue(MAX_SEED_RATIO))),
  /** Milliseconds since everything was here, of those in which it was passed on. */
  timeMs: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(MIN_SEED_TIME_MS))),
})
export type SeedLimit = v.InferOutput<typeof SeedLimit>

/** How it is passed on once it is complete. */
export const SeedView = v.object({
  /** In force: its own, or that of the settings. */
  limit: SeedLimit,
  /** It does not follow the settings. */
  isOwn: v.boolean(),
  /** Bytes sent over the bytes of what was received, over all runs. */
  ratio: v.pipe(v.number(), v.minValue(0)),
  /** When the time is over, if it goes on; null where there is no such limit or it does not run. */
  endsAtMs: v.nullable(v.number()),
  /** The limit is reached, so it is not passed on any more. */
  isReached: v.boolean(),
})
export type SeedView = v.InferOutput<typeof SeedView>

const UNLIMITED_SEED: SeedView = {
  limit: { ratio: null, timeMs: null },
  isOwn: false,
  ratio: 0,
  endsAtMs: null,
  isReached: false,
}

/**
 * - `queued`: as many others are being received as the person wants at a time
 * - `preparing`: walking the files to send
 * - `looking`: waiting for the offer or for somebody who has it
 * - `offered`: waiting for the person to agree
 * - `checking`: hashing what an interrupted run left doubtful
 * - `receiving`, `seeding`: as they say; `stalled`: nobody connected has what is missing
 * - `paused`: by the person, and incomplete; `finished`: complete, and not passed on any more
 * - `stopped`: by the person; `failed`: with `error`
 */
export const TransferState = v.picklist([
  'queued',
  'preparing',
  'looking',
  'offered',
  'checking',
  'receiving',
  'stalled',
  'seeding',
  'paused',
  'finished',
  'stopped',
  'failed',
])
export type TransferState = v.InferOutput<typeof TransferState>

/** How far a link works: on the own network, or wherever its coordinator is reached. */
const LinkReach = v.picklist(['network', 'anywhere'])
export const CoordinatorState = v.picklist(['connecting', 'online', 'offline'])

/** What a person should know and that stops nothing. `count` and `text` fill the sentence in. */
export const NoticeCode = v.picklist([
  /** `count` left out, the first is `text`. */
  'left-out.special-file',
  'left-out.outside-link',
  'left-out.bad-name',
  'left-out.unreadable',
  /** `count` names were changed to fit this disk. */
  'names-changed',
  /** `count` servers cannot be used at the same time; `text`: which. */
  'servers-unused',
  /** A device was shut out; `text`: the error's code. */
  'peer-banned',
])
export const NoticeView = v.object({ code: NoticeCode, count: Count, text: v.string() })
export type NoticeView = v.InferOutput<typeof NoticeView>

export const TransferView = v.object({
  id: TransferId,
  /** The share's link, web form. */
  link: v.string(),
  linkReach: LinkReach,
  addedAtMs: v.number(),
  /** Null until everything wanted is here. */
  finishedAtMs: v.nullable(v.number()),
  topic: Topic,
  role: v.picklist(['send', 'get']),
  state: TransferState,
  title: v.string(),
  /** Who shares it, as they call themselves; empty when they do not, and for own shares. */
  sender: v.string(),
  error: v.nullable(v.object({ code: Code, detail: v.nullable(v.string()) })),
  /** Of what is wanted. */
  totalBytes: Bytes,
  /** Verified and on disk here. */
  doneBytes: Bytes,
  /** Of what is wanted. */
  fileCount: Count,
  doneFiles: Count,
  pieceCount: Count,
  donePieces: Count,
  /** Found on disk, from an earlier run or in another share, so not fetched. */
  resumedBytes: Bytes,
  receivedBytes: Bytes,
  sentBytes: Bytes,
  /** Devices that were seen to get everything, since the transfer was made. */
  fetchedCount: Count,
  downBytesPerSecond: BytesPerSecond,
  upBytesPerSecond: BytesPerSecond,
  /**
   * Whole copies that the connected devices have together: from 1 on every piece is with one of them, and they can finish
   * without this device.
   */
  copies: v.optional(v.pipe(v.number(), v.minValue(0)), 0),
  /** Among the transfers of this device. */
  priority: v.optional(TransferPriority, 'normal'),
  /** How many are begun before it, and 1; null unless it is `queued`. */
  queuePosition: v.optional(v.nullable(Count), null),
  seed: v.optional(SeedView, UNLIMITED_SEED),
  /** It comes from its beginning on, so that it can be opened meanwhile. */
  isInOrder: v.optional(v.boolean(), false),
  /** Milliseconds; null while unknown. */
  etaMs: v.nullable(v.number()),
  /** Not everything that is offered. */
  isPartial: v.boolean(),
  coordinator: CoordinatorState,
  destination: v.nullable(v.string()),
  peers: v.array(PeerView),
  notices: v.array(NoticeView),
  /** Null while somebody connected has everything that is missing, and where that is not known. */
  missing: v.optional(v.nullable(MissingView), null),
})
export type TransferView = v.InferOutput<typeof TransferView>

/** What a receiver is shown before anything is written. */
export const OfferView = v.object({
  title: v.string(),
  sender: v.string(),
  totalBytes: Bytes,
  fileCount: Count,
  folderCount: Count,
  createdAtMs: v.number(),
  preview: v.array(v.object({ path: v.string(), sizeBytes: Bytes })),
})
export type OfferView = v.InferOutput<typeof OfferView>

export const AppView = v.object({
  version: v.string(),
  /** Of the computer the engine runs on. */
  platform: v.picklist(['linux', 'darwin', 'win32', 'other']),
  capabilities: Capabilities,
  settings: SettingsView,
  /** Newest first. */
  transfers: v.array(TransferView),
  update: UpdateView,
})
export type AppView = v.InferOutput<typeof AppView>

/** `transfers` carries whole views of those that changed; `link`: somebody opened a link outside. */
export const AppEvent = v.variant('kind', [
  v.object({ kind: v.literal('snapshot'), app: AppView }),
  v.object({ kind: v.literal('transfers'), changed: v.array(TransferView), gone: v.array(TransferId) }),
  v.object({ kind: v.literal('settings'), settings: SettingsView }),
  v.object({ kind: v.literal('update'), update: UpdateView }),
  v.object({ kind: v.literal('link'), link: v.string() }),
  v.object({ kind: v.literal('paths'), paths: v.array(v.string()) }),
])
export type AppEvent = v.InferOutput<typeof AppEvent>
