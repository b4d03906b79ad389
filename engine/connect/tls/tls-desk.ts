/**
 * Opens TLS lanes beside the lanes of peers where TCP may get through, and remembers where it does not. Who wants blocks asks
 * for an invitation, the other side listens for a moment, the first dials; where that does not get through, the same the
 * other way round, because a firewall often lets nothing in and everything out. All on the authenticated lane beside which
 * the new one is to run, and to no other address than that lane's.
 */

import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import type { PeerView, RouteView } from '#shared/api/views.ts'
import { fromBase64Url, toBase64Url } from '#shared/encoding/base64url.ts'
import { toHex } from '#shared/encoding/bytes.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import type { TlsMessage } from '#shared/protocol/peer-messages.ts'
import { LaneId } from '#shared/protocol/signals.ts'
import { STREAM_TOKEN_BYTES } from '#shared/protocol/stream-messages.ts'
import type { PeerId } from '#shared/share/keys.ts'
import type { Lane } from '#shared/swarm/lane.ts'
import { makeCertificate, type Certificate } from './certificate.ts'
import { dialLane } from './dial-lane.ts'
import { listenForLane } from './tls-invitation.ts'
import { TLS_OPEN_MS } from './tls-settings.ts'
import {
  canDial,
  canListen,
  hostOf,
  isFollowable,
  laneToFollow,
  streamRoute,
  type LaneLook,
} from './tls-prospect.ts'

/** How often peers are looked at: a fast network carries several MiB meanwhile. Milliseconds. */
const TICK_MS = 50
/** An answer takes a round trip, and the other side's try to dial. Milliseconds, with room. */
const ANSWER_MS = 2 * TLS_OPEN_MS
/** After a lane was open, or the other side had no wish for it. Milliseconds. */
const RETRY_MS = 10_000
/** After no TCP got through: a firewall stays what it is. Milliseconds. */
const BLOCKED_MS = 10 * 60_000
/** One peer has this side listen no more often than this. Milliseconds. */
const INVITE_PAUSE_MS = 2000

type Offer = Extract<TlsMessage, { type: 'tls.offer' }>

/** A peer's session, as far as this is concerned. */
export interface PeerLanes {
  readonly peer: PeerId
  readonly features: ReadonlySet<string>
  readonly lanes: readonly LaneLook[]
}

export interface TlsDeskOptions {
  readonly ownId: PeerId
  /** Now connected. */
  sessions(): Iterable<PeerLanes>
  /** On this very lane. */
  send(peer: PeerId, lane: string, message: TlsMessage): boolean
  opened(peer: PeerId, lane: Lane): void
  changed(): void
  readonly log: (event: string, fields: Record<string, string | number | boolean>) => void
}

/** What is under way with one peer. */
interface Attempt {
  /** Beside which the new one is to run. */
  readonly beside: string
  readonly ending: AbortController
  /** Waits for an invitation; listens; dials. */
  phase: 'asking' | 'listening' | 'dialling'
  /** This side has dialled, or the other has said that it could not. */
  hasTried: boolean
  untilMs: number
}

interface PeerTls {
  attempt: Attempt | undefined
  isBlocked: boolean
  nextTryMs: number
  nextInviteMs: number
}

export class TlsDesk implements Disposable {
  readonly #options: TlsDeskOptions
  readonly #peers = new Map<PeerId, PeerTls>()
  readonly #ticking: NodeJS.Timeout
  #certificate: Certificate | undefined

  constructor(options: TlsDeskOptions) {
    this.#options = options
    this.#ticking = setInterval(() => this.#tick(), TICK_MS)
    this.#ticking.unref()
  }

  /** What a person is told of it. */
  stateOf(peer: PeerId, lanes: Iterable<{ readonly isStream: boolean }>): PeerView['tls'] {
    for (const { isStream } of lanes) if (isStream) return 'open'
    const known = this.#peers.get(peer)
    if (known?.attempt !== undefined) return 'trying'
    return known?.isBlocked === true ? 'blocked' : 'none'
  }

  hear(peer: PeerId, beside: string, message: TlsMessage): void {
    const known = this.#know(peer)
    const { attempt } = known
    if (message.type === 'tls.get') return this.#invite(peer, known, beside)
    // Nobody is dialled, or believed, who was not asked on this lane.
    if (attempt?.beside !== beside) return
    if (message.type === 'tls.none') this.#hearNone(peer, known, attempt)
    else if (attempt.phase === 'asking' || (attempt.phase === 'listening' && !attempt.hasTried))
      void this.#dial(peer, known, attempt, message)
  }

  /** The device is in another network: what was blocked may work there. */
  moved(): void {
    for (const known of this.#peers.values()) {
      known.isBlocked = false
      known.nextTryMs = 0
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#ticking)
    for (const { attempt } of this.#peers.values()) attempt?.ending.abort()
    this.#peers.clear()
  }

  #tick(): void {
    const now = performance.now()
    const present = new Set<PeerId>()
    for (const { peer, features, lanes } of this.#options.sessions()) {
      present.add(peer)
      const known = this.#peers.get(peer)
      if (known?.attempt !== undefined && now > known.attempt.untilMs) this.#refused(known, known.attempt)
      if (known?.attempt !== undefined || now < (known?.nextTryMs ?? 0)) continue
      const beside = laneToFollow(lanes, features)
      if (beside !== undefined) this.#ask(peer, this.#know(peer), beside)
    }
    for (const [peer, { attempt }] of this.#peers) {
      if (present.has(peer)) continue
      attempt?.ending.abort()
      this.#peers.delete(peer)
    }
  }

  #ask(peer: PeerId, known: PeerTls, beside: string): void {
    if (!this.#options.send(peer, beside, { type: 'tls.get' })) return
    this.#begin(known, beside, 'asking')
  }

  #invite(peer: PeerId, known: PeerTls, beside: string): void {
    const now = performance.now()
    const route = this.#routeOf(peer, beside)
    const isAsking = known.attempt?.phase === 'asking'
    // Both have asked at once: that of the smaller id is answered, here and there.
    if (isAsking && this.#options.ownId < peer) return
    const isBusy = known.attempt !== undefined && !isAsking
    if (route === undefined || isBusy || now < known.nextInviteMs) {
      this.#options.send(peer, beside, { type: 'tls.none' })
      return
    }
    known.nextInviteMs = now + INVITE_PAUSE_MS
    known.attempt?.ending.abort()
    void this.#listen(peer, known, this.#begin(known, beside, 'listening'), route)
  }

  /** Who stands behind a router says so, and is invited instead. */
  #hearNone(peer: PeerId, known: PeerTls, attempt: Attempt): void {
    const route = this.#routeOf(peer, attempt.beside)
    const isTurn = attempt.phase === 'asking' && route !== undefined && !canDial(route) && canListen(route)
    if (!isTurn) return this.#refused(known, attempt)
    this.#turn(attempt)
    void this.#listen(peer, known, attempt, route)
  }

  /** The other side is to dial now. */
  #turn(attempt: Attempt): void {
    attempt.phase = 'listening'
    attempt.untilMs = performance.now() + ANSWER_MS
  }

  async #listen(peer: PeerId, known: PeerTls, attempt: Attempt, followed: RouteView): Promise<void> {
    const { beside, ending } = attempt
    if (!canListen(followed)) {
      // The other side's invitation is waited for, where it can give one.
      this.#options.send(peer, beside, { type: 'tls.none' })
      return
    }
    const host = hostOf(followed.localAddress)
    const token = new Uint8Array(randomBytes(STREAM_TOKEN_BYTES))
    const lane = v.parse(LaneId, toHex(randomBytes(8)))
    const certificate = (this.#certificate ??= makeCertificate())
    try {
      const port = await listenForLane({
        certificate,
        host: host ?? '',
        lane: { id: lane, isOffered: false, route: streamRoute(followed), token },
        signal: ending.signal,
        opened: (opened) => this.#open(peer, known, attempt, opened),
      })
      if (known.attempt !== attempt) return
      const { fingerprint } = certificate
      const offer: Offer = { type: 'tls.offer', lane, port, token: toBase64Url(token), fingerprint }
      if (!this.#options.send(peer, beside, offer)) this.#end(known, 'none', attempt)
    } catch (error) {
      if (known.attempt !== attempt) return
      this.#options.log('tls.failed', { step: 'listen', detail: toAppError(error).detail ?? '' })
      this.#options.send(peer, beside, { type: 'tls.none' })
      this.#end(known, 'blocked', attempt)
    }
  }

  async #dial(peer: PeerId, known: PeerTls, attempt: Attempt, offer: Offer): Promise<void> {
    const followed = this.#routeOf(peer, attempt.beside)
    const host = followed === undefined ? undefined : hostOf(followed.remoteAddress)
    const token = fromBase64Url(offer.token)
    if (followed === undefined || host === undefined || token?.length !== STREAM_TOKEN_BYTES)
      return this.#end(known, 'none', attempt)
    const isAnswer = attempt.phase === 'listening'
    attempt.phase = 'dialling'
    attempt.hasTried = true
    attempt.untilMs = performance.now() + ANSWER_MS
    try {
      if (!canDial(followed)) throw new AppError('peer.unreachable', { detail: 'behind a router' })
      const lane = await dialLane({
        host,
        port: offer.port,
        fingerprint: offer.fingerprint,
        lane: { id: offer.lane, isOffered: true, route: streamRoute(followed), token },
        signal: attempt.ending.signal,
      })
      this.#open(peer, known, attempt, lane)
    } catch (error) {
      this.#options.log('tls.failed', { step: 'dial', detail: toAppError(error).detail ?? '' })
      if (known.attempt !== attempt) return
      if (isAnswer) {
        this.#options.send(peer, attempt.beside, { type: 'tls.none' })
        return this.#end(known, 'blocked')
      }
      // Perhaps the other side gets through.
      this.#turn(attempt)
      await this.#listen(peer, known, attempt, followed)
    }
  }

  /** Or not answered. Whoever has not heard of a port yet knows nothing of what gets through. */
  #refused(known: PeerTls, attempt: Attempt): void {
    this.#end(known, attempt.phase === 'asking' ? 'none' : 'blocked')
  }

  #open(peer: PeerId, known: PeerTls, attempt: Attempt, lane: Lane): void {
    if (known.attempt !== attempt) return lane.close()
    // Ends whatever else this was tried by.
    attempt.ending.abort()
    known.attempt = undefined
    known.isBlocked = false
    known.nextTryMs = performance.now() + RETRY_MS
    this.#options.log('tls.opened', { isOffered: lane.isOffered === true })
    this.#options.opened(peer, lane)
  }

  #begin(known: PeerTls, beside: string, phase: Attempt['phase']): Attempt {
    const untilMs = performance.now() + ANSWER_MS
    const attempt: Attempt = { beside, ending: new AbortController(), phase, hasTried: false, untilMs }
    known.attempt = attempt
    this.#options.changed()
    return attempt
  }

  #end(known: PeerTls, outcome: 'none' | 'blocked', of: Attempt | undefined = known.attempt): void {
    if (of === undefined || known.attempt !== of) return
    of.ending.abort()
    known.attempt = undefined
    known.isBlocked = outcome === 'blocked'
    known.nextTryMs = performance.now() + (known.isBlocked ? BLOCKED_MS : RETRY_MS)
    this.#options.changed()
  }

  /** Undefined when that lane is not one beside which a TLS lane may run. */
  #routeOf(peer: PeerId, beside: string): RouteView | undefined {
    for (const { peer: other, lanes } of this.#options.sessions()) {
      if (other !== peer || lanes.some(({ isStream }) => isStream)) continue
      const route = lanes.find(({ id }) => id === beside)?.route ?? null
      return isFollowable(route) ? route : undefined
    }
    return undefined
  }

  #know(peer: PeerId): PeerTls {
    const known = this.#peers.get(peer) ?? {
      attempt: undefined,
      isBlocked: false,
      nextTryMs: 0,
      nextInviteMs: 0,
    }
    this.#peers.set(peer, known)
    return known
  }
}
