/** The library's rows as they are read: a file on disk may hold anything, so each is parsed. */

import * as v from 'valibot'
import { TransferId, TransferPriority } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import { Topic } from '#shared/share/keys.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import type { PieceRecord } from '#shared/share/piece-record.ts'

const Blob = v.pipe(
  v.instance(Uint8Array),
  v.transform((bytes) => new Uint8Array(bytes)),
)
const Coordinators = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.object({ host: v.string(), isTls: v.boolean() })),
  v.transform((list): readonly [CoordinatorAddress, ...CoordinatorAddress[]] => {
    const [first, ...others] = list
    if (first === undefined) throw new AppError('library.damaged')
    return [first, ...others]
  }),
)

/** Without what may be many megabytes. */
export const ShareHead = v.object({
  topic: Topic,
  public_key: Blob,
  secret: Blob,
  coordinators: Coordinators,
  title: v.string(),
})
export type ShareHead = v.InferOutput<typeof ShareHead>

export const ShareRow = v.object({
  ...ShareHead.entries,
  private_key: v.nullable(Blob),
  created_at_ms: v.number(),
  summary: v.nullable(Blob),
  manifest: v.nullable(Blob),
})
export type ShareRow = v.InferOutput<typeof ShareRow>

export const TransferRow = v.object({
  id: TransferId,
  topic: Topic,
  role: v.picklist(['send', 'get']),
  place: v.string(),
  names: v.nullable(v.string()),
  is_clean: v.number(),
  is_done: v.number(),
  added_at_ms: v.number(),
  finished_at_ms: v.nullable(v.number()),
  selection: v.nullable(v.string()),
  is_to_run: v.number(),
  last_view: v.nullable(v.string()),
  // One that cannot be read is as good as none.
  priority: v.fallback(TransferPriority, 'normal'),
  queued_at_ms: v.number(),
  is_forced: v.number(),
  seed_limit: v.nullable(v.string()),
  seeded_bytes: v.number(),
  seeded_ms: v.number(),
  file_priorities: v.nullable(v.string()),
  is_in_order: v.number(),
})
export type TransferRow = v.InferOutput<typeof TransferRow>

export const PieceRow = v.object({
  position: v.number(),
  hash: Blob,
  signature: Blob,
  is_synced: v.number(),
  written: v.nullable(Blob),
  written_hash: v.nullable(Blob),
})

/** What of a piece is on disk, when it is not all of it: the rest belongs to files that nobody wanted. */
export interface WrittenPart {
  /** A bit per segment of the piece, as `Bitfield` writes them. */
  readonly segments: Uint8Array
  /** SHA-256 of the written segments, end to end; null when it is not known any more. */
  readonly hash: Uint8Array | null
}

export interface NotedPiece extends PieceRecord {
  readonly isSynced: boolean
  /** Undefined: every byte. */
  readonly part: WrittenPart | undefined
}

export function notedPiece(row: v.InferOutput<typeof PieceRow>): NotedPiece {
  const { position, hash, signature, is_synced: isSynced, written, written_hash: writtenHash } = row
  const part = written === null ? undefined : { segments: written, hash: writtenHash }
  return { index: position, hash, signature, isSynced: isSynced === 1, part }
}

export interface NewShare {
  readonly topic: Topic
  readonly publicKey: Uint8Array
  readonly secret: Uint8Array
  readonly privateKey: Uint8Array | null
  readonly coordinators: readonly CoordinatorAddress[]
  readonly createdAtMs: number
}
