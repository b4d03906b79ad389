/**
 * Asking for a block on a second lane, another peer's or the same one's. At the end of a download, when every missing block
 * has been asked for, this keeps one slow lane from holding everything up; at any time it shows whether a silent peer has come back. Pure.
 */

import type { BlockRange } from '../protocol/peer-messages.ts'
import type { PeerId } from '../share/keys.ts'
import { BLOCK_BYTES } from '../share/piece-layout.ts'
import type { OpenPiece } from './open-piece.ts'
import { blockKey, type PeerSession, type SessionLane } from './peer-session.ts'
import { GUESSED_RATE } from './rate-meter.ts'

/** Peers asked for one block and not silent. More would only be duplicates. */
const COPIES = 2
/** A lane that has sent nothing for so long will perhaps never send. Milliseconds. */
const SILENT_MS = 1500
/** But a slow one is given the time that so many blocks have taken it so far, and not for ever. */
const PATIENT_BLOCKS = 3
const MAX_SILENT_MS = 10_000
/** A second peer must be ahead of the first by so much, or both copies arrive. Milliseconds. */
const MARGIN_MS = 500

/** The caller decides when. A lane that owes the block is left alone while it is about as fast as this one would be. */
export function pickAgain(
  open: Iterable<OpenPiece>,
  session: PeerSession,
  lane: SessionLane,
  sessions: ReadonlyMap<PeerId, PeerSession>,
  nowMs: number,
): BlockRange | undefined {
  const rate = lane.down.bytesPerSecond() || GUESSED_RATE
  const hereMs = ((lane.outstandingBytes + BLOCK_BYTES) * 1000) / rate
  for (const piece of open) {
    if (piece.onlyFrom !== undefined || session.remote?.has(piece.index) !== true) continue
    for (const block of piece.asked()) {
      const key = blockKey(piece.index, block)
      if (isWorthRacing(key, lane, sessions, 2 * hereMs + MARGIN_MS, nowMs)) return [piece.index, block, 1]
    }
  }
  return undefined
}

/** Whether few owe the block, none of them is this very lane, and none will send it before so long. */
function isWorthRacing(
  key: number,
  by: SessionLane,
  sessions: ReadonlyMap<PeerId, PeerSession>,
  withinMs: number,
  nowMs: number,
): boolean {
  let count = 0
  for (const session of sessions.values()) {
    for (const lane of session.lanes.values()) {
      if (!lane.outstanding.has(key)) continue
      if (lane === by) return false
      const waitMs = session.isSnubbed ? Number.POSITIVE_INFINITY : expectedMs(lane, key, nowMs)
      if (waitMs < withinMs) return false
      if (waitMs !== Number.POSITIVE_INFINITY && ++count >= COPIES) return false
    }
  }
  return true
}

/** When a lane will probably have sent a block that it owes, milliseconds from now. */
function expectedMs(lane: SessionLane, key: number, nowMs: number): number {
  const silentMs = nowMs - lane.lastBlockMs
  if (silentMs > patienceMs(lane, nowMs)) return Number.POSITIVE_INFINITY
  const rate = lane.down.bytesPerSecond()
  if (rate === 0) return 0 // asked just now
  let aheadBytes = 0
  for (const [owed, bytes] of lane.outstanding) {
    aheadBytes += bytes
    if (owed === key) break
  }
  return (aheadBytes * 1000) / rate - silentMs
}

function patienceMs(lane: SessionLane, nowMs: number): number {
  const blocks = lane.down.totalBytes / BLOCK_BYTES
  const blockMs = blocks < 1 ? 0 : (nowMs - lane.openedMs) / blocks
  return Math.min(MAX_SILENT_MS, Math.max(SILENT_MS, PATIENT_BLOCKS * blockMs))
}

/** The block is here, and settled on the lane that brought it: where it was asked for too it need not be sent any more. */
export function cancelElsewhere(
  sessions: ReadonlyMap<PeerId, PeerSession>,
  piece: number,
  block: number,
): void {
  const key = blockKey(piece, block)
  for (const session of sessions.values()) {
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
