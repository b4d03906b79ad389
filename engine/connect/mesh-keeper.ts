/** Keeps a share's connections a good part of a mesh: how many are asked for, who makes room for whom, who is forgotten. */

import { toAppError } from '#shared/errors.ts'
import type { PeerId } from '#shared/share/keys.ts'
import {
  APART_MS,
  chooseToPart,
  isPoor,
  isUseless,
  MAX_CANDIDATES,
  wantedConnections,
  type MeshLink,
} from '#shared/swarm/mesh.ts'
import type { ConnectorOptions } from './connector-options.ts'
import { isBusy, type KnownPeer } from './known-peer.ts'

/** Connections per share unless the person says otherwise: a well-mixed swarm, and little for a home router's tables. */
const DEFAULT_CONNECTIONS = 12
/** How often connections are looked at, milliseconds. */
const LOOK_MS = 5000
/** Between two questions for more peers, milliseconds: a topic does not change its members any faster. */
const ASK_MS = 60_000

/** Peers that only neighbours tell of, tried at a time: they may be made up, and must not take the places of real ones. */
const MAX_BLIND = 2
/** For an answer with more peers. Milliseconds. */
const ASK_LIMIT_MS = 10_000

export interface MeshParts {
  readonly peers: ReadonlyMap<PeerId, KnownPeer>
  /** Those of another sample of who is there. */
  meet(peer: PeerId): void
  /** One that only a neighbour tells of. */
  meetByNeighbour(peer: PeerId): void
  /** Tries those that wait for a place. */
  tryWaiting(): void
}

type MeshOptions = Pick<ConnectorOptions, 'maxConnections' | 'log'> & {
  readonly session: Pick<ConnectorOptions['session'], 'requestPeers'>
  readonly swarm?:
    Pick<NonNullable<ConnectorOptions['swarm']>, 'links' | 'part' | 'isHungry' | 'strangers'> | undefined
}

export class MeshKeeper {
  readonly #parts: MeshParts
  readonly #apart = new Map<PeerId, number>()
  readonly #options: MeshOptions
  readonly #random: () => number
  #limit: number
  #madeRoomMs = Number.NEGATIVE_INFINITY
  #lookedMs = Number.NEGATIVE_INFINITY
  #askedMs: number
  #isMakingRoom = false

  constructor(options: MeshOptions, parts: MeshParts, random: () => number = Math.random) {
    this.#random = random
    this.#options = options
    this.#parts = parts
    this.#limit = options.maxConnections ?? DEFAULT_CONNECTIONS
    // The coordinator has just told.
    this.#askedMs = performance.now()
  }

  setLimit(limit: number): void {
    this.#limit = limit
  }

  /** Empty where nobody looks after the lanes. */
  get #links(): readonly MeshLink[] {
    return this.#options.swarm?.links() ?? []
  }

  get #isHungry(): boolean {
    return this.#options.swarm?.isHungry() ?? true
  }

  /** Connected or being tried. */
  get count(): number {
    return this.#parts.peers.values().reduce((sum, known) => sum + (isBusy(known) ? 1 : 0), 0)
  }

  /** Whether this side asks for no more. Those that are of no use do not count, while there are places. */
  get hasEnough(): boolean {
    const { peers } = this.#parts
    const { count } = this
    const wanted = wantedConnections(this.#limit, peers.size)
    if (count < wanted) return false
    if (count >= this.#limit) return true
    const now = performance.now()
    const links = this.#links
    // Who has everything needs nobody.
    if (!this.#isHungry) return true
    return count - links.filter((link) => isUseless(link, now)).length >= wanted
  }

  /** They have parted so that others get to know each other. */
  keepApart(peer: PeerId): void {
    this.#apart.delete(peer)
    this.#apart.set(peer, performance.now() + APART_MS)
    const [oldest] = this.#apart.keys()
    if (this.#apart.size > MAX_CANDIDATES && oldest !== undefined) this.#apart.delete(oldest)
  }

  isApart(peer: PeerId): boolean {
    return (this.#apart.get(peer) ?? 0) > performance.now()
  }

  /** For one that offers; where everything is taken, perhaps because somebody else goes. @param connections that it says it has */
  hasPlace(known: KnownPeer, connections: number | undefined): boolean {
    if (known.lanes.size > 0 || this.count - (isBusy(known) ? 1 : 0) < this.#limit) return true
    if (this.isApart(known.peer)) return false
    this.#isMakingRoom = true
    const hasMadeRoom = this.#part(connections !== undefined && isPoor(connections, this.#limit))
    this.#isMakingRoom = false
    return hasMadeRoom
  }

  /** A place that becomes free now is for one that has offered. */
  get isMakingRoom(): boolean {
    return this.#isMakingRoom
  }

  /** In random order: whoever was told of first would otherwise be everybody's neighbour. */
  mixed(peers: readonly KnownPeer[]): KnownPeer[] {
    const keyed = peers.map((known) => ({ known, key: this.#random() }))
    return keyed.sort((left, right) => left.key - right.key).map(({ known }) => known)
  }

  /** @returns a peer to forget: more are known than a mesh needs */
  surplus(): KnownPeer | undefined {
    const idle = this.#parts.peers
      .values()
      .filter((known) => !isBusy(known))
      .toArray()
    if (idle.length <= MAX_CANDIDATES) return undefined
    return idle[Math.floor(this.#random() * idle.length)]
  }

  tick(nowMs: number): void {
    if (nowMs - this.#lookedMs < LOOK_MS) return
    this.#lookedMs = nowMs
    this.#meetByNeighbours()
    const waiting = this.#parts.peers.values().some((known) => known.isWaiting && !this.isApart(known.peer))
    if (waiting) {
      // Only who misses something looks for somebody better; others make room when they are asked.
      if (this.count >= this.#limit && this.#isHungry) this.#part(false)
      this.#parts.tryWaiting()
    } else if (!this.hasEnough && nowMs - this.#askedMs > ASK_MS) {
      this.#askedMs = nowMs
      void this.#askForPeers()
    }
  }

  #meetByNeighbours(): void {
    const { peers } = this.#parts
    const blind = peers
      .values()
      .filter((known) => !known.isPresent && known.lanes.size === 0)
      .toArray()
    const strangers = (this.#options.swarm?.strangers() ?? []).filter(
      (peer) => !peers.has(peer) && !this.isApart(peer),
    )
    for (let room = MAX_BLIND - blind.length; room > 0 && strangers.length > 0 && !this.hasEnough; room--) {
      const [peer] = strangers.splice(Math.floor(this.#random() * strangers.length), 1)
      if (peer !== undefined) this.#parts.meetByNeighbour(peer)
    }
  }

  async #askForPeers(): Promise<void> {
    try {
      const peers = await this.#options.session.requestPeers(AbortSignal.timeout(ASK_LIMIT_MS))
      for (const peer of peers) this.#parts.meet(peer)
    } catch (error) {
      this.#options.log('peers.unasked', { code: toAppError(error).code })
    }
  }

  #part(isForPoor: boolean): boolean {
    const nowMs = performance.now()
    const links = this.#links
    const view = { nowMs, links, madeRoomMs: this.#madeRoomMs, random: this.#random }
    const peer = chooseToPart(view, isForPoor)
    if (peer === undefined) return false
    this.#options.log('mesh.room', { isForPoor })
    this.#madeRoomMs = nowMs
    this.keepApart(peer)
    this.#options.swarm?.part(peer)
    return true
  }
}
