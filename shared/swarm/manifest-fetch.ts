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
  #source: { readonly session: PeerSession; readonly lane: SessionLane } | undefined
  #bytes: Uint8Array<ArrayBuffer> | undefined
  /** Offsets asked for and not received. */
  readonly #awaited = new Set<number>()
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
    if (this.#isDone || this.#source?.lane !== lane) return // late, from a source that was left
    if (!this.#awaited.delete(frame.offset))
      throw new AppError('peer.protocol', { detail: 'unasked manifest' })
    const bytes = this.#bytes
    if (bytes === undefined || frame.bytes.length !== this.#stretch(frame.offset)) {
      throw new AppError('peer.protocol', { detail: 'manifest stretch of a wrong length' })
    }
    bytes.set(frame.bytes, frame.offset)
    this.#progressMs = this.#clock.now()
    if (this.#askedTo < bytes.length) this.#ask()
    else if (this.#awaited.size === 0) this.#finish(session, bytes)
  }

  refuse(session: PeerSession): void {
    session.lacksManifest = true
    if (this.#source?.session === session) this.#leave()
  }

  laneGone(lane: SessionLane): void {
    if (this.#source?.lane === lane) this.#leave()
  }

  tick(): void {
    if (this.#isDone) return
    if (this.#source !== undefined && this.#clock.now() - this.#progressMs > PATIENCE_MS) {
      this.#source.session.lacksManifest = true
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
    if (this.#isDone || this.#source !== undefined || this.#summary === undefined) return
    for (const session of this.#sessions.values()) {
      const lane = session.mainLane
      if (lane === undefined || session.lacksManifest) continue
      this.#source = { session, lane }
      this.#bytes = new Uint8Array(this.#summary.manifestBytes)
      this.#askedTo = 0
      this.#awaited.clear()
      this.#progressMs = this.#clock.now()
      this.#ask()
      return
    }
  }

  #ask(): void {
    const length = this.#bytes?.length ?? 0
    while (this.#awaited.size < AHEAD && this.#askedTo < length) {
      const offset = this.#askedTo
      this.#source?.lane.send({ type: 'manifest.get', offset, length: this.#stretch(offset) })
      this.#awaited.add(offset)
      this.#askedTo += this.#stretch(offset)
    }
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
