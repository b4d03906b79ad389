/** Gets a share's description from its peers: the summary where no coordinator keeps it, then the manifest. Pure. */

import { fromBase64Url } from '../encoding/base64url.ts'
import { AppError } from '../errors.ts'
import type { ManifestFrame } from '../protocol/block-frame.ts'
import { MAX_MANIFEST_CHUNK_BYTES } from '../protocol/peer-messages.ts'
import type { PeerId, ShareKeys } from '../share/keys.ts'
import { isManifestOf, openSummary, type Summary } from '../share/summary.ts'
import type { Clock } from './clock.ts'
import type { PeerSession, SessionLane } from './peer-session.ts'

/** Stretches asked for ahead: 1 MiB. */
const AHEAD = 8
/** A peer that sends nothing of the manifest for so long is left for another. */
const PATIENCE_MS = 10_000

export interface ManifestFetchEvents {
  summary(summary: Summary, box: Uint8Array): void
  manifest(bytes: Uint8Array<ArrayBuffer>): void
  lied(peer: PeerId, error: AppError): void
}

export class ManifestFetch {
  readonly #clock: Clock
  readonly #keys: ShareKeys
  readonly #sessions: ReadonlyMap<PeerId, PeerSession>
  readonly #events: ManifestFetchEvents
  #summary: Summary | undefined
  #isDone = false
  #source: PeerSession | undefined
  #bytes: Uint8Array<ArrayBuffer> | undefined
  /** Offsets asked for and not received, and on which lane of the source. */
  readonly #awaited = new Map<number, SessionLane>()
  /** How often each offset was asked of a peer and not answered: after a pause an answer may come twice. */
  readonly #owed = new WeakMap<PeerSession, Map<number, number>>()
  #askedTo = 0
  #progressMs = 0

  constructor(
    clock: Clock,
    keys: ShareKeys,
    sessions: ReadonlyMap<PeerId, PeerSession>,
    events: ManifestFetchEvents,
  ) {
    this.#clock = clock
    this.#keys = keys
    this.#sessions = sessions
    this.#events = events
  }

  /** From the coordinator, or from the library. */
  learnSummary(summary: Summary): void {
    this.#summary ??= summary
    this.#start()
  }

  sessionReady(session: PeerSession): void {
    if (this.#isDone) return
    if (this.#summary === undefined) session.send({ type: 'summary.get' })
    else this.#start()
  }

  /**
   * A stream keeps the order of what is said on it, so the question goes out right behind the greeting and the answer comes right behind
   * the other side's. On data channels it could overtake that.
   */
  streamOpened(session: PeerSession, lane: SessionLane): void {
    if (!session.lacksManifest) this.#begin(session, lane)
  }

  receiveSummary(session: PeerSession, box: string | null): void {
    if (this.#summary !== undefined || box === null) return
    const bytes = fromBase64Url(box)
    if (bytes === undefined) throw new AppError('peer.protocol', { detail: 'summary is not base64url' })
    let summary: Summary
    try {
      summary = openSummary(bytes, this.#keys)
    } catch (error) {
      this.#events.lied(session.peer, error instanceof AppError ? error : new AppError('summary.invalid'))
      return
    }
    this.#summary = summary
    this.#events.summary(summary, bytes)
    this.#start()
  }

  receive(session: PeerSession, lane: SessionLane, frame: ManifestFrame): void {
    if (this.#isDone || this.#source !== session) return // late, from a source that was left
    this.#settle(session, frame.offset)
    if (this.#awaited.get(frame.offset) !== lane) return // late, from a lane that had stopped answering
    this.#awaited.delete(frame.offset)
    const bytes = this.#bytes
    if (bytes === undefined || frame.bytes.length !== this.#stretch(frame.offset)) {
      throw new AppError('peer.protocol', { detail: 'manifest stretch of a wrong length' })
    }
    bytes.set(frame.bytes, frame.offset)
    this.#progressMs = this.#clock.now()
    if (this.#askedTo < bytes.length) this.#ask(session.mainLane)
    else if (this.#awaited.size === 0) this.#finish(session, bytes)
  }

  refuse(session: PeerSession): void {
    session.lacksManifest = true
    if (this.#source === session) this.#leave()
  }

  /** Whether a part of it is still to come on this lane. */
  awaits(lane: SessionLane): boolean {
    return !this.#isDone && this.#awaited.values().some((asked) => asked === lane)
  }

  /** The lane has ended, or does not answer: another one of the same peer, or another peer, is asked. */
  laneGone(lane: SessionLane): void {
    if (this.#source === undefined) return
    const other = this.#source.mainLane
    if (other === undefined) return this.#leave()
    if (other === lane) return // it is only silent, and there is no other
    for (const [offset, asked] of this.#awaited) if (asked === lane) this.#askFor(this.#source, offset, other)
  }

  tick(): void {
    if (this.#isDone) return
    if (this.#source !== undefined && this.#clock.now() - this.#progressMs > PATIENCE_MS) {
      this.#source.lacksManifest = true
      this.#leave()
    }
    if (this.#source !== undefined) return
    // A peer that had it not may have it now.
    const ready = [...this.#sessions.values()].filter((session) => session.mainLane !== undefined)
    if (ready.every((session) => session.lacksManifest))
      for (const session of ready) session.lacksManifest = false
    if (this.#summary === undefined) {
      if (Math.floor(this.#clock.now() / 1000) % 5 === 0)
        for (const one of ready) one.send({ type: 'summary.get' })
    } else this.#start()
  }

  #leave(): void {
    this.#source = undefined
    this.#awaited.clear()
    this.#start()
  }

  #start(): void {
    for (const session of this.#sessions.values()) {
      const { mainLane } = session
      if (mainLane !== undefined && !session.lacksManifest) return this.#begin(session, mainLane)
    }
  }

  /** Unless it is here, is being fetched, or nobody knows yet how long it is. */
  #begin(session: PeerSession, lane: SessionLane): void {
    if (this.#isDone || this.#source !== undefined || this.#summary === undefined) return
    this.#source = session
    this.#bytes = new Uint8Array(this.#summary.manifestBytes)
    this.#askedTo = 0
    this.#awaited.clear()
    this.#progressMs = this.#clock.now()
    this.#ask(lane)
  }

  #ask(lane: SessionLane | undefined): void {
    const length = this.#bytes?.length ?? 0
    const source = this.#source
    if (source === undefined || lane === undefined) return
    while (this.#awaited.size < AHEAD && this.#askedTo < length) {
      const offset = this.#askedTo
      this.#askFor(source, offset, lane)
      this.#askedTo += this.#stretch(offset)
    }
  }

  #askFor(source: PeerSession, offset: number, lane: SessionLane): void {
    lane.send({ type: 'manifest.get', offset, length: this.#stretch(offset) })
    this.#awaited.set(offset, lane)
    const owed = this.#owed.get(source) ?? new Map<number, number>()
    this.#owed.set(source, owed.set(offset, (owed.get(offset) ?? 0) + 1))
  }

  /** Throws AppError `peer.protocol` for what was never asked for. */
  #settle(source: PeerSession, offset: number): void {
    const owed = this.#owed.get(source)
    const count = owed?.get(offset)
    if (owed === undefined || count === undefined)
      throw new AppError('peer.protocol', { detail: 'unasked manifest' })
    if (count > 1) owed.set(offset, count - 1)
    else owed.delete(offset)
  }

  #stretch(offset: number): number {
    return Math.min(MAX_MANIFEST_CHUNK_BYTES, (this.#bytes?.length ?? 0) - offset)
  }

  #finish(session: PeerSession, bytes: Uint8Array<ArrayBuffer>): void {
    const summary = this.#summary
    if (summary === undefined) return
    if (isManifestOf(summary, bytes)) {
      this.#isDone = true
      this.#events.manifest(bytes)
      return
    }
    this.#source = undefined
    this.#events.lied(session.peer, new AppError('peer.bad-piece', { detail: 'wrong manifest' }))
    this.#start()
  }
}
