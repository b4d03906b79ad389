/** Which piece to ask a peer for next. Decisions only: pure functions over a view. */

import { BLOCK_BYTES } from '../share/piece-layout.ts'

export interface PieceView {
  readonly pieceCount: number
  /** Wanted and neither here, nor begun, nor being verified. */
  readonly isOpenToPick: (piece: number) => boolean
  readonly peerHas: (piece: number) => boolean
  /** How soon each piece is wanted; higher comes first. */
  readonly urgencyOf: (piece: number) => number
  /** How many connected peers have each piece. */
  readonly availability: { readonly [piece: number]: number }
  /** Nothing is here yet that could be passed on. */
  readonly isFirst: boolean
  /** In [0, 1); 1: the first of those that are equally rare. */
  readonly random: () => number
}

/**
 * Of what is wanted soonest the rarest first, ties at random, so that a swarm's members do not all ask for the same piece.
 */
export function pickPiece(view: PieceView): number | undefined {
  let best: number | undefined
  let bestCount = Number.POSITIVE_INFINITY
  let bestUrgency = Number.NEGATIVE_INFINITY
  let ties = 0
  for (let piece = 0; piece < view.pieceCount; piece++) {
    const urgency = view.urgencyOf(piece)
    const count = rarityOf(view.availability[piece] ?? 0, view.isFirst)
    if (urgency < bestUrgency || (urgency === bestUrgency && count > bestCount)) continue
    if (!view.isOpenToPick(piece) || !view.peerHas(piece)) continue
    if (urgency > bestUrgency || count < bestCount) {
      best = piece
      bestUrgency = urgency
      bestCount = count
      ties = 1
    } else if (view.random() * ++ties < 1) {
      best = piece // reservoir of one: every tie is equally likely, without a list
    }
  }
  return best
}

/**
 * Smaller comes first. The rarest pieces are with one peer, which everybody asks: whoever has nothing to give yet takes any
 * that two have, at random, and can pass it on sooner. Others look at how rare a piece is.
 */
function rarityOf(peers: number, isFirst: boolean): number {
  if (!isFirst) return peers
  return peers > 1 ? 0 : peers + 1
}

/**
 * Bytes that all lanes together may have asked for and not received, at least: a few blocks in flight keep a pipe from
 * running dry. Each of many lanes needs few, and what many hold back together is begun and cannot be passed on.
 */
export const MIN_WINDOW_BYTES = 512 * 1024
/** At first, while nothing is known. */
export const FIRST_WINDOW_BYTES = 1024 * 1024
/** Of all TLS lanes on a LAN together at least: they are fast, and their first quarter of a second would be spent measuring that. */
export const STREAM_WINDOW_BYTES = 4 * 1024 * 1024
/** Of one lane at least: one block being sent, and one asked for. */
const MIN_LANE_WINDOW_BYTES = 2 * BLOCK_BYTES
/** At most: with more, a lane that dies costs too much and memory is no longer bounded by a small number. */
export const MAX_WINDOW_BYTES = 8 * 1024 * 1024
/** What stands between a request and its first byte besides the network: the other side's disk and event loop. */
const SERVICE_MS = 400

/**
 * The request window of one lane: what its measured rate moves during a round trip and the service time. It grows
 * from measurement to measurement until the rate does not.
 *
 * @param laneCount of all peers that have something; what a slow one of many holds back is what everybody waits for
 */
export function windowBytes(
  rateBytesPerSecond: number,
  roundTripMs: number | null,
  isYoung: boolean,
  laneCount: number,
): number {
  const wanted = (rateBytesPerSecond * ((roundTripMs ?? 0) + SERVICE_MS)) / 1000
  const shared = (isYoung ? FIRST_WINDOW_BYTES : MIN_WINDOW_BYTES) / Math.max(1, laneCount)
  const floor = Math.max(MIN_LANE_WINDOW_BYTES, shared)
  return Math.min(MAX_WINDOW_BYTES, Math.max(floor, wanted))
}
