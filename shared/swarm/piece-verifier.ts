/** Hands complete pieces to the store, and finds out who lied when one is wrong. Pure. */

import { AppError } from '../errors.ts'
import type { PeerId } from '../share/keys.ts'
import type { OpenPiece } from './open-piece.ts'
import type { PieceStore, WriteResult } from './piece-store.ts'
import { Suspects } from './suspects.ts'

export interface Liar {
  readonly peer: PeerId
  readonly error: AppError
}

export class PieceVerifier {
  readonly #store: PieceStore
  readonly #suspects = new Suspects()

  constructor(store: PieceStore) {
    this.#store = store
  }

  /** Whether an earlier copy of this piece was wrong and its liar is not known yet. */
  suspects(piece: number): boolean {
    return this.#suspects.has(piece)
  }

  /** Throws what the store throws. @returns peers that provably sent something wrong */
  async verify(open: OpenPiece): Promise<Liar[]> {
    const { record, index } = open
    if (record === undefined) throw new AppError('internal', { detail: 'a complete piece without a record' })
    const isShared = open.from.some((peer) => peer !== open.from[0])
    // The store takes the buffer over, so what is needed to name a liar is kept aside.
    const copy = isShared || this.#suspects.has(index) ? open.bytes.slice() : undefined
    const result = await this.#store.writePiece(record, open.bytes)
    if (result !== 'written') return this.#accuse(open, result, isShared ? copy : undefined)
    const liars = copy === undefined ? [] : this.#suspects.convict(index, copy)
    return liars.map((peer) => ({ peer, error: new AppError('peer.bad-piece', { detail: 'wrong bytes' }) }))
  }

  /** @param copy given when several peers had a part in it */
  #accuse(open: OpenPiece, result: Exclude<WriteResult, 'written'>, copy: Uint8Array | undefined): Liar[] {
    const isForged = result === 'bad-signature'
    if (!isForged && copy !== undefined) {
      this.#suspects.add(open.index, copy, open.from)
      return []
    }
    const peer = isForged ? open.recordFrom : open.from[0]
    const detail = isForged ? 'wrong signature' : 'wrong bytes'
    return peer === undefined ? [] : [{ peer, error: new AppError('peer.bad-piece', { detail }) }]
  }
}
