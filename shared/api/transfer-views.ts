/** One offer or transfer looked at closely: files, rates, pieces, people. Pure. */

import * as v from 'valibot'
import { PeerId } from '../share/keys.ts'
import { Bytes, CoordinatorState, Count, OfferView, TransferId } from './views.ts'

/** Number of an open offer on one connection of a UI. */
export const OfferId = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.brand('OfferId'))
export type OfferId = v.InferOutput<typeof OfferId>

export const OfferEvent = v.object({
  offer: OfferId,
  /** `looking`: for somebody who describes it; `offered`: described; `listed`: every file can be looked at. */
  state: v.picklist(['looking', 'offered', 'listed']),
  coordinator: CoordinatorState,
  /** Connected devices. */
  peerCount: Count,
  description: v.nullable(OfferView),
  /** A transfer of the same share that is here already. */
  existing: v.nullable(TransferId),
})
export type OfferEvent = v.InferOutput<typeof OfferEvent>

/**
 * Which files are wanted: everything, or what `paths` name. A folder's path stands for everything in it. Paths are
 * relative to the share, with `/`.
 */
export const Selection = v.nullable(
  v.object({ paths: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(200_000)) }),
)
export type Selection = v.InferOutput<typeof Selection>

export const FolderView = v.object({
  path: v.string(),
  /** Folders first, then by name. */
  entries: v.array(
    v.object({
      name: v.string(),
      kind: v.picklist(['file', 'folder', 'symlink']),
      /** Of a folder: everything in it. */
      sizeBytes: Bytes,
      fileCount: Count,
      /** Verified and on disk here; of an offer 0. */
      doneBytes: Bytes,
      /** Of a folder: `some` when only part of it is wanted. */
      wanted: v.picklist(['all', 'some', 'none']),
      /** Wanted sooner or later than normal; of a folder `mixed` when it is not the same for all in it. */
      priority: v.optional(v.picklist(['low', 'high', 'mixed'])),
    }),
  ),
})
export type FolderView = v.InferOutput<typeof FolderView>

/** Samples a second apart, oldest first, five minutes at most. */
export const RATE_INTERVAL_MS = 1000

export const DetailsEvent = v.object({
  down: v.array(Bytes),
  up: v.array(Bytes),
  /** At most 600 cells of equally many pieces: how much of a cell is here, 0 to 100. */
  pieces: v.array(v.pipe(v.number(), v.minValue(0), v.maxValue(100))),
  /** How many connected devices have each cell's rarest piece. */
  availability: v.array(Count),
  /** Everybody who was seen since the transfer began here, the latest first. */
  people: v.array(
    v.object({
      peer: PeerId,
      name: v.string(),
      isHere: v.boolean(),
      /** Share of the pieces that they had when last seen, 0 to 1. */
      completeness: v.number(),
      receivedBytes: Bytes,
      sentBytes: Bytes,
    }),
  ),
})
export type DetailsEvent = v.InferOutput<typeof DetailsEvent>
