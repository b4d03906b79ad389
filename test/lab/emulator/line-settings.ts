/** What a direction of an emulated line does to packets, checked and written as the line's program reads it. Pure. */

export interface LineSettings {
  /** Of IP packets, their headers included; megabits (1,000,000) a second. 0: no limit, and then no queue either. */
  readonly rateMbit: number
  /** One way: a round trip takes it twice. Milliseconds. */
  readonly delayMs: number
  /** Of packets, 0 up to 1. Drawn after the queue: what is lost has cost bandwidth. */
  readonly lossShare: number
  /** Mean number of packets that are lost together; 1 means never two. Without it losses are independent. */
  readonly lossBurst?: number
  /** What may wait for its turn on the line, in IP packets' bytes; more is dropped as it comes. */
  readonly queueBytes: number
  /** Up to so much is added to the delay, evenly spread. Packets keep their order. Milliseconds. */
  readonly jitterMs?: number
  /** False: the cable is out. What is under way is gone too. True if not given. */
  readonly isUp?: boolean
}

export type Direction = 'toRight' | 'toLeft'
export const DIRECTIONS: readonly Direction[] = ['toRight', 'toLeft']

/** Beyond it packets would be held back for want of memory, not of queue. Milliseconds. */
const MAX_DELAY_MS = 60_000
/** What the emulator holds at most, waiting and under way: its own limit, with room for small packets. Bytes. */
const MAX_HELD_BYTES = 200_000_000
/** The longest packet of the line must fit into its queue. Bytes. */
const MIN_QUEUE_BYTES = 1500

/** Throws RangeError with the name of a setting that cannot be. */
export function setCommand(direction: Direction, settings: LineSettings): string {
  const { rateMbit, delayMs, lossShare, queueBytes, lossBurst = 0, jitterMs = 0, isUp = true } = settings
  check('rateMbit', rateMbit, 0, 10_000)
  check('delayMs', delayMs, 0, MAX_DELAY_MS)
  check('jitterMs', jitterMs, 0, MAX_DELAY_MS)
  check('lossShare', lossShare, 0, 1)
  if (lossBurst !== 0) check('lossBurst', lossBurst, 1, 1000)
  // Otherwise even a loss after every burst's end would be too few.
  if (lossBurst !== 0 && lossShare > lossBurst / (lossBurst + 1)) {
    throw new RangeError(`lossShare: ${lossShare} cannot be had with a lossBurst of ${lossBurst}`)
  }
  if (rateMbit > 0) check('queueBytes', queueBytes, MIN_QUEUE_BYTES, MAX_HELD_BYTES)
  const heldBytes = queueBytes + (rateMbit * 1e6 * (delayMs + jitterMs)) / 8000
  if (heldBytes > MAX_HELD_BYTES)
    throw new RangeError(`rateMbit × delayMs + queueBytes: ${heldBytes} is too much`)
  const index = DIRECTIONS.indexOf(direction)
  const rateBits = rateMbit * 1e6
  const numbers = [rateBits, ns(delayMs), ns(jitterMs), lossShare, lossBurst, Math.round(queueBytes)]
  return `set ${index} ${numbers.map(plain).join(' ')} ${isUp ? 1 : 0}`
}

/** The same seed gives the same losses to the same packets. Throws RangeError. */
export function seedCommand(direction: Direction, seed: number): string {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`seed: ${seed}`)
  return `seed ${DIRECTIONS.indexOf(direction)} ${seed}`
}

function check(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return
  throw new RangeError(`${name}: ${value} is not between ${least} and ${most}`)
}

function ns(durationMs: number): number {
  return Math.round(durationMs * 1e6)
}

/** Without an exponent, which the program does not read in whole numbers. */
function plain(value: number): string {
  return Number.isInteger(value) ? value.toFixed(0) : value.toFixed(12)
}
