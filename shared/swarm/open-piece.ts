/** A piece that is being put together from blocks. Pure. */

import { BLOCK_BYTES } from '../share/piece-layout.ts'
import type { PieceRecord } from '../share/piece-record.ts'
import type { PeerId } from '../share/keys.ts'
import type { BlockRange } from '../protocol/peer-messages.ts'

const MISSING = 0
const ASKED = 1
const RECEIVED = 2

export class OpenPiece {
  readonly index: number
  readonly bytes: Uint8Array
  readonly blockCount: number
  /** Who sent each block: when the hash is wrong, this tells whom to suspect. */
  readonly from: (PeerId | undefined)[]
  record: PieceRecord | undefined
  recordFrom: PeerId | undefined
  /** Set after a wrong hash: only this peer fills the piece, so the next failure has one author. */
  onlyFrom: PeerId | undefined
  readonly #states: Uint8Array
  #missing: number
  #received = 0

  /** @param bytes as long as the piece; every one of them is overwritten */
  constructor(index: number, bytes: Uint8Array) {
    this.index = index
    this.bytes = bytes
    this.blockCount = Math.ceil(bytes.length / BLOCK_BYTES)
    this.#states = new Uint8Array(this.blockCount)
    this.from = Array.from({ length: this.blockCount })
    this.#missing = this.blockCount
  }

  /** Blocks that nobody has been asked for. */
  get missingCount(): number {
    return this.#missing
  }

  get receivedCount(): number {
    return this.#received
  }

  get isComplete(): boolean {
    return this.#received === this.blockCount
  }

  isReceived(block: number): boolean {
    return this.#states[block] === RECEIVED
  }

  /** Takes the first run of missing blocks, at most `limit` of them, and marks it as asked for. */
  take(limit: number): BlockRange | undefined {
    const first = this.#states.indexOf(MISSING)
    if (first < 0) return undefined
    let count = 0
    while (count < limit && first + count < this.blockCount && this.#states[first + count] === MISSING) {
      this.#states[first + count] = ASKED
      count++
    }
    this.#missing -= count
    return count === 0 ? undefined : [this.index, first, count]
  }

  /** Blocks asked for and not received: what an end game asks for a second time. */
  *asked(): Generator<number> {
    for (let block = 0; block < this.blockCount; block++) if (this.#states[block] === ASKED) yield block
  }

  /** The answer will not come: may be asked for again. */
  release(block: number): void {
    if (this.#states[block] !== ASKED) return
    this.#states[block] = MISSING
    this.#missing++
  }

  /** False when the block was here already. */
  receive(block: number, bytes: Uint8Array, from: PeerId): boolean {
    const state = this.#states[block]
    if (state === RECEIVED) return false
    if (state === MISSING) this.#missing--
    this.#states[block] = RECEIVED
    this.#received++
    this.bytes.set(bytes, block * BLOCK_BYTES)
    this.from[block] = from
    return true
  }
}
