/**
 * Peers introduce each other where no coordinator does: each tells its neighbours whom it is connected to (after BEP 11),
 * and passes sealed signals between two of them. Never further than that, and never more than it was given. Pure.
 */

import { AppError, toAppError } from '../errors.ts'
import { INTRODUCE_FEATURE, IntroductionSeal, type IntroductionKey } from '../protocol/introductions.ts'
import { MAX_TOLD_PEERS, type PeerMessage } from '../protocol/peer-messages.ts'
import { topicOf, type PeerId, type ShareKeys } from '../share/keys.ts'
import type { Clock } from './clock.ts'
import type { PeerSession } from './peer-session.ts'

/** Between two lists to one peer, milliseconds. What a newcomer costs its neighbours is bounded by this. */
const TELL_MS = 10_000
/** Lists that come faster are not listened to. Milliseconds: half of it, for what was held up on the way. */
const HEAR_MS = TELL_MS / 2
/** Those who have written and whom nobody has told of, kept to be answered. */
const MAX_WRITERS = 32

type MessageOf<Type extends PeerMessage['type']> = Extract<PeerMessage, { type: Type }>

/** Of one neighbour. */
interface Acquaintance {
  readonly key: IntroductionKey
  readonly others: Map<PeerId, IntroductionKey>
  /** As last told to it. */
  told: string
  toldMs: number
  heardMs: number
}

export class Introductions {
  readonly #self: PeerId
  readonly #clock: Clock
  readonly #sessions: ReadonlyMap<PeerId, PeerSession>
  readonly #heard: (from: PeerId, box: string) => void
  readonly #seal: IntroductionSeal
  readonly #acquaintances = new Map<PeerSession, Acquaintance>()
  /** Who has written by whom. */
  readonly #writers = new Map<PeerId, { readonly by: PeerSession; readonly key: IntroductionKey }>()

  /**
   * @param self this device's id in the share
   * @param heard a sealed signal was passed along
   */
  constructor(
    self: PeerId,
    keys: ShareKeys,
    clock: Clock,
    sessions: ReadonlyMap<PeerId, PeerSession>,
    heard: (from: PeerId, box: string) => void,
  ) {
    this.#self = self
    this.#clock = clock
    this.#sessions = sessions
    this.#heard = heard
    this.#seal = new IntroductionSeal(topicOf(keys.publicKey))
  }

  /** For this side's `hello`. */
  get greeting(): Pick<MessageOf<'hello'>, 'features' | 'key'> {
    return { features: [INTRODUCE_FEATURE], key: this.#seal.publicKey }
  }

  greet(session: PeerSession, { features, key }: MessageOf<'hello'>): void {
    if (key === undefined || !features.includes(INTRODUCE_FEATURE)) return
    const long = Number.NEGATIVE_INFINITY
    this.#acquaintances.set(session, { key, others: new Map(), told: '', toldMs: long, heardMs: long })
  }

  forget(session: PeerSession): void {
    this.#acquaintances.delete(session)
    for (const [peer, { by }] of this.#writers) if (by === session) this.#writers.delete(peer)
  }

  /** Peers that neighbours are connected to and this device is not. */
  strangers(): PeerId[] {
    const strangers = new Set<PeerId>()
    for (const [by, { others }] of this.#acquaintances)
      if (isLive(by)) for (const peer of others.keys()) if (!this.#sessions.has(peer)) strangers.add(peer)
    return [...strangers]
  }

  /** Whether somebody who is connected to the peer would pass a signal along. */
  canReach(peer: PeerId): boolean {
    return this.#waysTo(peer).length > 0
  }

  /** Has a neighbour pass a sealed signal along; another one each time, as one may be deaf. False: nobody can. */
  signal(to: PeerId, box: string): boolean {
    const ways = this.#waysTo(to)
    const way = ways[Math.floor(this.#clock.random() * ways.length)]
    if (way === undefined) return false
    try {
      return way.by.send({ type: 'pass', to, box: this.#seal.seal(box, this.#self, to, way.key) })
    } catch (error) {
      if (toAppError(error).code === 'internal') throw error
      return false // a key that somebody made up: not the fault of whom it is said to be
    }
  }

  /** Throws AppError `peer.protocol`. */
  receive(session: PeerSession, message: MessageOf<'peers' | 'pass' | 'passed'>): void {
    const acquaintance = this.#acquaintances.get(session)
    if (acquaintance === undefined)
      throw new AppError('peer.protocol', { detail: `${message.type} before its feature` })
    if (message.type === 'peers') this.#hearPeers(acquaintance, message)
    else if (message.type === 'pass') this.#passOn(session, acquaintance, message)
    else this.#hearPassed(session, message)
  }

  tick(): void {
    const now = this.#clock.now()
    for (const [session, acquaintance] of this.#acquaintances) {
      if (now - acquaintance.toldMs < TELL_MS) continue
      const peers = this.#neighboursFor(session)
      const told = JSON.stringify(peers)
      if (told === acquaintance.told || (peers.length === 0 && acquaintance.told === '')) continue
      if (!session.send({ type: 'peers', peers })) continue
      acquaintance.told = told
      acquaintance.toldMs = now
    }
  }

  /** In a fixed order, so that nothing is told twice; those that joined last are as good as any. */
  #neighboursFor(session: PeerSession): [PeerId, IntroductionKey][] {
    const peers: [PeerId, IntroductionKey][] = []
    for (const [other, { key }] of this.#acquaintances) {
      if (other !== session && isLive(other)) peers.push([other.peer, key])
    }
    return peers.slice(-MAX_TOLD_PEERS)
  }

  #waysTo(peer: PeerId): { by: PeerSession; key: IntroductionKey }[] {
    const ways: { by: PeerSession; key: IntroductionKey }[] = []
    for (const [by, { others }] of this.#acquaintances) {
      const key = others.get(peer)
      if (key !== undefined && isLive(by)) ways.push({ by, key })
    }
    const writer = this.#writers.get(peer)
    if (ways.length === 0 && writer !== undefined && isLive(writer.by)) ways.push(writer)
    return ways
  }

  #hearPeers(acquaintance: Acquaintance, { peers }: MessageOf<'peers'>): void {
    const now = this.#clock.now()
    if (now - acquaintance.heardMs < HEAR_MS) return
    acquaintance.heardMs = now
    acquaintance.others.clear()
    for (const [peer, key] of peers) {
      if (peer !== this.#self) acquaintance.others.set(peer, key)
    }
  }

  /** One in, one out at most, no larger, and only to a direct neighbour. */
  #passOn(session: PeerSession, { key }: Acquaintance, { to, box }: MessageOf<'pass'>): void {
    const now = this.#clock.now()
    if (!session.signals.asked.take(now)) return
    const addressee = this.#sessions.get(to)
    if (addressee === undefined || addressee === session || !this.#acquaintances.has(addressee)) return
    // Several may write to one: together no more than it would take from one.
    if (!isLive(addressee) || !addressee.signals.given.take(now)) return
    addressee.send({ type: 'passed', from: session.peer, key, box })
  }

  #hearPassed(session: PeerSession, { from, key, box }: MessageOf<'passed'>): void {
    if (!session.signals.passed.take(this.#clock.now()) || from === this.#self) return
    let signal: string
    try {
      signal = this.#seal.open(box, from, this.#self, key)
    } catch (error) {
      if (toAppError(error).code === 'internal') throw error
      return // whoever wrote it is to blame, not who passed it along
    }
    this.#writers.delete(from)
    this.#writers.set(from, { by: session, key })
    const [oldest] = this.#writers.keys()
    if (this.#writers.size > MAX_WRITERS && oldest !== undefined) this.#writers.delete(oldest)
    this.#heard(from, signal)
  }
}

function isLive({ mainLane }: PeerSession): boolean {
  return mainLane !== undefined && !mainLane.isSuspect
}
