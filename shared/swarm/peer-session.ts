/** Everything between this device and one peer of one share: one session over one or more lanes. Pure. */

import { AppError } from '../errors.ts'
import type { PeerId } from '../share/keys.ts'
import type { NetworkFacts } from '../protocol/network-facts.ts'
import { encodePeerMessage, type PeerMessage } from '../protocol/peer-messages.ts'
import { Bitfield } from './bitfield.ts'
import type { Clock } from './clock.ts'
import { Heartbeat } from './heartbeat.ts'
import type { Lane } from './lane.ts'
import { bestOf } from './lane-order.ts'
import { RateMeter } from './rate-meter.ts'
import { SignalAllowance } from './signal-allowance.ts'

/** Something the other side asked for and that waits for room on its lane. */
export type UploadItem =
  | { readonly kind: 'block'; readonly piece: number; readonly block: number }
  | { readonly kind: 'manifest'; readonly offset: number; readonly length: number }

/** A lane and what is under way on it. */
export class SessionLane {
  readonly lane: Lane
  readonly openedMs: number
  readonly down: RateMeter
  readonly up: RateMeter
  isGreeted = false
  readonly heartbeat: Heartbeat
  /** As last told to others. */
  wasSuspect = false
  /** Of its route among the peer's lanes; higher is better, looked at again and again. */
  rank = 0
  /** The shortest round trip seen; null while unknown. Milliseconds. */
  shortestTripMs: number | null = null
  /** A TLS lane. */
  isStream = false
  /** A faster carrier has taken over: nothing is asked for here unless that one fails. */
  isStandby = false
  /** Opened in advance: nothing is asked for here until it is known whether more lanes are worth having. */
  isReserve: boolean
  /** More lanes than are worth having: this one goes. */
  isSurplus = false
  /** Better lanes carry on: nothing more is asked for here. Since when, milliseconds. */
  isLeaving = false
  leavingSinceMs = 0
  hasSaidRetire = false
  hasHeardRetire = false
  /** Of the last question on a lane that both sides are done with. */
  lastWordId: number | undefined
  /** When the other side last wanted something here. */
  lastAskedMs = 0
  /** Blocks asked for here and not yet received, by key, with their length in bytes. */
  readonly outstanding = new Map<number, number>()
  outstandingBytes = 0
  /** Asked for, then no longer wanted; may still arrive. */
  readonly forgotten = new Set<number>()
  lastBlockMs: number
  readonly uploads: UploadItem[] = []
  summarySentMs = Number.NEGATIVE_INFINITY

  constructor(lane: Lane, clock: Clock, isReserve = false) {
    this.lane = lane
    this.isReserve = isReserve
    const now = clock.now()
    this.openedMs = now
    this.heartbeat = new Heartbeat(now)
    this.lastBlockMs = now
    this.down = new RateMeter(() => clock.now())
    this.up = new RateMeter(() => clock.now())
  }

  send(message: PeerMessage): boolean {
    return this.lane.sendControl(encodePeerMessage(message))
  }

  roundTripMs(): number | null {
    return this.lane.roundTripMs() ?? this.heartbeat.roundTripMs
  }

  /** Of a measurement; null where there was none. */
  noteTrip(roundTripMs: number | null): void {
    if (roundTripMs !== null) this.shortestTripMs = Math.min(this.shortestTripMs ?? Infinity, roundTripMs)
  }

  /** It leaves questions unanswered. */
  get isSuspect(): boolean {
    return this.heartbeat.suspectSinceMs !== undefined
  }

  /** Whether blocks may be asked for on it. */
  get isOpenToAsk(): boolean {
    return this.isGreeted && !this.isLeaving && !this.isStandby && !this.isReserve && !this.isSuspect
  }

  expect(key: number, bytes: number): void {
    this.outstanding.set(key, bytes)
    this.outstandingBytes += bytes
    // A block that was forgotten before stays so: asked for twice, it may arrive twice.
  }

  /** Bytes that were expected, or undefined. */
  settle(key: number): number | undefined {
    const bytes = this.outstanding.get(key)
    if (bytes === undefined) return undefined
    this.outstanding.delete(key)
    this.outstandingBytes -= bytes
    return bytes
  }
}

/** Blocks per piece fit in 12 bits and pieces in 20, so one number names a block. */
export function blockKey(piece: number, block: number): number {
  return piece * 4096 + block
}

export function blockOfKey(key: number): { readonly piece: number; readonly block: number } {
  return { piece: Math.floor(key / 4096), block: key % 4096 }
}

export class PeerSession {
  readonly peer: PeerId
  readonly lanes = new Map<string, SessionLane>()
  name = ''
  /** What the peer can do beyond the first version. */
  features: ReadonlySet<string> = new Set()
  /** What the peer said it has; undefined until the number of pieces is known here. */
  remote: Bitfield | undefined
  /** Said before the manifest was known here. */
  #earlyBits: Uint8Array | undefined
  readonly #earlyHave = new Set<number>()
  hasGreeted = false
  /** A lane has died with what was said on it, and there is none yet to say it again on. */
  hasMissed = false
  /** On the same LAN. */
  isNear = false
  /** There is a TLS lane that carries alone, and data channels stand by. */
  isStreamAlone = false
  /** Silent for long with requests open: gets one request at a time until it delivers. */
  isSnubbed = false
  /** Pieces that the peer would rather not give now, and when it said so, milliseconds. */
  readonly refused = new Map<number, number>()
  /** What the peer says of its network; undefined before it has. */
  network: NetworkFacts | undefined
  /** The manifest is not to be had here (yet). */
  lacksManifest = false
  receivedBytes = 0
  sentBytes = 0
  readonly sinceMs: number
  /** When a block last came or went, milliseconds. */
  usedMs: number
  /** How many signals more are taken: its own, those it wants passed on, those it has passed on, those passed on to it. */
  readonly signals = {
    own: new SignalAllowance(),
    asked: new SignalAllowance(),
    passed: new SignalAllowance(),
    given: new SignalAllowance(),
  }

  constructor(peer: PeerId, nowMs = 0) {
    this.peer = peer
    this.sinceMs = nowMs
    this.usedMs = nowMs
  }

  noteReceived(bytes: number, nowMs: number): void {
    this.receivedBytes += bytes
    this.usedMs = nowMs
  }

  noteSent(bytes: number, nowMs: number): void {
    this.sentBytes += bytes
    this.usedMs = nowMs
  }

  /** Of lanes on which the other side has said hello. */
  get readyLanes(): SessionLane[] {
    return [...this.lanes.values()].filter((lane) => lane.isGreeted)
  }

  /** For messages that belong to the session and not to a lane: the best one. */
  get mainLane(): SessionLane | undefined {
    // Asked for at every turn, and mostly there is one.
    if (this.lanes.size === 1)
      for (const lane of this.lanes.values()) return lane.isGreeted ? lane : undefined
    return bestOf(this.readyLanes)
  }

  send(message: PeerMessage): boolean {
    return this.mainLane?.send(message) ?? false
  }

  /** Throws AppError `peer.protocol`. @returns pieces that are new */
  addBits(bits: Uint8Array, pieceCount: number | undefined): number[] {
    if (pieceCount === undefined) {
      this.#earlyBits = bits
      return []
    }
    // Added, not replaced: with several lanes an older bitfield may overtake a newer `have`.
    const field = Bitfield.parse(bits, pieceCount)
    const remote = (this.remote ??= new Bitfield(pieceCount))
    const fresh: number[] = []
    for (let piece = 0; piece < pieceCount; piece++)
      if (field.has(piece) && remote.add(piece)) fresh.push(piece)
    return fresh
  }

  /** Throws AppError `peer.protocol`. @returns pieces that are new */
  addHave(pieces: readonly number[], pieceCount: number | undefined): number[] {
    if (pieceCount === undefined) {
      for (const piece of pieces) this.#earlyHave.add(piece)
      if (this.#earlyHave.size > 2 ** 20) throw new AppError('peer.protocol', { detail: 'have without end' })
      return []
    }
    const remote = (this.remote ??= new Bitfield(pieceCount))
    return pieces.filter((piece) => {
      if (piece >= pieceCount) throw new AppError('peer.protocol', { detail: 'have out of range' })
      return remote.add(piece)
    })
  }

  /** The number of pieces is known now. Throws AppError `peer.protocol`. @returns pieces that are new */
  learnPieceCount(pieceCount: number): number[] {
    const fresh = this.#earlyBits === undefined ? [] : this.addBits(this.#earlyBits, pieceCount)
    fresh.push(...this.addHave([...this.#earlyHave], pieceCount))
    this.#earlyBits = undefined
    this.#earlyHave.clear()
    return fresh
  }

  /** Blocks asked for and not received, over all lanes. */
  get outstandingCount(): number {
    let sum = 0
    for (const lane of this.lanes.values()) sum += lane.outstanding.size
    return sum
  }

  /** The same in bytes. */
  get outstandingBytes(): number {
    let sum = 0
    for (const lane of this.lanes.values()) sum += lane.outstandingBytes
    return sum
  }

  downBytesPerSecond(): number {
    let sum = 0
    for (const lane of this.lanes.values()) sum += lane.down.bytesPerSecond()
    return sum
  }

  upBytesPerSecond(): number {
    let sum = 0
    for (const lane of this.lanes.values()) sum += lane.up.bytesPerSecond()
    return sum
  }
}
