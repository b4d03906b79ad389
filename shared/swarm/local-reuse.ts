/**
 * Takes pieces from other places on this disk instead of from peers: asks for their records, compares, and lets the
 * picker have what turns out to be different. Pure.
 */

import { fromBase64Url } from '../encoding/base64url.ts'
import { AppError, toAppError } from '../errors.ts'
import { MAX_RECORDS, type PeerMessage } from '../protocol/peer-messages.ts'
import type { PeerId } from '../share/keys.ts'
import { HASH_BYTES, type PieceRecord } from '../share/piece-record.ts'
import type { Clock } from './clock.ts'
import type { PeerSession } from './peer-session.ts'
import type { PieceStore } from './piece-store.ts'

export type RecordsMessage = Extract<PeerMessage, { type: 'records' }>

/** Bytes of an Ed25519 signature. */
const SIGNATURE_BYTES = 64
/** A seeder reads and signs every piece for the first time: large ones on a slow disk take a while. Milliseconds. */
const PATIENCE_MS = 20_000
/** Questions that were not answered before the rest is simply fetched. */
const MAX_FAILURES = 2

export interface LocalReuseEvents {
  /** The piece is here now. */
  written(piece: number): void
  /** It is not: it is to be fetched like any other. */
  released(): void
  /** The store cannot go on. */
  failed(error: AppError): void
}

export class LocalReuse {
  readonly #clock: Clock
  readonly #store: PieceStore
  readonly #sessions: ReadonlyMap<PeerId, PeerSession>
  readonly #events: LocalReuseEvents
  /** Not decided yet, so not to be fetched. */
  readonly #pending: Set<number>
  #question:
    { readonly session: PeerSession; readonly pieces: Set<number>; readonly askedMs: number } | undefined
  #failures = 0
  #isTaking = false
  #isStopped = false

  constructor(
    clock: Clock,
    store: PieceStore,
    isMissing: (piece: number) => boolean,
    sessions: ReadonlyMap<PeerId, PeerSession>,
    events: LocalReuseEvents,
  ) {
    this.#clock = clock
    this.#store = store
    this.#sessions = sessions
    this.#events = events
    this.#pending = new Set([...(store.elsewhere ?? [])].filter(isMissing))
  }

  isPending(piece: number): boolean {
    return this.#pending.has(piece)
  }

  /** Asks for the next records, and gives up on who does not answer. */
  tick(): void {
    const question = this.#question
    if (question !== undefined && this.#clock.now() - question.askedMs > PATIENCE_MS) this.#lost()
    this.#ask()
  }

  /** Throws AppError `peer.protocol` for what was not asked. */
  receive(session: PeerSession, { asked, records }: RecordsMessage): void {
    const question = this.#question
    if (question?.session !== session) return // late, from a peer that was left
    if (asked.length !== question.pieces.size || asked.some((piece) => !question.pieces.has(piece))) {
      throw new AppError('peer.protocol', { detail: 'unasked records' })
    }
    const parsed = records.map((record) => parseRecord(record, question.pieces))
    this.#question = undefined
    this.#failures = 0
    const told = new Set(parsed.map(({ index }) => index))
    const untold = [...question.pieces].filter((piece) => !told.has(piece))
    this.#release(untold)
    void this.#take(parsed)
  }

  peerGone(session: PeerSession): void {
    if (this.#question?.session === session) this.#lost()
  }

  stop(): void {
    this.#isStopped = true
    this.#pending.clear()
    this.#question = undefined
  }

  #ask(): void {
    if (this.#pending.size === 0 || this.#question !== undefined || this.#isTaking) return
    for (const session of this.#sessions.values()) {
      const { remote } = session
      if (remote === undefined || session.mainLane === undefined) continue
      const pieces: number[] = []
      for (const piece of this.#pending) {
        if (pieces.length === MAX_RECORDS) break
        if (remote.has(piece)) pieces.push(piece)
      }
      if (pieces.length === 0 || !session.send({ type: 'records.get', pieces })) continue
      this.#question = { session, pieces: new Set(pieces), askedMs: this.#clock.now() }
      return
    }
  }

  /** Nobody answered: a peer of an older version does not know the question. */
  #lost(): void {
    const pieces = this.#question?.pieces ?? []
    this.#question = undefined
    if (++this.#failures >= MAX_FAILURES) this.#release([...this.#pending])
    else this.#release([...pieces])
  }

  #release(pieces: readonly number[]): void {
    if (pieces.length === 0) return
    for (const piece of pieces) this.#pending.delete(piece)
    this.#events.released()
  }

  /** One after the other: the disk is the limit, and downloads want some of it. */
  async #take(records: readonly PieceRecord[]): Promise<void> {
    this.#isTaking = true
    try {
      for (const record of records) {
        if (this.#isStopped) return
        const isTaken = (await this.#store.takeFromElsewhere?.(record)) === true
        if (this.#isStopped) return
        this.#pending.delete(record.index)
        if (isTaken) this.#events.written(record.index)
        else this.#events.released()
      }
    } catch (error) {
      if (!this.#isStopped) this.#events.failed(toAppError(error))
    } finally {
      this.#isTaking = false
    }
    this.#ask()
  }
}

/** Its signature is looked at when the bytes are, as with every piece. */
function parseRecord(
  [index, hashText, signatureText]: RecordsMessage['records'][number],
  asked: ReadonlySet<number>,
): PieceRecord {
  const hash = fromBase64Url(hashText)
  const signature = fromBase64Url(signatureText)
  if (!asked.has(index) || hash?.length !== HASH_BYTES || signature?.length !== SIGNATURE_BYTES) {
    throw new AppError('peer.protocol', { detail: 'malformed record' })
  }
  return { index, hash, signature }
}
