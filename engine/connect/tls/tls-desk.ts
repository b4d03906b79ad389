/**
 * Opens TLS lanes beside the lanes of peers where TCP may get through, and remembers where it does not. Who wants blocks asks
 * for an invitation, the other side listens for a moment, the first dials; where that does not get through, the same the
 * other way round, because a firewall often lets nothing in and everything out; in the internet both dial at once. All on the authenticated lane beside which
 * the new one is to run, and to no other address than that lane's.
 */

import type { PeerView, RouteView } from '#shared/api/views.ts'
import { toAppError } from '#shared/errors.ts'
import type { TlsMessage } from '#shared/protocol/peer-messages.ts'
import type { PeerId } from '#shared/share/keys.ts'
import type { Lane } from '#shared/swarm/lane.ts'
import { beginAttempt, forgetFailures, newPeerTls, prolong, turn } from './tls-attempt.ts'
import type { Attempt, OpenedLane, PeerTls } from './tls-attempt.ts'
import * as pauses from './tls-pauses.ts'
import { drawPort, wordsOf, type TlsOpening, type TlsOffer } from './tls-opening.ts'
import { canDial, canListen, isFollowable, laneToFollow, waysOf, type PeerLanes } from './tls-prospect.ts'

/** How often peers are looked at by itself, for limits and for what changes without a word. Milliseconds. */
const TICK_MS = 250

export interface TlsDeskOptions {
  readonly ownId: PeerId
  readonly opening: TlsOpening
  /** Now connected. */
  sessions(): IteratorObject<PeerLanes>
  /** On this very lane. */
  send(peer: PeerId, lane: string, message: TlsMessage): boolean
  opened(peer: PeerId, lane: Lane): void
  changed(): void
  readonly log: (event: string, fields: Record<string, string | number | boolean>) => void
}

export class TlsDesk implements Disposable {
  readonly #options: TlsDeskOptions
  readonly #peers = new Map<PeerId, PeerTls>()
  readonly #ticking: NodeJS.Timeout

  constructor(options: TlsDeskOptions) {
    this.#options = options
    this.#ticking = setInterval(() => this.look(), TICK_MS)
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
    if (message.type === 'tls.get') return this.#invite(peer, known, beside, message.port)
    // Nobody is dialled, or believed, who was not asked on this lane.
    if (attempt?.beside !== beside) return
    if (message.type === 'tls.none') return this.#hearNone(peer, known, attempt)
    const isExpected =
      attempt.phase === 'asking'
        ? (message.type === 'tls.meet') === (attempt.ownPort !== undefined)
        : message.type === 'tls.offer' && attempt.phase === 'listening' && !attempt.hasTried
    if (isExpected) void this.#dial(peer, known, attempt, message)
  }

  /** The device is in another network: what was blocked may work there. */
  moved(): void {
    for (const known of this.#peers.values()) forgetFailures(known)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#ticking)
    for (const { attempt } of this.#peers.values()) attempt?.ending.abort()
    this.#peers.clear()
  }

  /** Also to be called when something has changed: a fast network carries several MiB between two looks. */
  look(): void {
    const now = performance.now()
    const present = new Set<PeerId>()
    for (const { peer, features, lanes } of this.#options.sessions()) {
      present.add(peer)
      const known = this.#peers.get(peer)
      if (known?.attempt !== undefined && now > known.attempt.untilMs)
        this.#refused(peer, known, known.attempt)
      if (known?.attempt !== undefined || now < (known?.nextTryMs ?? 0)) continue
      const beside = laneToFollow(lanes, features)
      if (beside !== undefined) this.#ask(peer, this.#know(peer), beside)
    }
    for (const [peer, { attempt }] of this.#peers) {
      if (present.has(peer) || attempt?.isEarly === true) continue
      attempt?.ending.abort()
      this.#peers.delete(peer)
    }
  }

  /** Begins one while the lane beside it is being opened. Where none comes of it, the usual way is tried then. */
  async beginEarly(
    peer: PeerId,
    beside: string,
    run: (signal: AbortSignal) => Promise<OpenedLane>,
  ): Promise<void> {
    const known = this.#know(peer)
    if (known.attempt !== undefined || this.#lanesOf(peer).some(({ isStream }) => isStream)) return
    const attempt = this.#begin(known, beside, 'dialling')
    attempt.isEarly = true
    try {
      this.#open(peer, known, attempt, await run(attempt.ending.signal))
    } catch (error) {
      this.#log('early', error)
      this.#end(known, 'none', attempt)
      known.nextTryMs = performance.now() + pauses.EARLY_MS
    }
  }

  #ask(peer: PeerId, known: PeerTls, beside: string): void {
    const route = this.#routeOf(peer, beside)
    if (route === undefined) return
    const ways = waysOf(route)
    const ownPort = ways[known.failures % ways.length] === 'meet' ? drawPort() : undefined
    const message: TlsMessage = { type: 'tls.get', ...(ownPort !== undefined && { port: ownPort }) }
    if (this.#options.send(peer, beside, message)) this.#begin(known, beside, 'asking', ownPort)
  }

  #invite(peer: PeerId, known: PeerTls, beside: string, port: number | undefined): void {
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
    known.nextInviteMs = now + pauses.INVITE_MS
    known.attempt?.ending.abort()
    const ownPort = port === undefined ? undefined : drawPort()
    const attempt = this.#begin(known, beside, 'listening', ownPort)
    if (port === undefined || ownPort === undefined) void this.#listen(peer, known, attempt, route)
    else void this.#meet(peer, known, attempt, route, ownPort, port)
  }

  /** Both dial. */
  async #meet(
    peer: PeerId,
    known: PeerTls,
    attempt: Attempt,
    followed: RouteView,
    ownPort: number,
    theirPort: number,
  ): Promise<void> {
    const ticket = this.#options.opening.draw()
    const ports = { own: ownPort, theirs: theirPort }
    const lane = this.#options.opening.meet(ticket, followed, ports, attempt.ending.signal)
    this.#options.send(peer, attempt.beside, { type: 'tls.meet', ...wordsOf(ticket, ownPort) })
    try {
      this.#open(peer, known, attempt, await lane)
    } catch (error) {
      this.#fail(peer, known, attempt, 'meet', error)
    }
  }

  /** Who stands behind a router says so, and is invited instead. */
  #hearNone(peer: PeerId, known: PeerTls, attempt: Attempt): void {
    const route = this.#routeOf(peer, attempt.beside)
    const isInvited = attempt.phase === 'asking' && attempt.ownPort === undefined
    if (!isInvited || route === undefined || canDial(route) || !canListen(route))
      return this.#refused(peer, known, attempt)
    turn(attempt)
    void this.#listen(peer, known, attempt, route)
  }

  async #listen(peer: PeerId, known: PeerTls, attempt: Attempt, followed: RouteView): Promise<void> {
    const { beside, ending } = attempt
    if (!canListen(followed)) {
      // The other side's invitation is waited for, where it can give one.
      this.#options.send(peer, beside, { type: 'tls.none' })
      return
    }
    try {
      const ticket = this.#options.opening.draw()
      const port = await this.#options.opening.listen(ticket, followed, ending.signal, (opened) =>
        this.#open(peer, known, attempt, opened),
      )
      if (known.attempt !== attempt) return
      const isSent = this.#options.send(peer, beside, { type: 'tls.offer', ...wordsOf(ticket, port) })
      if (!isSent) this.#end(known, 'none', attempt)
    } catch (error) {
      if (known.attempt === attempt) this.#options.send(peer, beside, { type: 'tls.none' })
      this.#fail(peer, known, attempt, 'listen', error)
    }
  }

  async #dial(peer: PeerId, known: PeerTls, attempt: Attempt, offer: TlsOffer): Promise<void> {
    const { beside, ending, ownPort } = attempt
    const followed = this.#routeOf(peer, beside)
    if (followed === undefined) return this.#end(known, 'none', attempt)
    const isAnswer = attempt.phase === 'listening'
    attempt.phase = 'dialling'
    attempt.hasTried = true
    prolong(attempt)
    try {
      const lane = await this.#options.opening.dial(followed, offer, ending.signal, { ownPort })
      this.#open(peer, known, attempt, lane)
    } catch (error) {
      const isTurn = !isAnswer && ownPort === undefined && canListen(followed)
      if (!isTurn || known.attempt !== attempt) {
        // Where both dial, both see it.
        if (ownPort === undefined && known.attempt === attempt)
          this.#options.send(peer, beside, { type: 'tls.none' })
        return this.#fail(peer, known, attempt, 'dial', error)
      }
      this.#log('dial', error)
      // Perhaps the other side gets through.
      turn(attempt)
      await this.#listen(peer, known, attempt, followed)
    }
  }

  #fail(peer: PeerId, known: PeerTls, attempt: Attempt, step: string, error: unknown): void {
    this.#log(step, error)
    this.#block(peer, known, attempt)
  }

  /** Nothing gets through. There may be another way to try. */
  #block(peer: PeerId, known: PeerTls, attempt: Attempt): void {
    const route = this.#routeOf(peer, attempt.beside)
    known.failures++
    const isLast = route === undefined || known.failures % waysOf(route).length === 0
    this.#end(known, isLast ? 'blocked' : 'none', attempt)
    if (!isLast) known.nextTryMs = performance.now() + pauses.INVITE_MS
  }

  #log(step: string, error: unknown): void {
    this.#options.log('tls.failed', { step, detail: toAppError(error).detail ?? '' })
  }

  /** Or not answered. Whoever has not heard of a port yet knows nothing of what gets through. */
  #refused(peer: PeerId, known: PeerTls, attempt: Attempt): void {
    if (attempt.phase === 'asking') this.#end(known, 'none', attempt)
    else this.#block(peer, known, attempt)
  }

  #open(peer: PeerId, known: PeerTls, attempt: Attempt, lane: OpenedLane): void {
    if (known.attempt !== attempt) return lane.close()
    // Ends whatever else this was tried by.
    attempt.ending.abort()
    known.attempt = undefined
    known.isBlocked = false
    known.nextTryMs = performance.now() + pauses.RETRY_MS
    this.#options.log('tls.opened', { isOffered: lane.isOffered === true })
    this.#options.opened(peer, lane)
    lane.proven.catch(() => this.#retract(peer, known, attempt))
  }

  /** The other side had given up by then, so it was never open there. */
  #retract(peer: PeerId, known: PeerTls, attempt: Attempt): void {
    if (attempt.isEarly) known.nextTryMs = performance.now() + pauses.EARLY_MS
    else if ((known.attempt ??= attempt) === attempt) this.#block(peer, known, attempt)
  }

  #begin(known: PeerTls, beside: string, phase: Attempt['phase'], ownPort?: number): Attempt {
    const attempt = beginAttempt(beside, phase, ownPort)
    known.attempt = attempt
    this.#options.changed()
    return attempt
  }

  #end(known: PeerTls, outcome: 'none' | 'blocked', of: Attempt): void {
    if (known.attempt !== of) return
    of.ending.abort()
    known.attempt = undefined
    known.isBlocked = outcome === 'blocked'
    known.nextTryMs = performance.now() + (known.isBlocked ? pauses.BLOCKED_MS : pauses.RETRY_MS)
    this.#options.changed()
  }

  /** Undefined when that lane is not one beside which a TLS lane may run. */
  #routeOf(peer: PeerId, beside: string): RouteView | undefined {
    const lanes = this.#lanesOf(peer)
    if (lanes.some(({ isStream }) => isStream)) return undefined
    const route = lanes.find(({ id }) => id === beside)?.route ?? null
    return isFollowable(route) ? route : undefined
  }

  #lanesOf(peer: PeerId): PeerLanes['lanes'] {
    return this.#options.sessions().find((session) => session.peer === peer)?.lanes ?? []
  }

  #know(peer: PeerId): PeerTls {
    const known = this.#peers.get(peer) ?? newPeerTls()
    this.#peers.set(peer, known)
    return known
  }
}
