/** How many lanes there may be to one peer. Pure. */

/** Whatever the settings say: beyond it a lossy line gains little, and a small router's table of mappings fills. */
export const MAX_LANES_PER_PEER = 16

/** A first step that is larger than one. A lane has 0.7 MB on its way at most: four of them are 450 Mbit/s over 50 ms. */
export const FIRST_LANES = 4

/**
 * Kept where packets queue up, whoever fills the queue. A flow of TCP cubic on 100 Mbit/s with 50 ms keeps 0.78 of its rate beside one
 * lane or two, 0.37 to 0.53 beside four and 0.25 beside eight.
 */
const MAX_HELD_LANES = 3
/** Where little is on its way, cubic is no stronger than a lane; two equal flows leave it a third. */
const MIN_HELD_LANES = 2
/** So many bytes on the way of each: a lane that loses a packet then has its rate back within two or three seconds. */
const HELD_FLIGHT_BYTES = 64 * 1024

/** How many are kept where a queue stands. @param flightBytes on the way of all of them together */
export function heldLanes(flightBytes: number): number {
  return Math.min(MAX_HELD_LANES, Math.max(MIN_HELD_LANES, Math.floor(flightBytes / HELD_FLIGHT_BYTES)))
}
