/** Notices that this device is somewhere else than before, or was asleep: by its addresses and by a jump of time. */

import { ownAddresses, signatureOf, type OwnAddress } from './own-addresses.ts'

/** Reading the addresses takes a fraction of a millisecond. */
const LOOK_EVERY_MS = 1000
/** So long without a turn, the device slept or the process was stopped; others may have given up its connections. */
const ASLEEP_MS = 6000

export interface MoveWatchParts {
  readonly addresses?: () => readonly OwnAddress[]
  /** Of the wall, which goes on while the device sleeps. Milliseconds. */
  readonly nowMs?: () => number
}

/**
 * Calls back on each move. Does not keep the process alive.
 * @param everyLook called about once a second
 * @returns stop
 */
export function watchForMoves(
  moved: () => void,
  everyLook: () => void,
  { addresses = ownAddresses, nowMs = Date.now }: MoveWatchParts = {},
): () => void {
  let signature = signatureOf(addresses())
  let lastLookMs = nowMs()
  const timer = setInterval(() => {
    const before = { signature, lastLookMs }
    signature = signatureOf(addresses())
    lastLookMs = nowMs()
    if (signature !== before.signature || lastLookMs - before.lastLookMs > ASLEEP_MS) moved()
    everyLook()
  }, LOOK_EVERY_MS).unref()
  return () => clearInterval(timer)
}
