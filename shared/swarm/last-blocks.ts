/**
 * How much of what is left each lane of a peer should carry, so that all of them end at the same time: near the end a slow lane must
 * not be given what a faster one would bring sooner. Pure.
 */

import { BLOCK_BYTES } from '../share/piece-layout.ts'
import { GUESSED_RATE } from './rate-meter.ts'

/** Before, everything that a lane's window holds is here long before the end. Milliseconds. */
const END_MS = 2000

export interface LaneLoad {
  readonly outstandingBytes: number
  readonly down: { bytesPerSecond(): number }
}

/**
 * @param lanes that may be asked, this one among them
 * @param leftBytes that the peer has and nobody has been asked for
 * @returns bytes that this lane may owe; Infinity while the end is far. One lane at least may always be asked for a block more.
 */
export function mayOweBytes(lane: LaneLoad, lanes: readonly LaneLoad[], leftBytes: number): number {
  let rate = 0
  let bytes = leftBytes
  for (const one of lanes) {
    rate += rateOf(one)
    bytes += one.outstandingBytes
  }
  if (bytes * 1000 > rate * END_MS) return Number.POSITIVE_INFINITY
  const blocks = Math.floor((bytes * rateOf(lane)) / rate / BLOCK_BYTES)
  // What is left over of all shares goes to whoever brings it first.
  const isFirst = lanes.every((other) => nextBlockS(lane) <= nextBlockS(other))
  return Math.max(blocks * BLOCK_BYTES, isFirst ? lane.outstandingBytes + BLOCK_BYTES : 0)
}

/** How long it takes until one block more than it owes is here. Seconds. */
function nextBlockS(lane: LaneLoad): number {
  return (lane.outstandingBytes + BLOCK_BYTES) / rateOf(lane)
}

function rateOf({ down }: LaneLoad): number {
  return Math.max(GUESSED_RATE, down.bytesPerSecond())
}
