/**
 * Asking a second peer for a block. At the end of a download, when every missing block has been asked for, this keeps
 * one slow peer from holding everything up; at any time it shows whether a silent peer has come back. Pure.
 */

import type { BlockRange } from '../protocol/peer-messages.ts'
import type { PeerId } from '../share/keys.ts'
import type { OpenPiece } from './open-piece.ts'
import { blockKey, type PeerSession, type SessionLane } from './peer-session.ts'

/** Peers asked for one block. More would only be duplicates. */
const COPIES = 2

/** The caller decides when. */
export function pickAgain(
  open: Iterable<OpenPiece>,
  session: PeerSession,
  lane: SessionLane,
  sessions: ReadonlyMap<PeerId, PeerSession>,
): BlockRange | undefined {
  for (const piece of open) {
    if (piece.onlyFrom !== undefined || session.remote?.has(piece.index) !== true) continue
    for (const block of piece.asked()) {
      const key = blockKey(piece.index, block)
      if (!lane.outstanding.has(key) && askedCount(key, session, sessions) < COPIES)
        return [piece.index, block, 1]
    }
  }
  return undefined
}

/** Infinity when this very peer has been asked already. */
function askedCount(key: number, by: PeerSession, sessions: ReadonlyMap<PeerId, PeerSession>): number {
  let count = 0
  for (const session of sessions.values()) {
    for (const lane of session.lanes.values()) {
      if (!lane.outstanding.has(key)) continue
      if (session === by) return Number.POSITIVE_INFINITY
      count++
    }
  }
  return count
}

/** The block is here: whoever was asked for it too need not send it any more. */
export function cancelElsewhere(
  sessions: ReadonlyMap<PeerId, PeerSession>,
  from: PeerSession,
  piece: number,
  block: number,
): void {
  const key = blockKey(piece, block)
  for (const session of sessions.values()) {
    if (session === from) continue
    for (const lane of session.lanes.values()) {
      if (lane.settle(key) === undefined) continue
      lane.forgotten.add(key)
      lane.send({ type: 'cancel', ranges: [[piece, block, 1]] })
    }
  }
}

/** Whether anybody still owes the block. */
export function isAskedFor(
  sessions: ReadonlyMap<PeerId, PeerSession>,
  piece: number,
  block: number,
): boolean {
  const key = blockKey(piece, block)
  for (const session of sessions.values()) {
    for (const lane of session.lanes.values()) if (lane.outstanding.has(key)) return true
  }
  return false
}

/** A silent peer must not hold up what somebody else could send. */
export function hasBetterSource(sessions: ReadonlyMap<PeerId, PeerSession>, piece: number): boolean {
  for (const session of sessions.values()) {
    if (!session.isSnubbed && session.mainLane !== undefined && session.remote?.has(piece) === true)
      return true
  }
  return false
}
