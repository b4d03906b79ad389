/** Tells peers the records of pieces without the pieces: for those who may have the bytes already. Pure. */

import { toBase64Url } from '../encoding/base64url.ts'
import { AppError, toAppError } from '../errors.ts'
import type { PeerMessage } from '../protocol/peer-messages.ts'
import { MAX_RECORDS } from '../protocol/peer-messages.ts'
import type { PeerSession } from './peer-session.ts'
import type { PieceStore } from './piece-store.ts'

type WireRecord = Extract<PeerMessage, { type: 'records' }>['records'][number]

export interface RecordDeskEvents {
  /** The store cannot give a piece: the share must stop. */
  failed(error: AppError): void
}

interface Question {
  readonly session: PeerSession
  readonly pieces: readonly number[]
}

export class RecordDesk {
  readonly #store: PieceStore
  readonly #events: RecordDeskEvents
  /** One per peer at most; a seeder may have to read and sign each piece, so they are answered one after the other. */
  readonly #questions: Question[] = []
  #isBusy = false
  #isClosed = false

  constructor(store: PieceStore, events: RecordDeskEvents) {
    this.#store = store
    this.#events = events
  }

  /** Throws AppError `peer.protocol` when a peer asks again before it was answered, or for what does not exist. */
  ask(session: PeerSession, pieces: readonly number[]): void {
    if (pieces.length > MAX_RECORDS || this.#questions.some((question) => question.session === session)) {
      throw new AppError('peer.protocol', { detail: 'too many records at once' })
    }
    if (pieces.some((piece) => piece >= this.#store.layout.pieceCount)) {
      throw new AppError('peer.protocol', { detail: 'records out of range' })
    }
    this.#questions.push({ session, pieces })
    if (!this.#isBusy) void this.#work()
  }

  forget(session: PeerSession): void {
    const position = this.#questions.findIndex((question) => question.session === session)
    if (position >= 0) this.#questions.splice(position, 1)
  }

  close(): void {
    this.#isClosed = true
    this.#questions.length = 0
  }

  async #work(): Promise<void> {
    this.#isBusy = true
    try {
      for (let question = this.#questions[0]; question !== undefined; question = this.#questions[0]) {
        const records: WireRecord[] = []
        for (const piece of question.pieces) {
          // Whoever asked is gone, or everything is.
          if (this.#questions[0] !== question) break
          if (this.#store.whole.has(piece)) records.push(await this.#record(piece))
        }
        if (this.#questions[0] !== question) continue
        this.#questions.shift()
        question.session.send({ type: 'records', asked: [...question.pieces], records })
      }
    } catch (error) {
      if (!this.#isClosed) this.#events.failed(toAppError(error))
    } finally {
      this.#isBusy = false
    }
  }

  async #record(piece: number): Promise<WireRecord> {
    const known = this.#store.knownRecord?.(piece)
    if (known !== undefined) return [piece, toBase64Url(known.hash), toBase64Url(known.signature)]
    const stored = await this.#store.readPiece(piece)
    stored.release()
    return [piece, toBase64Url(stored.record.hash), toBase64Url(stored.record.signature)]
  }
}
