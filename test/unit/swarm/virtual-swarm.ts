/** Devices of one share in memory, on a virtual clock: each with a real Swarm, a store, and lanes to the others. */

import { createHash } from 'node:crypto'
import { concatBytes, equalBytes, fromHex, toHex } from '#shared/encoding/bytes.ts'
import type { AppError } from '#shared/errors.ts'
import { createShareKeys, PeerId } from '#shared/share/keys.ts'
import { PieceLayout } from '#shared/share/piece-layout.ts'
import type { PieceRecord } from '#shared/share/piece-record.ts'
import { Bitfield } from '#shared/swarm/bitfield.ts'
import type { Pace } from '#shared/swarm/pace.ts'
import type { PieceStore, StoredPiece, WriteResult } from '#shared/swarm/piece-store.ts'
import { Swarm } from '#shared/swarm/swarm.ts'
import * as v from 'valibot'
import { MemoryLane, type LaneQuality } from './memory-lane.ts'
import { VirtualClock } from './virtual-clock.ts'

const KEYS = createShareKeys()

export class MemoryStore implements PieceStore {
  readonly layout: PieceLayout
  readonly have: Bitfield
  readonly whole: Bitfield
  /** What a liar gives out instead of the truth. */
  spoil: ((index: number, bytes: Uint8Array) => void) | undefined
  /** Pieces of which only a part is kept. */
  readonly edges = new Set<number>()
  readonly bytes: Uint8Array
  readonly writes: number[] = []

  constructor(layout: PieceLayout, content: Uint8Array | undefined) {
    this.layout = layout
    const isFull = content !== undefined
    this.have = isFull ? Bitfield.full(layout.pieceCount) : new Bitfield(layout.pieceCount)
    this.whole = isFull ? Bitfield.full(layout.pieceCount) : new Bitfield(layout.pieceCount)
    this.bytes = content?.slice() ?? new Uint8Array(layout.totalBytes)
  }

  async readPiece(index: number): Promise<StoredPiece> {
    await Promise.resolve()
    const bytes = this.#slice(index).slice()
    const record = recordOf(index, bytes)
    this.spoil?.(index, bytes)
    return { record, bytes, release: () => bytes.fill(0) }
  }

  allocate(index: number): Uint8Array<ArrayBuffer> {
    // Memory that was used before: nothing may rely on zeros.
    return new Uint8Array(this.layout.bytesOf(index)).fill(0xaa)
  }

  async writePiece(record: PieceRecord, bytes: Uint8Array): Promise<WriteResult> {
    await Promise.resolve()
    if (!equalBytes(record.signature, signatureOf(record.index, record.hash))) return 'bad-signature'
    if (!equalBytes(hashOf(bytes), record.hash)) return 'bad-hash'
    this.#slice(record.index).set(bytes)
    this.writes.push(record.index)
    this.have.add(record.index)
    if (!this.edges.has(record.index)) this.whole.add(record.index)
    return 'written'
  }

  #slice(index: number): Uint8Array {
    const start = index * this.layout.pieceBytes
    return this.bytes.subarray(start, start + this.layout.bytesOf(index))
  }
}

function hashOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}

/** Stands in for Ed25519, which would make these simulations slow: nobody in them forges it. */
function signatureOf(index: number, hash: Uint8Array): Uint8Array<ArrayBuffer> {
  const half = createHash('sha256').update(`${index}`).update(hash).digest()
  return concatBytes(half, half)
}

export function recordOf(index: number, bytes: Uint8Array): PieceRecord {
  const hash = hashOf(bytes)
  return { index, hash, signature: signatureOf(index, hash) }
}

export class Device<Store extends PieceStore = MemoryStore> {
  readonly peer: PeerId
  readonly store: Store
  readonly swarm: Swarm
  readonly banned = new Map<PeerId, AppError>()
  /** Lanes that stopped answering (true) or answered again (false), in order. */
  readonly health: [lane: string, isSuspect: boolean][] = []
  readonly signals: string[] = []
  failure: AppError | undefined
  doneMs: number | undefined

  constructor(
    clock: VirtualClock,
    number: number,
    store: Store,
    options: {
      readonly up?: Pace
      readonly down?: Pace
      readonly wanted?: Bitfield
      readonly beginsLater?: boolean
      readonly maxLanes?: number
      /** It introduces its neighbours, and can be introduced. */
      readonly hasId?: boolean
      readonly wantsLanes?: (peer: PeerId, count: number) => void
    } = {},
  ) {
    this.peer = peerNumber(number)
    this.store = store
    this.swarm = new Swarm({
      keys: KEYS,
      name: `device ${number}`,
      agent: 'test',
      clock,
      ...(options.hasId === true ? { self: this.peer } : {}),
      ...options,
      events: {
        summary: () => undefined,
        manifest: () => undefined,
        written: () => undefined,
        done: () => {
          this.doneMs = clock.now()
        },
        changed: () => undefined,
        left: () => undefined,
        wantsLanes: (peer, count) => options.wantsLanes?.(peer, count),
        laneGone: () => undefined,
        signal: (_peer, box) => this.signals.push(box),
        laneHealth: (_peer, lane, isSuspect) => this.health.push([lane, isSuspect]),
        banned: (peer, error) => this.banned.set(peer, error),
        failed: (error) => {
          this.failure = error
        },
      },
    })
    if (options.beginsLater !== true) this.swarm.begin(store, options.wanted)
  }

  get isDone(): boolean {
    return this.doneMs !== undefined
  }
}

export function peerNumber(number: number): PeerId {
  return v.parse(PeerId, number.toString(16).padStart(32, '0'))
}

export class VirtualSwarm {
  readonly clock: VirtualClock
  readonly content: Uint8Array
  readonly layout: PieceLayout
  readonly devices: Device[] = []
  #laneCount = 0

  constructor(totalBytes: number, pieceBytes: number, seed = 1) {
    this.clock = new VirtualClock(seed)
    this.layout = new PieceLayout([totalBytes], pieceBytes)
    this.content = new Uint8Array(totalBytes)
    // Every block differs from every other, so that none is taken for another.
    for (let i = 0; i < totalBytes; i += 4096) {
      this.content.set(
        createHash('sha256')
          .update(`${i}`)
          .digest()
          .subarray(0, Math.min(32, totalBytes - i)),
        i,
      )
    }
  }

  /** @param wanted everything when left out */
  add(kind: 'seeder' | 'receiver', wanted: Bitfield = Bitfield.full(this.layout.pieceCount)): Device {
    const store = new MemoryStore(this.layout, kind === 'seeder' ? this.content : undefined)
    const device = new Device(this.clock, this.devices.length + 1, store, { wanted })
    this.devices.push(device)
    return device
  }

  /** The first one's end, and the other's. */
  connect(left: Device, right: Device, quality?: LaneQuality): [MemoryLane, MemoryLane] {
    const [first, second] = this.lane(quality)
    left.swarm.addLane(right.peer, first)
    right.swarm.addLane(left.peer, second)
    return [first, second]
  }

  lane(quality?: LaneQuality): [MemoryLane, MemoryLane] {
    const id = toHex(fromHex((this.#laneCount++).toString(16).padStart(16, '0')) ?? new Uint8Array(8))
    return MemoryLane.pair(this.clock, id, quality)
  }

  /** Moves on until all of these have everything. */
  finish(limitMs: number, ...receivers: readonly Device[]): Promise<boolean> {
    return this.clock.run(limitMs, () => receivers.every((device) => device.isDone))
  }

  isIdentical(device: Device): boolean {
    return Buffer.compare(device.store.bytes, this.content) === 0
  }
}
