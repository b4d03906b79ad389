/** Limits of bytes per second, on a virtual clock: kept over half a minute, shared fairly, changed while it runs. */

import { describe, expect, test } from 'vitest'
import { toHex } from '#shared/encoding/bytes.ts'
import { BLOCK_BYTES, PieceLayout } from '#shared/share/piece-layout.ts'
import { Bitfield } from '#shared/swarm/bitfield.ts'
import { Pace } from '#shared/swarm/pace.ts'
import type { PieceStore, StoredPiece, WriteResult } from '#shared/swarm/piece-store.ts'
import { TokenBucket } from '#shared/swarm/token-bucket.ts'
import { Turns } from '#shared/swarm/turns.ts'
import { MemoryLane, type LaneQuality } from './memory-lane.ts'
import { VirtualClock } from './virtual-clock.ts'
import { Device, recordOf } from './virtual-swarm.ts'

const MIB = 1024 * 1024
const FAST = { bytesPerSecond: 200_000_000, delayMs: 5 }
const LAYOUT = new PieceLayout([4096 * MIB], 4 * MIB)
const RECORD = recordOf(0, new Uint8Array(1))
const ZEROS = new Uint8Array(LAYOUT.pieceBytes)

/** Gigabytes of nothing: only how many go by matters here. */
class BlankStore implements PieceStore {
  readonly layout = LAYOUT
  readonly have: Bitfield
  readonly whole: Bitfield

  constructor(isFull: boolean) {
    this.have = isFull ? Bitfield.full(LAYOUT.pieceCount) : new Bitfield(LAYOUT.pieceCount)
    this.whole = this.have
  }

  readPiece(index: number): Promise<StoredPiece> {
    return Promise.resolve({ record: { ...RECORD, index }, bytes: ZEROS, release: () => undefined })
  }

  allocate(): Uint8Array {
    return new Uint8Array(LAYOUT.pieceBytes)
  }

  writePiece({ index }: { readonly index: number }): Promise<WriteResult> {
    this.have.add(index)
    return Promise.resolve('written')
  }
}

class LimitedSwarm {
  readonly clock = new VirtualClock()
  readonly #devices: Device<BlankStore>[] = []
  #laneCount = 0

  /** What all transfers of one computer share. */
  turns(bytesPerSecond: number | null = null): Turns {
    const bucket = new TokenBucket(this.clock)
    bucket.setLimit(bytesPerSecond)
    return new Turns(bucket)
  }

  pace(turns: Turns, bytesPerSecond: number | null = null): Pace {
    const pace = new Pace(this.clock, turns)
    pace.setLimit(bytesPerSecond)
    return pace
  }

  add(kind: 'seeder' | 'receiver', limits: { up?: Pace; down?: Pace } = {}): Device<BlankStore> {
    const store = new BlankStore(kind === 'seeder')
    const device = new Device(this.clock, this.#devices.length + 1, store, limits)
    this.#devices.push(device)
    return device
  }

  connect(left: Device<BlankStore>, right: Device<BlankStore>, quality: LaneQuality = FAST): void {
    const id = toHex(new Uint8Array(new BigUint64Array([BigInt(++this.#laneCount)]).buffer))
    const [mine, theirs] = MemoryLane.pair(this.clock, id, quality)
    left.swarm.addLane(right.peer, mine)
    right.swarm.addLane(left.peer, theirs)
  }

  /** Bytes that these sent in so many milliseconds. */
  async sentIn(spanMs: number, ...devices: readonly Device<BlankStore>[]): Promise<number[]> {
    const before = devices.map((device) => device.swarm.traffic.sentBytes)
    await this.clock.run(spanMs)
    return devices.map((device, i) => device.swarm.traffic.sentBytes - (before[i] ?? 0))
  }
}

/** How far off it is, beyond five per cent and a block, which is not cut up; bytes, 0 when it is not. */
function errorBytes(bytes: number, wantedBytes: number): number {
  return Math.max(0, Math.abs(bytes - wantedBytes) - wantedBytes * 0.05 - BLOCK_BYTES)
}

const LIMITS = [20_000, 150_000, 1_000_000, 8_000_000, 50_000_000]

describe.each(['up', 'down'] as const)('a limit for %s', (direction) => {
  test.each(LIMITS)(
    'of %i bytes per second is kept and used over half a minute',
    async (limit) => {
      const world = new LimitedSwarm()
      const limited = { [direction]: world.pace(world.turns(limit)) }
      const seeder = world.add('seeder', direction === 'up' ? limited : {})
      const receiver = world.add('receiver', direction === 'down' ? limited : {})
      world.connect(seeder, receiver)
      await world.clock.run(3000)
      const [sent = 0] = await world.sentIn(30_000, seeder)
      expect(errorBytes(sent, limit * 30)).toBe(0)
      expect(seeder.banned.size + receiver.banned.size).toBe(0)
    },
    60_000,
  )

  test('of one transfer does not touch another one of the same computer', async () => {
    const world = new LimitedSwarm()
    const turns = world.turns()
    const pairs = [500_000, null].map((limit) => {
      const limited = { [direction]: world.pace(turns, limit) }
      const seeder = world.add('seeder', direction === 'up' ? limited : {})
      const receiver = world.add('receiver', direction === 'down' ? limited : {})
      world.connect(seeder, receiver, { bytesPerSecond: 10_000_000, delayMs: 5 })
      return seeder
    })
    await world.clock.run(3000)
    const [slow = 0, free = 0] = await world.sentIn(20_000, ...pairs)
    expect(errorBytes(slow, 20 * 500_000)).toBe(0)
    expect(errorBytes(free, 20 * 10_000_000)).toBe(0)
  })

  test.each([60_000, 2_000_000])(
    'of %i bytes per second is shared fairly by two transfers',
    async (limit) => {
      const world = new LimitedSwarm()
      const turns = world.turns(limit)
      const seeders: Device<BlankStore>[] = []
      for (let i = 0; i < 2; i++) {
        const limited = { [direction]: world.pace(turns) }
        const seeder = world.add('seeder', direction === 'up' ? limited : {})
        const receiver = world.add('receiver', direction === 'down' ? limited : {})
        world.connect(seeder, receiver)
        seeders.push(seeder)
        // Their ticks do not fall together.
        await world.clock.run(7)
      }
      await world.clock.run(3000)
      const sent = await world.sentIn(60_000, ...seeders)
      for (const bytes of sent) expect(errorBytes(bytes, 30 * limit)).toBe(0)
    },
  )

  test('gives a transfer of high priority four times what a normal one gets', async () => {
    const world = new LimitedSwarm()
    const turns = world.turns(2_000_000)
    const seeders = (['low', 'normal', 'high'] as const).map((priority) => {
      const pace = world.pace(turns)
      pace.setPriority(priority)
      const seeder = world.add('seeder', direction === 'up' ? { up: pace } : {})
      world.connect(seeder, world.add('receiver', direction === 'down' ? { down: pace } : {}))
      return seeder
    })
    await world.clock.run(2000)
    const [low = 0, normal = 0, high = 0] = await world.sentIn(30_000, ...seeders)
    const part = (30 * 2_000_000) / 5.25
    expect(errorBytes(high, 4 * part)).toBe(0)
    expect(errorBytes(normal, part)).toBe(0)
    expect(errorBytes(low, part / 4)).toBe(0)
  }, 30_000)

  test('is shared by peers, not by their lanes', async () => {
    const world = new LimitedSwarm()
    const limited = { [direction]: world.pace(world.turns(2_000_000)) }
    const middle = world.add(direction === 'up' ? 'seeder' : 'receiver', limited)
    const others = [4, 1].map((laneCount) => {
      const other = world.add(direction === 'up' ? 'receiver' : 'seeder')
      for (let i = 0; i < laneCount; i++) world.connect(middle, other)
      return other
    })
    await world.clock.run(2000)
    const before = others.map(({ swarm }) => swarm.traffic.sentBytes + swarm.traffic.receivedBytes)
    await world.clock.run(20_000)
    for (const [i, { swarm }] of others.entries()) {
      expect(
        errorBytes(swarm.traffic.sentBytes + swarm.traffic.receivedBytes - (before[i] ?? 0), 20_000_000),
      ).toBe(0)
    }
  }, 30_000)

  test('that changes while it runs holds at once, and none is none', async () => {
    const world = new LimitedSwarm()
    const turns = world.turns(null)
    const limited = { [direction]: world.pace(turns) }
    const seeder = world.add('seeder', direction === 'up' ? limited : {})
    const receiver = world.add('receiver', direction === 'down' ? limited : {})
    world.connect(seeder, receiver, { bytesPerSecond: 10_000_000, delayMs: 5 })
    await world.clock.run(2000)
    const measured: number[] = []
    for (const limit of [1_000_000, null, 300_000, 2_000_000]) {
      turns.bucket.setLimit(limit)
      // What was under way before still arrives.
      await world.clock.run(2000)
      const [sent = 0] = await world.sentIn(10_000, seeder)
      measured.push(sent)
      expect(errorBytes(sent, 10 * (limit ?? 10_000_000))).toBe(0)
    }
    expect(measured).toHaveLength(4)
  })
})

test('a limit for up is shared fairly by all who ask', async () => {
  const world = new LimitedSwarm()
  const seeder = world.add('seeder', { up: world.pace(world.turns(2_000_000)) })
  const receivers = [0, 1, 2, 3].map(() => world.add('receiver'))
  for (const receiver of receivers) world.connect(seeder, receiver)
  await world.clock.run(40_000)
  const received = receivers.map((receiver) => receiver.swarm.traffic.receivedBytes)
  for (const bytes of received) expect(errorBytes(bytes, Math.max(...received))).toBe(0)
})

test('under a limit for down no more is asked for than a second of it, and at least a block', async () => {
  for (const limit of [40_000, 600_000]) {
    const world = new LimitedSwarm()
    const receiver = world.add('receiver', { down: world.pace(world.turns(limit)) })
    for (let i = 0; i < 3; i++)
      world.connect(world.add('seeder'), receiver, { bytesPerSecond: 100_000, delayMs: 40 })
    let most = 0
    const stop = world.clock.every(5, () => {
      let bytes = 0
      for (const session of receiver.swarm.sessions.values()) bytes += session.outstandingBytes
      most = Math.max(most, bytes)
    })
    await world.clock.run(20_000)
    stop()
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThanOrEqual(Math.max(BLOCK_BYTES, limit))
  }
})

test('without a limit nobody waits for a turn', async () => {
  const world = new LimitedSwarm()
  let asked = 0
  class CountingTurns extends Turns {
    override ask(...input: Parameters<Turns['ask']>): void {
      asked++
      super.ask(...input)
    }
  }
  const turns = new CountingTurns(new TokenBucket(world.clock))
  const seeder = world.add('seeder', { up: world.pace(turns) })
  const receiver = world.add('receiver', { down: world.pace(turns) })
  world.connect(seeder, receiver)
  const [sent = 0] = await world.sentIn(2000, seeder)
  expect(sent).toBeGreaterThan(100 * MIB)
  expect(asked).toBe(0)
  turns.bucket.setLimit(1_000_000)
  await world.clock.run(1000)
  expect(asked).toBeGreaterThan(0)
})

describe('a bucket', () => {
  test('gives no more than a quarter of a second at once after a long pause', async () => {
    const clock = new VirtualClock()
    const bucket = new TokenBucket(clock)
    bucket.setLimit(1000)
    await clock.run(100_000)
    let taken = 0
    while (bucket.isOpen) {
      bucket.take(10)
      taken += 10
    }
    expect(taken).toBe(250)
  })

  test('lends the last block and waits for the debt', async () => {
    const clock = new VirtualClock()
    const bucket = new TokenBucket(clock)
    bucket.setLimit(1000)
    await clock.run(10)
    bucket.take(1010)
    expect(bucket.isOpen).toBe(false)
    await clock.run(900)
    expect(bucket.isOpen).toBe(false)
    await clock.run(200)
    expect(bucket.isOpen).toBe(true)
    bucket.take(100_000)
    bucket.giveBack(100_000)
    expect(bucket.isOpen).toBe(true)
  })
})
