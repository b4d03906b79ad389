/** Reads what peers say on their lanes and gives it to whom it concerns. Throws what a peer does wrong. Pure. */

import { AppError, unreachable } from '../errors.ts'
import { readFrame } from '../protocol/block-frame.ts'
import { decodeBits, decodePeerMessage, encodeBits, type PeerMessage } from '../protocol/peer-messages.ts'
import type { Clock } from './clock.ts'
import type { Downloader } from './downloader.ts'
import { hearHello, sayHello } from './hello.ts'
import type { Introductions } from './introductions.ts'
import type { LaneCare } from './lane-care.ts'
import { isStream } from './lane-order.ts'
import type { ManifestFetch } from './manifest-fetch.ts'
import type { NetworkNews } from './network-news.ts'
import type { PeerSession, SessionLane } from './peer-session.ts'
import type { PieceStore } from './piece-store.ts'
import type { RecordDesk } from './record-desk.ts'
import type { SwarmEvents } from './swarm-events.ts'
import type { Uploader } from './uploader.ts'

/** What there is as soon as the share's pieces are known. */
export interface PieceParts {
  readonly store: PieceStore
  readonly downloader: Downloader
  readonly records: RecordDesk
}

export interface MessageDeskParts {
  readonly clock: Clock
  readonly uploader: Uploader
  readonly manifest: ManifestFetch
  readonly network: NetworkNews
  readonly care: LaneCare
  /** Undefined where this device has no id. */
  readonly introductions: Introductions | undefined
  readonly events: Pick<SwarmEvents, 'changed' | 'signal' | 'tls'>
  /** Undefined before the pieces are known. */
  pieces(): PieceParts | undefined
  bye(session: PeerSession, reason: Extract<PeerMessage, { type: 'bye' }>['reason']): void
}

export class MessageDesk {
  readonly #parts: MessageDeskParts

  constructor(parts: MessageDeskParts) {
    this.#parts = parts
  }

  /** The first words on a new lane. */
  greet(session: PeerSession, lane: SessionLane, own: Parameters<typeof sayHello>[1]): void {
    sayHello(lane, own, this.#parts.introductions?.greeting)
    if (isStream(lane.lane.route())) this.#parts.manifest.streamOpened(session, lane)
  }

  control(session: PeerSession, lane: SessionLane, text: string): void {
    lane.heartbeat.heard(this.#parts.clock.now())
    const message = decodePeerMessage(text)
    if (message === undefined) return
    if (message.type !== 'hello' && !lane.isGreeted) {
      throw new AppError('peer.protocol', { detail: `${message.type} before hello` })
    }
    this.#handle(session, lane, message)
  }

  frame(session: PeerSession, lane: SessionLane, bytes: Uint8Array): void {
    lane.heartbeat.heardFrame(this.#parts.clock.now())
    if (!lane.isGreeted) throw new AppError('peer.protocol', { detail: 'frame before hello' })
    const frame = readFrame(bytes)
    const downloader = this.#parts.pieces()?.downloader
    if (frame.kind === 'manifest') this.#parts.manifest.receive(session, lane, frame)
    else if (downloader === undefined) throw new AppError('peer.protocol', { detail: 'unasked block' })
    else downloader.receive(session, lane, frame)
  }

  /** What this side has: at first, and when something that was said may be lost with its lane. */
  sayAgain(session: PeerSession): void {
    const bits = this.#parts.pieces()?.store.whole.toBytes()
    session.hasMissed = bits !== undefined && !session.send({ type: 'bitfield', bits: encodeBits(bits) })
  }

  #handle(session: PeerSession, lane: SessionLane, message: PeerMessage): void {
    const { clock, uploader, manifest, care, events } = this.#parts
    const pieces = this.#parts.pieces()
    const pieceCount = pieces?.store.layout.pieceCount
    switch (message.type) {
      case 'hello':
        return this.#hello(session, lane, message)
      case 'summary.get':
        return uploader.requestSummary(lane)
      case 'summary':
        return manifest.receiveSummary(session, message.box)
      case 'manifest.get':
        return uploader.requestManifest(session, lane, message.offset, message.length)
      case 'manifest.none':
        return manifest.refuse(session)
      case 'bitfield':
        return this.#peerHas(session, session.addBits(decodeBits(message.bits), pieceCount))
      case 'have':
        return this.#peerHas(session, session.addHave(message.pieces, pieceCount))
      case 'request':
        // It had retired from this lane, and has come back to it.
        lane.hasHeardRetire = false
        lane.lastAskedMs = clock.now()
        return uploader.request(session, lane, message.ranges)
      case 'cancel':
        return uploader.cancel(lane, message.ranges)
      case 'reject':
        return pieces?.downloader.reject(session, lane, message.ranges)
      case 'records.get':
        if (pieces === undefined) throw new AppError('peer.protocol', { detail: 'records before pieces' })
        return pieces.records.ask(session, message.pieces)
      case 'records':
        return pieces?.downloader.receiveRecords(session, message)
      case 'ping':
        lane.send({ type: 'pong', id: message.id })
        return
      case 'pong':
        return this.#pong(lane, message.id)
      case 'network':
        session.network = message.facts
        return events.changed()
      case 'retire':
        return care.hearRetire(session, lane)
      case 'signal':
        if (session.signals.own.take(clock.now())) events.signal?.(session.peer, message.box)
        return
      case 'peers':
      case 'pass':
      case 'passed':
        return this.#parts.introductions?.receive(session, message)
      case 'tls.get':
      case 'tls.offer':
      case 'tls.meet':
      case 'tls.none':
        if (session.signals.own.take(clock.now())) events.tls?.(session.peer, lane.lane.id, message)
        return
      case 'bye':
        return this.#parts.bye(session, message.reason)
      default:
        return unreachable(message)
    }
  }

  #hello(session: PeerSession, lane: SessionLane, message: Extract<PeerMessage, { type: 'hello' }>): void {
    const { clock, manifest, network, care, introductions, events } = this.#parts
    const pieces = this.#parts.pieces()
    const isFirst = hearHello(session, lane, message)
    // Now, while nothing stands before the answer: how near the peer is decides what is opened beside this lane.
    lane.heartbeat.ask(clock.now(), (id) => lane.send({ type: 'ping', id }))
    if (isFirst) {
      this.sayAgain(session)
      introductions?.greet(session, message)
      manifest.sessionReady(session)
    } else if (session.hasMissed) this.sayAgain(session)
    network.greet(lane)
    care.review(session)
    pieces?.downloader.fill(session)
    events.changed()
  }

  #pong(lane: SessionLane, id: number): void {
    lane.heartbeat.hearPong(id, this.#parts.clock.now())
    lane.noteTrip(lane.heartbeat.roundTripMs)
  }

  #peerHas(session: PeerSession, fresh: readonly number[]): void {
    if (fresh.length === 0) return
    this.#parts.pieces()?.downloader.peerHas(session, fresh)
    this.#parts.events.changed()
  }
}
