/**
 * Whose block goes next under a limit. Whoever waits and has had the fewest bytes gets a turn, which lasts until the
 * piece is through, if that does not take long: twelve pieces sent side by side would all be whole, and passed on, only
 * at the end. Pure.
 */

import type { SessionLane, UploadItem } from './peer-session.ts'

/** Bytes of one turn at most: others wait meanwhile. */
const TURN_BYTES = 1024 * 1024
/** The same in milliseconds of the limit: with a dozen lanes nobody may wait until it looks silent. */
const TURN_MS = 1000

export class UploadOrder {
  /** Lanes with something to send, and what they have had. Only differences mean anything. */
  readonly #servedBytes = new Map<SessionLane, number>()
  /** Of the last turn: a lane that comes later has had no less. */
  #floorBytes = 0
  #turn: { readonly lane: SessionLane; leftBytes: number } | undefined

  /** Nothing changes for one that waits already. */
  add(lane: SessionLane): void {
    if (!this.#servedBytes.has(lane)) this.#servedBytes.set(lane, this.#floorBytes)
  }

  delete(lane: SessionLane): void {
    if (this.#turn?.lane === lane) this.#turn = undefined
    this.#servedBytes.delete(lane)
  }

  /** In order of precedence: the first that can send something should. */
  lanes(): SessionLane[] {
    const waiting = [...this.#servedBytes].toSorted(([, left], [, right]) => left - right)
    const lanes = waiting.map(([lane]) => lane)
    const current = this.#turn?.lane
    return current === undefined ? lanes : [current, ...lanes.filter((lane) => lane !== current)]
  }

  /** @param bytesPerSecond the limit */
  sent(lane: SessionLane, bytes: number, item: UploadItem, bytesPerSecond: number): void {
    const servedBytes = this.#servedBytes.get(lane) ?? this.#floorBytes
    if (this.#turn?.lane !== lane) {
      this.#turn = { lane, leftBytes: Math.min(TURN_BYTES, (bytesPerSecond * TURN_MS) / 1000) }
      this.#floorBytes = Math.max(this.#floorBytes, servedBytes)
    }
    this.#servedBytes.set(lane, servedBytes + bytes)
    this.#turn.leftBytes -= bytes
    const [next] = lane.uploads
    const goesOn = item.kind === 'block' && next?.kind === 'block' && next.piece === item.piece
    if (!goesOn || this.#turn.leftBytes < bytes) this.#turn = undefined
  }
}
