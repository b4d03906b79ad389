/** Whole swarms in memory: everybody gets everything, whoever lies is found out, and nothing that breaks stops it. */

import { describe, expect, test } from 'vitest'
import { toBase64Url } from '#shared/encoding/base64url.ts'
import { MAX_FRAME_BYTES, writeBlockFrame } from '#shared/protocol/block-frame.ts'
import { decodePeerMessage, encodePeerMessage, type PeerMessage } from '#shared/protocol/peer-messages.ts'
import { BLOCK_BYTES } from '#shared/share/piece-layout.ts'
import { Bitfield } from '#shared/swarm/bitfield.ts'
import type { MemoryLane } from './memory-lane.ts'
import { Device, MemoryStore, peerNumber, recordOf, VirtualSwarm } from './virtual-swarm.ts'

const MIB = 1024 * 1024
const PIECE = 512 * 1024
/** The peer that a test speaks for. */
const LIAR = peerNumber(1000)
const SLOW = { bytesPerSecond: 20_000, delayMs: 20 }
const HOME = { bytesPerSecond: 5 * MIB, delayMs: 10 }

/** One seeder, three receivers, everybody connected to everybody. */
function fourDevices(seed: number): { swarm: VirtualSwarm; seeder: Device; receivers: Device[] } {
  const swarm = new VirtualSwarm(16 * MIB + 12_345, PIECE, seed)
  const seeder = swarm.add('seeder')
  const receivers = [swarm.add('receiver'), swarm.add('receiver'), swarm.add('receiver')]
  const all = [seeder, ...receivers]
  all.forEach((left, i) => {
    for (const right of all.slice(i + 1)) swarm.connect(left, right, HOME)
  })
  return { swarm, seeder, receivers }
}

test('one seeder and three receivers: all get every byte, and pass it on among themselves', async () => {
  const { swarm, seeder, receivers } = fourDevices(1)
  expect(await swarm.finish(120_000, ...receivers)).toBe(true)
  for (const receiver of receivers) {
    expect(swarm.isIdentical(receiver)).toBe(true)
    // No piece is written twice.
    expect(new Set(receiver.store.writes).size).toBe(receiver.store.writes.length)
    expect(receiver.banned.size).toBe(0)
  }
  expect(seeder.swarm.traffic.sentBytes).toBeLessThan(3 * swarm.layout.totalBytes)
  expect(receivers.some((receiver) => receiver.swarm.traffic.sentBytes > 0)).toBe(true)
})

test('the same seed gives the same course, byte for byte', async () => {
  const course = async (seed: number): Promise<unknown> => {
    const { swarm, seeder, receivers } = fourDevices(seed)
    await swarm.finish(120_000, ...receivers)
    return [
      seeder.swarm.traffic.sentBytes,
      receivers.map(({ doneMs, store, swarm: own }) => [doneMs, store.writes, own.traffic.sentBytes]),
    ]
  }
  const first = await course(7)
  expect(await course(7)).toEqual(first)
  expect(await course(8)).not.toEqual(first)
})

test('who is complete already fetches nothing, and says that it is done', async () => {
  const swarm = new VirtualSwarm(MIB, PIECE)
  const [one, two] = [swarm.add('seeder'), swarm.add('seeder')]
  swarm.connect(one, two)
  expect(await swarm.finish(5000, one, two)).toBe(true)
  expect(one.swarm.traffic.sentBytes + two.swarm.traffic.sentBytes).toBe(0)
})

describe('who wants only a part', () => {
  function pieces(swarm: VirtualSwarm, ...indexes: readonly number[]): Bitfield {
    const field = new Bitfield(swarm.layout.pieceCount)
    for (const index of indexes) field.add(index)
    return field
  }

  test('fetches that and is done', async () => {
    const swarm = new VirtualSwarm(4 * MIB, PIECE)
    const seeder = swarm.add('seeder')
    const receiver = swarm.add('receiver', pieces(swarm, 1, 2, 6))
    swarm.connect(seeder, receiver, HOME)
    expect(await swarm.finish(60_000, receiver)).toBe(true)
    expect([...receiver.store.writes].sort((a, b) => a - b)).toEqual([1, 2, 6])
    expect(receiver.swarm.hasSource).toBe(false)
  })

  test('passes on what it has, but no piece of which it keeps only a part, and does not claim it', async () => {
    const swarm = new VirtualSwarm(4 * MIB, PIECE)
    const seeder = swarm.add('seeder')
    const [early, late] = [swarm.add('receiver', pieces(swarm, 1, 2, 3)), swarm.add('receiver')]
    early.store.edges.add(3)
    swarm.connect(seeder, early, HOME)
    const watcher = swarm.add('receiver')
    swarm.connect(early, watcher, HOME)
    expect(await swarm.finish(60_000, early)).toBe(true)
    // One who was told piece by piece, and one who is told all at once.
    swarm.connect(early, late, HOME)
    await swarm.clock.run(10_000)
    for (const other of [watcher, late]) {
      expect([...other.store.writes].sort((a, b) => a - b)).toEqual([1, 2])
      expect(other.swarm.sessions.get(early.peer)?.remote?.toBytes()).toEqual(pieces(swarm, 1, 2).toBytes())
      expect(other.swarm.hasSource).toBe(false)
    }
  })

  test('claims as little to those who were there before it looked at its disk', async () => {
    const swarm = new VirtualSwarm(4 * MIB, PIECE)
    const store = new MemoryStore(swarm.layout, undefined)
    for (const piece of [1, 2, 3]) store.have.add(piece)
    for (const piece of [1, 2]) store.whole.add(piece)
    const early = new Device(swarm.clock, 77, store, { beginsLater: true })
    const watcher = swarm.add('receiver')
    swarm.connect(early, watcher, HOME)
    await swarm.clock.run(500)
    early.swarm.begin(store, pieces(swarm, 1, 2, 3))
    await swarm.clock.run(500)
    expect(watcher.swarm.sessions.get(early.peer)?.remote?.toBytes()).toEqual(pieces(swarm, 1, 2).toBytes())
  })

  test('refuses what somebody asks for all the same', async () => {
    const swarm = new VirtualSwarm(4 * MIB, PIECE)
    const early = swarm.add('receiver', pieces(swarm, 1, 3))
    early.store.edges.add(3)
    swarm.connect(swarm.add('seeder'), early, HOME)
    expect(await swarm.finish(60_000, early)).toBe(true)
    const heard: PeerMessage[] = []
    const lane = scripted(swarm, early, (message) => heard.push(message))
    await swarm.clock.run(500)
    lane.sendControl(encodePeerMessage({ type: 'request', ranges: [[3, 0, 1]] }))
    await swarm.clock.run(500)
    expect(heard).toContainEqual({ type: 'reject', ranges: [[3, 0, 1]] })
  })
})

describe('liars', () => {
  test('one that spoils its blocks is shut out, and whoever had a part in the same pieces is not', async () => {
    // Pieces of 16 blocks, so that several peers fill each of them.
    const swarm = new VirtualSwarm(24 * MIB, 2 * MIB)
    const [honest, other, liar] = [swarm.add('seeder'), swarm.add('seeder'), swarm.add('seeder')]
    liar.store.spoil = (_index, bytes) => {
      for (let at = 0; at < bytes.length; at += BLOCK_BYTES) bytes[at] = (bytes[at] ?? 0) ^ 1
    }
    const receiver = swarm.add('receiver')
    for (const device of [honest, other, liar]) swarm.connect(receiver, device, HOME)
    expect(await swarm.finish(300_000, receiver)).toBe(true)
    expect(swarm.isIdentical(receiver)).toBe(true)
    expect([...receiver.banned.keys()]).toEqual([liar.peer])
    expect(receiver.banned.get(liar.peer)?.code).toBe('peer.bad-piece')
  })

  test('one that spoils a single block of a shared piece is found out when the true piece is there', async () => {
    const swarm = new VirtualSwarm(24 * MIB, 2 * MIB)
    const [honest, liar] = [swarm.add('seeder'), swarm.add('seeder')]
    let spoiltCount = 0
    liar.store.spoil = (_index, bytes) => {
      // Every block but those of the first pieces that it reads is true.
      if (spoiltCount++ < 2) bytes.fill(9)
    }
    const receiver = swarm.add('receiver')
    swarm.connect(receiver, honest, HOME)
    swarm.connect(receiver, liar, HOME)
    expect(await swarm.finish(300_000, receiver)).toBe(true)
    expect(swarm.isIdentical(receiver)).toBe(true)
    expect([...receiver.banned.keys()]).toEqual([liar.peer])
  })

  test('one that spoils a shared piece and then is silent cannot hold that piece for ever', async () => {
    const swarm = new VirtualSwarm(2 * MIB, 2 * MIB)
    const receiver = swarm.add('receiver')
    let requests = 0
    // First in line, so that the piece is given to it again when nobody knows yet who spoilt it.
    scripted(swarm, receiver, (message, lane) => {
      if (message.type !== 'request' || requests++ > 0) return
      for (const [piece, first, count] of message.ranges) {
        for (let block = first; block < first + count; block++) {
          lane.sendFrame(frameOf(swarm, piece, block, true))
        }
      }
    })
    const honest = swarm.add('seeder')
    swarm.connect(receiver, honest, HOME)
    expect(await swarm.finish(300_000, receiver)).toBe(true)
    expect(swarm.isIdentical(receiver)).toBe(true)
    expect([...receiver.banned.keys()]).toEqual([LIAR])
  })

  test('one that is shut out in the middle of a block leaves no hole behind', async () => {
    const swarm = new VirtualSwarm(4 * MIB, PIECE)
    const receiver = swarm.add('receiver')
    scripted(swarm, receiver, (message, lane) => {
      if (message.type !== 'request') return
      const [piece = 0, first = 0] = message.ranges[0] ?? []
      lane.sendFrame(frameOf(swarm, piece, first, false).slice(0, -1))
    })
    await swarm.clock.run(1000, () => receiver.banned.size > 0)
    expect(receiver.banned.size).toBe(1)
    // Only now somebody honest comes, alone, so that nobody asks twice.
    swarm.connect(receiver, swarm.add('seeder'), HOME)
    expect(await swarm.finish(60_000, receiver)).toBe(true)
    expect(swarm.isIdentical(receiver)).toBe(true)
  })
})

describe('misfortunes', () => {
  test('a lane that dies half-way loses nothing: the other one carries on', async () => {
    const swarm = new VirtualSwarm(16 * MIB, PIECE)
    const [seeder, receiver] = [swarm.add('seeder'), swarm.add('receiver')]
    const [first] = swarm.connect(receiver, seeder, HOME)
    swarm.connect(receiver, seeder, HOME)
    await swarm.clock.run(60_000, () => receiver.store.have.count > 6)
    first.cut('cable pulled')
    expect(await swarm.finish(60_000, receiver)).toBe(true)
    expect(swarm.isIdentical(receiver)).toBe(true)
    expect(receiver.banned.size + seeder.banned.size).toBe(0)
  })

  test('the only lane dies, and a new one comes later: nothing verified is fetched again', async () => {
    const swarm = new VirtualSwarm(16 * MIB, PIECE)
    const [seeder, receiver] = [swarm.add('seeder'), swarm.add('receiver')]
    const [first] = swarm.connect(receiver, seeder, HOME)
    await swarm.clock.run(60_000, () => receiver.store.have.count > 6)
    first.cut('cable pulled')
    expect(receiver.swarm.hasSource).toBe(false)
    await swarm.clock.run(30_000)
    swarm.connect(receiver, seeder, HOME)
    expect(await swarm.finish(60_000, receiver)).toBe(true)
    expect(receiver.store.writes.length).toBe(swarm.layout.pieceCount)
    expect(swarm.isIdentical(receiver)).toBe(true)
  })

  test('a lane that is silent altogether is given up within seconds', async () => {
    const swarm = new VirtualSwarm(4 * MIB, PIECE)
    const receiver = swarm.add('receiver')
    const [lane] = swarm.lane()
    receiver.swarm.addLane(peerNumber(99), lane)
    await swarm.clock.run(5000)
    expect(receiver.swarm.sessions.size).toBe(1)
    await swarm.clock.run(5000)
    expect(receiver.swarm.sessions.size).toBe(0)
  })

  test('a peer that takes requests and answers none does not hold up the others', async () => {
    const swarm = new VirtualSwarm(16 * MIB, PIECE)
    const receiver = swarm.add('receiver')
    let asked = 0
    scripted(swarm, receiver, (message) => {
      if (message.type === 'request') asked++
    })
    await swarm.clock.run(2000)
    expect(asked).toBeGreaterThan(0)
    swarm.connect(receiver, swarm.add('seeder'), HOME)
    // Well before the silent one is given up.
    expect(await swarm.finish(12_000, receiver)).toBe(true)
    expect(swarm.isIdentical(receiver)).toBe(true)
    expect(receiver.banned.size).toBe(0)
  })

  test('a seeder whose disk hangs for half a minute is asked again, serves again, and is not shut out', async () => {
    const swarm = new VirtualSwarm(16 * MIB, PIECE)
    const [seeder, receiver] = [swarm.add('seeder'), swarm.add('receiver')]
    const [, sending] = swarm.connect(receiver, seeder, HOME)
    await swarm.clock.run(60_000, () => receiver.store.have.count > 6)
    sending.isPaused = true
    await swarm.clock.run(35_000)
    sending.resume()
    expect(await swarm.finish(120_000, receiver)).toBe(true)
    expect(swarm.isIdentical(receiver)).toBe(true)
    expect(receiver.banned.size + seeder.banned.size).toBe(0)
  })

  test('at the end, what a slow peer owes is asked of the fast one', async () => {
    const swarm = new VirtualSwarm(16 * MIB, PIECE)
    const [fast, slow, receiver] = [swarm.add('seeder'), swarm.add('seeder'), swarm.add('receiver')]
    swarm.connect(receiver, slow, SLOW)
    swarm.connect(receiver, fast, HOME)
    expect(await swarm.finish(300_000, receiver)).toBe(true)
    // The slow one alone would need six seconds for every block that it was asked for.
    expect(receiver.doneMs).toBeLessThan(8000)
    expect(swarm.isIdentical(receiver)).toBe(true)
    // The copies that came too late are no reason to shut anybody out.
    await swarm.clock.run(60_000)
    expect(receiver.banned.size).toBe(0)
  })

  test('the seeder leaves when the swarm holds every piece: the receivers complete each other', async () => {
    const swarm = new VirtualSwarm(16 * MIB, PIECE)
    const [seeder, one, two] = [swarm.add('seeder'), swarm.add('receiver'), swarm.add('receiver')]
    for (const receiver of [one, two]) swarm.connect(receiver, seeder, HOME)
    swarm.connect(one, two, HOME)
    const holdsAll = (): boolean =>
      Array.from({ length: swarm.layout.pieceCount }).every(
        (_, i) => one.store.have.has(i) || two.store.have.has(i),
      )
    expect(await swarm.clock.run(60_000, holdsAll)).toBe(true)
    seeder.swarm.close('stopped')
    expect(await swarm.finish(60_000, one, two)).toBe(true)
    expect(swarm.isIdentical(one) && swarm.isIdentical(two)).toBe(true)
  })
})

/** A peer that says hello, claims to have everything, answers pings, and otherwise does what the test says. */
function scripted(
  swarm: VirtualSwarm,
  victim: Device,
  hear: (message: PeerMessage, lane: MemoryLane) => void,
): MemoryLane {
  const [mine, theirs] = swarm.lane()
  const say = (message: PeerMessage): void => void mine.sendControl(encodePeerMessage(message))
  mine.attach({
    control(text) {
      const message = decodePeerMessage(text)
      if (message?.type === 'ping') say({ type: 'pong', id: message.id })
      else if (message !== undefined) hear(message, mine)
    },
    frame: () => undefined,
    writable: () => undefined,
    closed: () => undefined,
  })
  victim.swarm.addLane(LIAR, theirs)
  say({ type: 'hello', version: 1, features: [], name: 'scripted', agent: 'test' })
  say({ type: 'bitfield', bits: toBase64Url(Bitfield.full(swarm.layout.pieceCount).toBytes()) })
  return mine
}

function frameOf(swarm: VirtualSwarm, piece: number, block: number, isWrong: boolean): Uint8Array {
  const start = piece * swarm.layout.pieceBytes
  const whole = swarm.content.subarray(start, start + swarm.layout.bytesOf(piece))
  const bytes = whole.slice(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)
  if (isWrong) bytes[0] = (bytes[0] ?? 0) ^ 1
  const record = block === 0 ? recordOf(piece, whole) : undefined
  return writeBlockFrame(new Uint8Array(MAX_FRAME_BYTES), { piece, block, record, bytes })
}
