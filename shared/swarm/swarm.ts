/** One share's swarm on this device: sessions with its peers, and who handles what they say. Pure. */

import { toAppError, type AppError } from '../errors.ts'
import type { NetworkFacts } from '../protocol/network-facts.ts'
import { encodeBits, type ByeReason } from '../protocol/peer-messages.ts'
import type { PeerId } from '../share/keys.ts'
import type { Summary } from '../share/summary.ts'
import { Bitfield } from './bitfield.ts'
import type { Demand } from './demand.ts'
import { Downloader } from './downloader.ts'
import { Introductions } from './introductions.ts'
import type { Lane } from './lane.ts'
import { LaneCare } from './lane-care.ts'
import { LanePlanner } from './lane-planner.ts'
import { ManifestFetch } from './manifest-fetch.ts'
import { MessageDesk, type PieceParts } from './message-desk.ts'
import type { MeshLink } from './mesh.ts'
import { meshLinks } from './mesh-links.ts'
import { NetworkNews } from './network-news.ts'
import { News } from './news.ts'
import { freePace } from './pace.ts'
import { PeerSession, SessionLane } from './peer-session.ts'
import { RecordDesk } from './record-desk.ts'
import type { PieceStore } from './piece-store.ts'
import type { SwarmOptions } from './swarm-events.ts'
import { Traffic } from './traffic.ts'
import { Uploader } from './uploader.ts'
import { Urgency } from './urgency.ts'

/** How often limits are looked at and news is passed on, milliseconds. */
const TICK_MS = 100

export class Swarm {
  readonly sessions = new Map<PeerId, PeerSession>()
  readonly #options: SwarmOptions
  /** Priorities and a read head: set before `begin` or at any time after it. */
  readonly urgency = new Urgency()
  /** Undefined where this device has no id in the share. */
  readonly introductions: Introductions | undefined
  readonly traffic = new Traffic(this.sessions)
  readonly #banned = new Set<PeerId>()
  readonly #uploader: Uploader
  readonly #manifest: ManifestFetch
  readonly #stopTicking: () => void
  /** Undefined before `begin`. */
  #pieces: PieceParts | undefined
  readonly #news: News
  readonly #network: NetworkNews
  readonly #care: LaneCare
  readonly #planner: LanePlanner
  readonly #desk: MessageDesk
  #isDone = false
  #isClosed = false

  constructor(options: SwarmOptions) {
    this.#options = options
    const { clock, keys, self, events, maxLanes = 1 } = options
    this.#news = new News(this.sessions)
    this.#network = new NetworkNews(clock, this.sessions)
    this.#care = new LaneCare(clock, this.sessions, TICK_MS, maxLanes, {
      health: (session, lane) => this.#laneHealth(session, lane),
      end: (session, lane, reason) => this.#endLane(session, lane, reason),
      awaits: (lane) => lane.outstanding.size > 0 || this.#manifest.awaits(lane),
    })
    this.#planner = new LanePlanner(clock, this.sessions, maxLanes, {
      isLimited: () => options.down?.isLimited === true,
      wantsLanes: (peer, count) => events.wantsLanes?.(peer, count),
    })
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
    if (self !== undefined)
      this.introductions = new Introductions(self, keys, clock, this.sessions, (peer, box) =>
        events.signal?.(peer, box),
      )
    this.#desk = new MessageDesk({
      clock,
      uploader: this.#uploader,
      manifest: this.#manifest,
      network: this.#network,
      care: this.#care,
      introductions: this.introductions,
      events,
      pieces: () => this.#pieces,
      bye: (session, reason) => {
        events.left(session.peer, reason)
        this.drop(session.peer, 'done')
      },
    })
    this.#stopTicking = clock.every(TICK_MS, () => this.#tick())
  }

  get hasSource(): boolean {
    return this.#pieces?.downloader.demand.hasSource ?? false
  }

  /** What is here and how many peers have it; undefined before `begin`. */
  get pieces():
    Pick<Demand, 'have' | 'availability' | 'copies' | 'isMissing' | 'unavailableCount'> | undefined {
    return this.#pieces?.downloader.demand
  }

  /** Something is missing here, or it is not known yet what there is. */
  get isHungry(): boolean {
    return this.#pieces === undefined || !this.#isDone
  }

  /** What each connection is worth to the mesh. */
  links(): MeshLink[] {
    const pieces = this.#pieces
    const parts = pieces && { demand: pieces.downloader.demand, whole: pieces.store.whole }
    return meshLinks(this.sessions, parts)
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
    this.#uploader.offerPieces(store, this.sessions)
    this.urgency.learnLayout(store.layout)
    const { clock, down = freePace(clock) } = this.#options
    const downloader = new Downloader(clock, store, wanted, down, this.urgency, this.sessions, {
      written: (piece) => this.#written(piece),
      lied: (peer, error) => this.#ban(peer, error),
      failed: (error) => this.#fail(error),
    })
    const records = new RecordDesk(store, { failed: (error) => this.#fail(error) })
    this.#pieces = { store, downloader, records }
    for (const session of this.sessions.values()) {
      this.#guard(session, () => {
        const fresh = session.learnPieceCount(store.layout.pieceCount)
        session.send({ type: 'bitfield', bits: encodeBits(store.whole.toBytes()) })
        downloader.peerHas(session, fresh)
      })
    }
    this.#checkDone()
  }

  /** Takes the lane over. */
  addLane(peer: PeerId, lane: Lane): void {
    // An id that is there already: not everybody who draws one is honest.
    const isTaken = this.sessions.get(peer)?.lanes.has(lane.id)
    if (this.#isClosed || this.#banned.has(peer) || isTaken === true) return lane.close()
    const session = this.sessions.get(peer) ?? new PeerSession(peer, this.#options.clock.now())
    this.sessions.set(peer, session)
    const mine = new SessionLane(lane, this.#options.clock, this.#planner.isReserve(session, lane))
    session.lanes.set(lane.id, mine)
    this.#desk.greet(session, mine, this.#options)
    lane.attach({
      control: (text) => this.#guard(session, () => this.#desk.control(session, mine, text)),
      frame: (bytes) => this.#guard(session, () => this.#desk.frame(session, mine, bytes)),
      writable: () => this.#uploader.pump(mine),
      closed: (reason) => this.#laneGone(session, mine, reason),
    })
    this.#options.events.changed()
  }

  /** What is known of this device's network, for the peers. */
  learnNetwork(facts: NetworkFacts): void {
    this.#network.learn(facts)
  }

  /** The network has changed: every lane is to show at once that it lives. */
  probe(): void {
    this.#care.probe()
  }

  /** A sealed signal, over a lane to the peer or by a neighbour. False when there is neither that is known to live. */
  signal(peer: PeerId, box: string): boolean {
    const lane = this.sessions.get(peer)?.mainLane
    if (lane !== undefined && !lane.isSuspect) return lane.send({ type: 'signal', box })
    return this.introductions?.signal(peer, box) ?? false
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
    this.#pieces?.downloader.stop()
    for (const peer of this.sessions.keys()) this.drop(peer, reason)
    this.#uploader.close()
    this.#pieces?.records.close()
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
      this.traffic.keep(session)
    }
    if (!isLast) this.#care.review(session)
    this.#manifest.laneGone(lane)
    this.#pieces?.downloader.laneGone(lane)
    if (isLast) {
      this.#pieces?.downloader.peerGone(session)
      this.#pieces?.records.forget(session)
      this.introductions?.forget(session)
    } else if (!lane.hasSaidRetire || !lane.hasHeardRetire) this.#desk.sayAgain(session)
    this.#options.events.laneGone(session.peer, lane.lane.id, reason)
    this.#options.events.changed()
  }

  #written(piece: number): void {
    if (this.#pieces?.store.whole.has(piece) === true) this.#news.add(piece)
    this.#options.events.written(piece)
    this.#checkDone()
  }

  #checkDone(): void {
    if (this.#isDone || this.#pieces?.downloader.demand.missingCount !== 0) return
    this.#isDone = true
    this.#news.tell()
    this.#options.events.done()
  }

  #fail(error: AppError): void {
    if (!this.#isClosed) this.#options.events.failed(error)
  }

  #tick(): void {
    this.#news.tell()
    this.#manifest.tick()
    this.#pieces?.downloader.tick()
    this.#uploader.tick()
    this.#network.tick()
    this.introductions?.tick()
    this.#planner.tick()
    this.#care.tick()
    for (const session of this.sessions.values())
      for (const lane of session.readyLanes) if (lane.isSuspect) this.#spare(session, lane)
  }

  #laneHealth(session: PeerSession, lane: SessionLane): void {
    this.#options.events.laneHealth?.(session.peer, lane.lane.id, lane.isSuspect)
    this.#options.events.changed()
  }

  /** What is owed on a lane that does not answer is asked for elsewhere. */
  #spare(session: PeerSession, lane: SessionLane): void {
    if (lane.outstanding.size > 0) this.#pieces?.downloader.askElsewhere(session, lane)
    if (this.#manifest.awaits(lane)) this.#manifest.laneGone(lane)
  }
}
