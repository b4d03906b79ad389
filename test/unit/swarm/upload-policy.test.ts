/** Who is sent what, and when: each rule alone. What they do together is in the simulation. */

import { describe, expect, test } from 'vitest'
import { BLOCK_BYTES, PieceLayout } from '#shared/share/piece-layout.ts'
import type { PeerId } from '#shared/share/keys.ts'
import { Bitfield } from '#shared/swarm/bitfield.ts'
import { FirstSpread } from '#shared/swarm/first-spread.ts'
import { PeerSession, SessionLane, type UploadItem } from '#shared/swarm/peer-session.ts'
import type { PieceStore } from '#shared/swarm/piece-store.ts'
import { UploadOrder } from '#shared/swarm/upload-order.ts'
import { MemoryLane } from './memory-lane.ts'
import { VirtualClock } from './virtual-clock.ts'
import { MemoryStore, peerNumber, VirtualSwarm } from './virtual-swarm.ts'

const MIB = 1024 * 1024
const PIECE = MIB / 4

describe('while a swarm is young', () => {
  class YoungSwarm {
    readonly sessions = new Map<PeerId, PeerSession>()
    readonly store: PieceStore
    readonly spread: FirstSpread

    constructor(pieceCount: number, isFull = true) {
      const layout = new PieceLayout([pieceCount * PIECE], PIECE)
      this.store = new MemoryStore(layout, isFull ? new Uint8Array(layout.totalBytes) : undefined)
      this.spread = new FirstSpread(this.store, this.sessions)
    }

    peer(...has: readonly number[]): PeerSession {
      const session = new PeerSession(peerNumber(this.sessions.size + 1))
      session.remote = new Bitfield(this.store.layout.pieceCount)
      for (const piece of has) session.remote.add(piece)
      this.sessions.set(session.peer, session)
      return session
    }
  }

  test('a piece on its way to one is refused to another, once', () => {
    const swarm = new YoungSwarm(3)
    const [one, two] = [swarm.peer(), swarm.peer()]
    expect(swarm.spread.refuses(one, 0)).toBe(false)
    expect(swarm.spread.refuses(two, 0)).toBe(true)
    // The same peer goes on with it, block after block.
    expect(swarm.spread.refuses(one, 0)).toBe(false)
    expect(swarm.spread.refuses(two, 1)).toBe(false)
    expect(swarm.spread.refuses(two, 0)).toBe(false)
  })

  test('what somebody has already is refused, too, as long as others lack something', () => {
    const swarm = new YoungSwarm(3)
    const [one, two] = [swarm.peer(0), swarm.peer()]
    expect(swarm.spread.refuses(two, 0)).toBe(true)
    expect(swarm.spread.refuses(one, 1)).toBe(false)
    expect(swarm.spread.refuses(two, 2)).toBe(false)
    // Everything is out or on its way: nothing is refused any more.
    expect(swarm.spread.refuses(one, 2)).toBe(false)
    expect(swarm.spread.refuses(two, 1)).toBe(false)
  })

  test('what was promised to one that left is free again', () => {
    const swarm = new YoungSwarm(2)
    const [one, two] = [swarm.peer(), swarm.peer()]
    expect(swarm.spread.refuses(one, 0)).toBe(false)
    swarm.sessions.delete(one.peer)
    swarm.spread.forget(one)
    expect(swarm.spread.refuses(two, 0)).toBe(false)
    const late = swarm.peer()
    expect(swarm.spread.refuses(late, 0)).toBe(true)
  })

  test('who has only a part of the share refuses nothing', () => {
    const swarm = new YoungSwarm(3, false)
    const [one, two] = [swarm.peer(), swarm.peer()]
    swarm.store.have.add(0)
    expect(swarm.spread.refuses(one, 0)).toBe(false)
    expect(swarm.spread.refuses(two, 0)).toBe(false)
  })
})

test('two who want one and the same piece, and do not know each other, both get it soon', async () => {
  const swarm = new VirtualSwarm(8 * PIECE, PIECE)
  const wanted = new Bitfield(8)
  wanted.add(5)
  const seeder = swarm.add('seeder')
  const receivers = [swarm.add('receiver', wanted), swarm.add('receiver', wanted)]
  // Slow enough that the piece is on its way to one when the other asks.
  for (const receiver of receivers) swarm.connect(seeder, receiver, { bytesPerSecond: 500_000, delayMs: 10 })
  expect(await swarm.finish(5000, ...receivers)).toBe(true)
  // Refused first, and served when it asked again.
  expect(receivers[1]?.doneMs).toBeGreaterThan(1000)
})

describe('turns under a limit', () => {
  const clock = new VirtualClock()
  const block = (piece: number): UploadItem => ({ kind: 'block', piece, block: 0 })

  function lane(id: string, ...pieces: readonly number[]): SessionLane {
    const [mine] = MemoryLane.pair(clock, id)
    const session = new SessionLane(mine, clock)
    session.uploads.push(...pieces.map(block))
    return session
  }

  let peerCount = 0
  const peer = (): PeerSession => new PeerSession(peerNumber(++peerCount))

  /** @returns the lanes in the order in which so many blocks went */
  function course(order: UploadOrder, count: number, bytesPerSecond: number): string {
    let went = ''
    for (let i = 0; i < count; i++) {
      const next = order.lanes().find((one) => one.uploads.length > 0)
      const item = next?.uploads.shift()
      if (next === undefined || item === undefined) break
      order.sent(next, BLOCK_BYTES, item, bytesPerSecond)
      went += next.lane.id
    }
    return went
  }

  test('a piece is sent through before the next lane has its turn', () => {
    const order = new UploadOrder()
    for (const one of [lane('a', 1, 1, 2, 2), lane('b', 3, 3, 4, 4)]) order.add(one, peer())
    expect(course(order, 8, 10 * MIB)).toBe('aabbaabb')
  })

  test('but not when that takes long', () => {
    const order = new UploadOrder()
    for (const one of [lane('a', 1, 1, 1), lane('b', 2, 2, 2)]) order.add(one, peer())
    expect(course(order, 6, BLOCK_BYTES)).toBe('ababab')
  })

  test('who has had less is next, and one that comes later does not catch up on what it never asked for', () => {
    const order = new UploadOrder()
    const [long, short] = [lane('a', 1, 1, 1, 1, 5, 5, 6, 6), lane('b', 2, 3, 4, 7, 8, 9)]
    order.add(long, peer())
    order.add(short, peer())
    expect(course(order, 8, 10 * MIB)).toBe('aaaabbbb')
    order.add(lane('c', 20, 21, 22, 23, 24), peer())
    expect(course(order, 6, 10 * MIB)).toMatch(/^(?!c{4})/)
  })

  test('whoever opens more lanes gets no more', () => {
    const order = new UploadOrder()
    const many = peer()
    for (const id of ['a', 'b', 'c']) order.add(lane(id, 1, 2, 3, 4, 5, 6), many)
    order.add(lane('d', 11, 12, 13, 14, 15, 16), peer())
    const went = course(order, 12, 10 * MIB)
    expect(went.replaceAll(/[abc]/g, '')).toBe('dddddd')
    expect(['a', 'b', 'c'].map((id) => went.split(id).length - 1)).toEqual([2, 2, 2])
  })

  test('one that has no room is passed over, and one that is gone is forgotten', () => {
    const order = new UploadOrder()
    const [one, two] = [lane('a', 1, 1), lane('b', 2, 2)]
    order.add(one, peer())
    order.add(two, peer())
    order.sent(two, BLOCK_BYTES, block(2), MIB)
    expect(order.lanes().map(({ lane: own }) => own.id)).toEqual(['b', 'a'])
    order.delete(two)
    expect(order.lanes().map(({ lane: own }) => own.id)).toEqual(['a'])
  })
})
