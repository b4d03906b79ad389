/** The pieces of a simulated share: one copy of the content for all peers, each of which only notes what it has. */

import { equalBytes } from '#shared/encoding/bytes.ts'
import { PieceLayout } from '#shared/share/piece-layout.ts'
import type { PieceRecord } from '#shared/share/piece-record.ts'
import { Bitfield } from '#shared/swarm/bitfield.ts'
import type { PieceStore, StoredPiece, WriteResult } from '#shared/swarm/piece-store.ts'
import { recordOf } from '../virtual-swarm.ts'

export class SharedContent {
  readonly layout: PieceLayout
  readonly records: readonly PieceRecord[]
  readonly #bytes: Uint8Array
  /** Pieces that nobody uses at the moment, by length. */
  readonly #free: Uint8Array[] = []

  constructor(totalBytes: number, pieceBytes: number) {
    this.layout = new PieceLayout([totalBytes], pieceBytes)
    const words = new Uint32Array(Math.ceil(totalBytes / 4))
    // Neighbouring words differ, so no block is taken for another.
    for (let i = 0; i < words.length; i++) words[i] = Math.imul(i + 1, 0x9e3779b1)
    this.#bytes = new Uint8Array(words.buffer, 0, totalBytes)
    this.records = Array.from({ length: this.layout.pieceCount }, (_, i) => recordOf(i, this.piece(i)))
  }

  piece(index: number): Uint8Array {
    const start = index * this.layout.pieceBytes
    return this.#bytes.subarray(start, start + this.layout.bytesOf(index))
  }

  take(bytes: number): Uint8Array {
    const at = this.#free.findIndex((buffer) => buffer.length === bytes)
    return (at < 0 ? undefined : this.#free.splice(at, 1)[0]) ?? new Uint8Array(bytes)
  }

  give(buffer: Uint8Array): void {
    if (this.#free.length < 64) this.#free.push(buffer)
  }
}

export type Manner =
  /** Keeps to the rules. */
  | 'honest'
  /** Gives out wrong bytes under right records. */
  | 'liar'
  /** Takes, claims to have nothing, and gives nothing. */
  | 'selfish'

export class SharedStore implements PieceStore {
  readonly layout: PieceLayout
  readonly have: Bitfield
  readonly whole: Bitfield
  /** Pieces that came in a second time. */
  rewrites = 0
  readonly #content: SharedContent
  readonly #manner: Manner

  constructor(content: SharedContent, isFull: boolean, manner: Manner) {
    this.layout = content.layout
    this.#content = content
    this.#manner = manner
    const { pieceCount } = content.layout
    this.have = isFull ? Bitfield.full(pieceCount) : new Bitfield(pieceCount)
    this.whole = manner === 'selfish' ? new Bitfield(pieceCount) : this.have
  }

  async readPiece(index: number): Promise<StoredPiece> {
    await Promise.resolve()
    const record = this.#content.records[index]
    if (record === undefined) throw new Error('no such piece')
    const truth = this.#content.piece(index)
    if (this.#manner !== 'liar') return { record, bytes: truth, release: () => undefined }
    const bytes = truth.map((byte) => byte ^ 1)
    return { record, bytes, release: () => undefined }
  }

  allocate(index: number): Uint8Array {
    return this.#content.take(this.layout.bytesOf(index))
  }

  /** Compared with the truth instead of hashed: what a hash would find, ten times as fast. */
  async writePiece(record: PieceRecord, bytes: Uint8Array): Promise<WriteResult> {
    await Promise.resolve()
    const { index } = record
    const known = this.#content.records[index]
    if (known === undefined || !equalBytes(record.signature, known.signature)) return 'bad-signature'
    const isTrue = Buffer.compare(bytes, this.#content.piece(index)) === 0
    this.#content.give(bytes)
    if (!isTrue) return 'bad-hash'
    if (!this.have.add(index)) this.rewrites++
    return 'written'
  }
}
