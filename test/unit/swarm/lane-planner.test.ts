/** Lanes side by side, on a virtual clock: opened where each of them is slow, given back where they bring nothing. */

import { expect, test } from 'vitest'
import { OpeningLanes } from './opening-lanes.ts'
import { Device, MemoryStore, VirtualSwarm } from './virtual-swarm.ts'

const MIB = 1024 * 1024
/** One lane over a far or lossy line. */
const SLOW = { bytesPerSecond: MIB, delayMs: 25 }

function setUp(totalBytes: number, maxLanes: number, seederLimit: number | null = null) {
  const world = new OpeningLanes(totalBytes, SLOW, { maxLanes, seederLimit })
  world.open()
  const { swarm, seeder, receiver } = world
  return {
    swarm,
    seeder,
    receiver,
    open: world.open.bind(world),
    opened: () => world.lanes(),
    lanes: () => world.lanes().length,
  }
}

test('several slow lanes carry several times as much, and nothing twice', async () => {
  const { swarm, receiver, lanes } = setUp(48 * MIB, 8)
  let most = 0
  const stop = swarm.clock.every(100, () => {
    most = Math.max(most, lanes())
  })
  const startedMs = swarm.clock.now()
  expect(await swarm.finish(60_000, receiver)).toBe(true)
  stop()
  expect(most).toBe(8)
  // One lane takes 48 s.
  expect(swarm.clock.now() - startedMs).toBeLessThan(16_000)
  expect(receiver.swarm.traffic.receivedBytes).toBe(48 * MIB)
  expect(swarm.isIdentical(receiver)).toBe(true)
})

test('a person who allows one gets one', async () => {
  const { swarm, receiver, lanes } = setUp(8 * MIB, 1)
  expect(await swarm.finish(30_000, receiver)).toBe(true)
  expect(lanes()).toBe(1)
})

test('where the other side is the limit, lanes are given back without losing anything', async () => {
  const { swarm, receiver, lanes } = setUp(40 * MIB, 8, 512 * 1024)
  const counts: number[] = []
  const stop = swarm.clock.every(250, () => counts.push(lanes()))
  expect(await swarm.finish(120_000, receiver)).toBe(true)
  stop()
  expect(Math.max(...counts)).toBeGreaterThan(1)
  // A few are opened at once, and found out to be of no use at the next look half a minute later.
  expect(Math.max(...counts.slice(-40))).toBe(1)
  expect(receiver.swarm.traffic.receivedBytes).toBe(40 * MIB)
  expect(swarm.isIdentical(receiver)).toBe(true)
})

test('a lane that all but stands still does not hold up the end', async () => {
  const swarm = new VirtualSwarm(8 * MIB, 256 * 1024)
  const seeder = new Device(swarm.clock, 1, new MemoryStore(swarm.layout, swarm.content))
  const receiver = new Device(swarm.clock, 2, new MemoryStore(swarm.layout, undefined))
  for (const bytesPerSecond of [2 * MIB, MIB / 32]) {
    const [mine, theirs] = swarm.lane({ bytesPerSecond, delayMs: 25 })
    mine.kind = theirs.kind = 'direct'
    receiver.swarm.addLane(seeder.peer, mine)
    seeder.swarm.addLane(receiver.peer, theirs)
  }
  const startedMs = swarm.clock.now()
  expect(await swarm.finish(120_000, receiver)).toBe(true)
  // What the slow one was asked for takes it half a minute.
  expect(swarm.clock.now() - startedMs).toBeLessThan(10_000)
  expect(swarm.isIdentical(receiver)).toBe(true)
})

test('lanes are opened in advance, and used only when the first has shown that it does not fill the line', async () => {
  const { swarm, receiver, lanes, opened } = setUp(24 * MIB, 8)
  expect(await swarm.clock.run(5000, () => lanes() === 4)).toBe(true)
  expect(opened().map(({ isReserve }) => isReserve)).toEqual([false, true, true, true])
  expect(opened().filter(({ outstandingBytes }) => outstandingBytes > 0)).toHaveLength(1)
  expect(await swarm.clock.run(2000, () => opened().every(({ isReserve }) => !isReserve))).toBe(true)
  expect(
    await swarm.clock.run(1000, () => opened().every(({ outstandingBytes }) => outstandingBytes > 0)),
  ).toBe(true)
  expect(await swarm.finish(60_000, receiver)).toBe(true)
})

test('a lane in reserve takes over at once when the only one that was used dies', async () => {
  const { swarm, receiver, lanes, opened } = setUp(24 * MIB, 8)
  expect(await swarm.clock.run(5000, () => lanes() === 4)).toBe(true)
  opened()[0]?.lane.close()
  expect(
    await swarm.clock.run(500, () => opened().some((lane) => lane.isGreeted && lane.outstandingBytes > 0)),
  ).toBe(true)
  expect(await swarm.finish(60_000, receiver)).toBe(true)
})

test('when all lanes die but those that were to be given back, one of these carries on at once', async () => {
  const { swarm, receiver, opened } = setUp(24 * MIB, 8)
  expect(await swarm.clock.run(10_000, () => opened().length >= 4)).toBe(true)
  const [first, ...others] = opened()
  for (const lane of others) lane.isSurplus = true
  first?.lane.close()
  const before = receiver.swarm.traffic.receivedBytes
  await swarm.clock.run(1500, () => false)
  expect(receiver.swarm.traffic.receivedBytes).toBeGreaterThan(before + MIB / 2)
  expect(await swarm.finish(60_000, receiver)).toBe(true)
})

test('a TLS lane that opens while others are prepared is used, and those are given back', async () => {
  const { swarm, receiver, open, opened } = setUp(24 * MIB, 8)
  expect(await swarm.clock.run(5000, () => opened().some(({ isReserve }) => isReserve))).toBe(true)
  const [mine] = open({ kind: 'lan', isTls: true, quality: { bytesPerSecond: 8 * MIB, delayMs: 1 } })
  const isUsed = (): boolean => opened().some((one) => one.lane.id === mine.id && one.outstandingBytes > 0)
  expect(await swarm.clock.run(500, isUsed)).toBe(true)
  expect(await swarm.finish(6000, receiver)).toBe(true)
  await swarm.clock.run(60_000, () => opened().length === 2)
  expect(opened().filter(({ isReserve }) => isReserve)).toEqual([])
  expect(swarm.isIdentical(receiver)).toBe(true)
})
