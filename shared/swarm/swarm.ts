/** One share's swarm on this device: sessions with its peers, and who handles what they say. Pure. */

import { AppError, toAppError, unreachable } from '../errors.ts'
import { readFrame } from '../protocol/block-frame.ts'
import {
  decodeBits,
  decodePeerMessage,
  encodeBits,
  type ByeReason,
  type PeerMessage,
} from '../protocol/peer-messages.ts'
import type { PeerId } from '../share/keys.ts'
import type { Summary } from '../share/summary.ts'
import { Bitfield } from './bitfield.ts'
import type { Demand } from './demand.ts'
import { Downloader } from './downloader.ts'
import { beat, hearPong } from './heartbeat.ts'
import { hearHello, sayHello } from './hello.ts'
import type { Lane } from './lane.ts'
import { ManifestFetch } from './manifest-fetch.ts'
import { News } from './news.ts'
import { freePace } from './pace.ts'
import { PeerSession, SessionLane } from './peer-session.ts'
import type { PieceStore } from './piece-store.ts'
import type { SwarmOptions } from './swarm-events.ts'
import { Uploader } from './uploader.ts'

/** How often limits are looked at and news is passed on, milliseconds. */
const TICK_MS = 100

export class Swarm {
  readonly sessions = new Map<PeerId, PeerSession>()
  readonly #options: SwarmOptions
  readonly #banned = new Set<PeerId>()
  readonly #uploader: Uploader
  readonly #manifest: ManifestFetch
  readonly #stopTicking: () => void
  #downloader: Downloader | undefined
  #store: PieceStore | undefined
  readonly #news: News
  #isDone = false
  #isClosed = false
  /** Of peers that are gone. */
  #pastReceivedBytes = 0
  #pastSentBytes = 0

  constructor(options: SwarmOptions) {
    this.#options = options
    const { clock, events } = options
    this.#news = new News(this.sessions)
    this.#uploader = new Uploader(clock, options.up ?? freePace(clock), {
      failed: (error) => this.#fail(error),
    })
    this.#manifest = new ManifestFetch(clock, options.keys, this.sessions, {
      summary: (summary, box) => {
        this.#uploader.offerSummary(box)
        events.summary(summary, box)
      },
      manifest: (bytes) => events.manifest(bytes),
      lied: (peer, error) => this.#ban(peer, error),
    })
    this.#stopTicking = clock.every(TICK_MS, () => this.#tick())
  }

  get hasSource(): boolean {
    return this.#downloader?.demand.hasSource ?? false
  }

  /** What is here and how many peers have it; undefined before `begin`. */
  get pieces(): Pick<Demand, 'have' | 'availability'> | undefined {
    return this.#downloader?.demand
  }

  /** Block bytes that came in, useful or not. */
  get receivedBytes(): number {
    return this.sessions
      .values()
      .reduce((sum, session) => sum + session.receivedBytes, this.#pastReceivedBytes)
  }

  get sentBytes(): number {
    return this.sessions.values().reduce((sum, session) => sum + session.sentBytes, this.#pastSentBytes)
  }

  isBanned(peer: PeerId): boolean {
    return this.#banned.has(peer)
  }

  /** The share's description is known: pass it on to those who ask. */
  learnSummary(summary: Summary, box: Uint8Array): void {
    this.#uploader.offerSummary(box)
    // Those who came before it was ready are waiting for it.
    for (const { mainLane } of this.sessions.values()) if (mainLane) this.#uploader.requestSummary(mainLane)
    this.#manifest.learnSummary(summary)
  }

  offerManifest(bytes: Uint8Array): void {
    this.#uploader.offerManifest(bytes)
  }

  /** From here on pieces are served and, where they are wanted and missing, fetched. */
  begin(store: PieceStore, wanted: Bitfield = Bitfield.full(store.layout.pieceCount)): void {
    this.#store = store
    this.#uploader.offerPieces(store)
    const { clock, down = freePace(clock) } = this.#options
    this.#downloader = new Downloader(clock, store, wanted, down, this.sessions, {
      written: (piece) => this.#written(piece),
      lied: (peer, error) => this.#ban(peer, error),
      failed: (error) => this.#fail(error),
    })
    for (const session of this.sessions.values()) {
      this.#guard(session, () => {
        const fresh = session.learnPieceCount(store.layout.pieceCount)
        session.send({ type: 'bitfield', bits: encodeBits(store.whole.toBytes()) })
        this.#downloader?.peerHas(session, fresh)
      })
    }
    this.#checkDone()
  }

  /** Takes the lane over. */
  addLane(peer: PeerId, lane: Lane): void {
    if (this.#isClosed || this.#banned.has(peer)) {
      lane.close()
      return
    }
    const session = this.sessions.get(peer) ?? new PeerSession(peer)
    this.sessions.set(peer, session)
    const mine = new SessionLane(lane, this.#options.clock)
    session.lanes.set(lane.id, mine)
    sayHello(mine, this.#options)
    lane.attach({
      control: (text) => this.#guard(session, () => this.#control(session, mine, text)),
      frame: (bytes) => this.#guard(session, () => this.#frame(session, mine, bytes)),
      writable: () => this.#uploader.pump(mine),
      closed: (reason) => this.#laneGone(session, mine, reason),
    })
    this.#options.events.changed()
  }

  /** Ends the connection to one peer. */
  drop(peer: PeerId, reason: ByeReason): void {
    const session = this.sessions.get(peer)
    if (session === undefined) return
    session.send({ type: 'bye', reason })
    for (const lane of session.lanes.values()) this.#endLane(session, lane, reason)
  }

  close(reason: ByeReason): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#stopTicking()
    this.#downloader?.stop()
    for (const peer of this.sessions.keys()) this.drop(peer, reason)
    this.#uploader.close()
  }

  #control(session: PeerSession, lane: SessionLane, text: string): void {
    lane.lastHeardMs = this.#options.clock.now()
    const message = decodePeerMessage(text)
    if (message === undefined) return
    if (message.type !== 'hello' && !lane.isGreeted) {
      throw new AppError('peer.protocol', { detail: `${message.type} before hello` })
    }
    this.#handle(session, lane, message)
  }

  #handle(session: PeerSession, lane: SessionLane, message: PeerMessage): void {
    const pieceCount = this.#store?.layout.pieceCount
    switch (message.type) {
      case 'hello':
        return this.#hello(session, lane, message)
      case 'summary.get':
        return this.#uploader.requestSummary(lane)
      case 'summary':
        return this.#manifest.receiveSummary(session, message.box)
      case 'manifest.get':
        return this.#uploader.requestManifest(session, lane, message.offset, message.length)
      case 'manifest.none':
        return this.#manifest.refuse(session)
      case 'bitfield':
        return this.#peerHas(session, session.addBits(decodeBits(message.bits), pieceCount))
      case 'have':
        return this.#peerHas(session, session.addHave(message.pieces, pieceCount))
      case 'request':
        return this.#uploader.request(session, lane, message.ranges)
      case 'cancel':
        return this.#uploader.cancel(lane, message.ranges)
      case 'reject':
        this.#downloader?.reject(lane, message.ranges)
        return
      case 'ping':
        lane.send({ type: 'pong', id: message.id })
        return
      case 'pong':
        return hearPong(lane, message.id, this.#options.clock.now())
      case 'network':
      case 'retire':
      case 'signal':
        return // nothing uses them yet
      case 'bye':
        this.#options.events.left(session.peer, message.reason)
        return this.drop(session.peer, 'done')
      default:
        return unreachable(message)
    }
  }

  #hello(session: PeerSession, lane: SessionLane, message: Extract<PeerMessage, { type: 'hello' }>): void {
    if (hearHello(session, lane, message)) {
      const store = this.#store
      if (store !== undefined) lane.send({ type: 'bitfield', bits: encodeBits(store.whole.toBytes()) })
      this.#manifest.sessionReady(session)
    }
    this.#downloader?.fill(session)
    this.#options.events.changed()
  }

  #peerHas(session: PeerSession, fresh: readonly number[]): void {
    if (fresh.length === 0) return
    this.#downloader?.peerHas(session, fresh)
    this.#options.events.changed()
  }

  #frame(session: PeerSession, lane: SessionLane, bytes: Uint8Array): void {
    lane.lastHeardMs = this.#options.clock.now()
    if (!lane.isGreeted) throw new AppError('peer.protocol', { detail: 'frame before hello' })
    const frame = readFrame(bytes)
    if (frame.kind === 'manifest') this.#manifest.receive(session, lane, frame)
    else if (this.#downloader === undefined) throw new AppError('peer.protocol', { detail: 'unasked block' })
    else this.#downloader.receive(session, lane, frame)
  }

  /** What a peer does wrong ends its connection, and nothing else. */
  #guard(session: PeerSession, act: () => void): void {
    try {
      act()
    } catch (error) {
      const known = toAppError(error)
      // Our own bug must not look like a stranger's fault.
      if (known.code === 'internal') throw error
      this.#ban(session.peer, known)
    }
  }

  #ban(peer: PeerId, error: AppError): void {
    if (this.#banned.has(peer)) return
    this.#banned.add(peer)
    this.drop(peer, error.code === 'peer.version' ? 'version' : 'banned')
    this.#options.events.banned(peer, error)
  }

  #endLane(session: PeerSession, lane: SessionLane, reason: string): void {
    lane.lane.close()
    this.#laneGone(session, lane, reason)
  }

  #laneGone(session: PeerSession, lane: SessionLane, reason: string): void {
    if (!session.lanes.delete(lane.lane.id)) return
    this.#uploader.forget(lane)
    const isLast = session.lanes.size === 0
    if (isLast && this.sessions.get(session.peer) === session) {
      this.sessions.delete(session.peer)
      this.#pastReceivedBytes += session.receivedBytes
      this.#pastSentBytes += session.sentBytes
    }
    this.#manifest.laneGone(lane)
    this.#downloader?.laneGone(lane)
    if (isLast) this.#downloader?.peerGone(session)
    this.#options.events.laneGone(session.peer, lane.lane.id, reason)
    this.#options.events.changed()
  }

  #written(piece: number): void {
    if (this.#store?.whole.has(piece) === true) this.#news.add(piece)
    this.#options.events.written(piece)
    this.#checkDone()
  }

  #checkDone(): void {
    if (this.#isDone || this.#downloader?.demand.missingCount !== 0) return
    this.#isDone = true
    this.#news.tell()
    this.#options.events.done()
  }

  #fail(error: AppError): void {
    if (!this.#isClosed) this.#options.events.failed(error)
  }

  #tick(): void {
    const now = this.#options.clock.now()
    this.#news.tell()
    this.#manifest.tick()
    this.#downloader?.tick()
    this.#uploader.tick()
    for (const session of this.sessions.values()) {
      for (const lane of session.lanes.values()) {
        if (!beat(lane, now)) this.#endLane(session, lane, 'silent')
      }
    }
  }
}
