/** What a UI sees of the engine: plain data, the same over every carrier. Pure. */

import * as v from 'valibot'
import { PeerId, Topic } from '../share/keys.ts'
import { isErrorCode, type ErrorCode } from '../errors.ts'

const Bytes = v.pipe(v.number(), v.minValue(0))
const BytesPerSecond = v.pipe(v.number(), v.minValue(0))
const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const Code = v.custom<ErrorCode>(
  (value) => typeof value === 'string' && isErrorCode(value),
  'not an error code',
)

/** Number of a transfer in one engine's library; survives restarts. */
export const TransferId = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.brand('TransferId'))
export type TransferId = v.InferOutput<typeof TransferId>

/** What a lane runs over. `lan` includes two programs on one computer. */
export const RouteKind = v.picklist(['lan', 'direct', 'relayed'])
export type RouteKind = v.InferOutput<typeof RouteKind>

export const CandidateType = v.picklist(['host', 'srflx', 'prflx', 'relay'])
export type CandidateType = v.InferOutput<typeof CandidateType>

export const RouteView = v.object({
  kind: RouteKind,
  localType: CandidateType,
  remoteType: CandidateType,
  localAddress: v.string(),
  remoteAddress: v.string(),
  protocol: v.picklist(['udp', 'tcp']),
})
export type RouteView = v.InferOutput<typeof RouteView>

const LaneView = v.object({
  id: v.string(),
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

/**
 * - `preparing`: walking the files to send
 * - `looking`: waiting for the offer or for somebody who has it
 * - `offered`: waiting for the person to agree
 * - `checking`: hashing what an interrupted run left doubtful
 * - `receiving`, `seeding`: as they say; `stalled`: nobody connected has what is missing
 * - `stopped`: by the person; `failed`: with `error`
 */
export const TransferState = v.picklist([
  'preparing',
  'looking',
  'offered',
  'checking',
  'receiving',
  'stalled',
  'seeding',
  'stopped',
  'failed',
])
export type TransferState = v.InferOutput<typeof TransferState>

export const TransferView = v.object({
  id: TransferId,
  topic: Topic,
  role: v.picklist(['send', 'get']),
  state: TransferState,
  title: v.string(),
  error: v.nullable(v.object({ code: Code, detail: v.nullable(v.string()) })),
  totalBytes: Bytes,
  /** Verified and on disk here. */
  doneBytes: Bytes,
  fileCount: Count,
  doneFiles: Count,
  pieceCount: Count,
  donePieces: Count,
  /** Found on disk from an earlier run, so not fetched. */
  resumedBytes: Bytes,
  receivedBytes: Bytes,
  sentBytes: Bytes,
  downBytesPerSecond: BytesPerSecond,
  upBytesPerSecond: BytesPerSecond,
  /** Milliseconds; null while unknown. */
  etaMs: v.nullable(v.number()),
  coordinator: v.picklist(['connecting', 'online', 'offline']),
  destination: v.nullable(v.string()),
  peers: v.array(PeerView),
  /** Things a person should know and that stop nothing. */
  notices: v.array(v.string()),
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

export const EngineError = v.object({ code: Code, detail: v.nullable(v.string()) })
