/** A TLS lane over a long way, on a virtual clock: where it carries enough one data channel is kept beside it, where not many help. */

import { expect, test } from 'vitest'
import type { SessionLane } from '#shared/swarm/peer-session.ts'
import { OpeningLanes } from './opening-lanes.ts'

const MIB = 1024 * 1024
const CHANNEL = { bytesPerSecond: MIB, delayMs: 25 }
const FAST = { bytesPerSecond: 16 * MIB, delayMs: 25 }
/** Loses packets. */
const SHORT = { bytesPerSecond: MIB, delayMs: 25 }

interface World {
  readonly world: OpeningLanes
  readonly channels: () => SessionLane[]
  readonly stream: () => SessionLane | undefined
}

function setUp(totalBytes: number, { maxLanes = 8, channel = CHANNEL } = {}): World {
  const world = new OpeningLanes(totalBytes, channel, { maxLanes })
  world.open()
  return {
    world,
    channels: () => world.lanes().filter(({ isStream }) => !isStream),
    stream: () => world.lanes().find(({ isStream }) => isStream),
  }
}

/** How many channels carry at the same time. */
function countUsed(channels: readonly SessionLane[]): number {
  return channels.filter(({ isOpenToAsk }) => isOpenToAsk).length
}

test('beside one that fills the line one data channel is kept, and a few more are tried and given back', async () => {
  const { world, channels } = setUp(160 * MIB, { channel: { ...CHANNEL, bytesPerSecond: MIB / 4 } })
  const { swarm, receiver } = world
  await swarm.clock.run(300)
  world.open({ isTls: true, quality: FAST })
  await swarm.clock.run(400)
  expect(countUsed(channels())).toBe(1)
  expect(await swarm.clock.run(20_000, () => countUsed(channels()) > 1)).toBe(true)
  expect(await swarm.clock.run(20_000, () => channels().length === 1)).toBe(true)
  expect(await swarm.finish(60_000, receiver)).toBe(true)
  expect(receiver.swarm.traffic.receivedBytes).toBe(160 * MIB)
  expect(swarm.isIdentical(receiver)).toBe(true)
})

test('where it stays short, data channels carry several times as much beside it', async () => {
  const { world, channels, stream } = setUp(96 * MIB)
  const { swarm, receiver } = world
  await swarm.clock.run(300)
  world.open({ isTls: true, quality: SHORT })
  expect(await swarm.clock.run(20_000, () => countUsed(channels()) === 7)).toBe(true)
  expect(stream()?.isOpenToAsk).toBe(true)
  const before = receiver.swarm.traffic.receivedBytes
  await swarm.clock.run(2000)
  expect(receiver.swarm.traffic.receivedBytes - before).toBeGreaterThan(12 * MIB)
  expect(await swarm.finish(60_000, receiver)).toBe(true)
  expect(swarm.isIdentical(receiver)).toBe(true)
})

test('one that opens late is one lane more, and when it ends the others go on as they were', async () => {
  const { world, channels } = setUp(160 * MIB)
  const { swarm, receiver } = world
  expect(await swarm.clock.run(20_000, () => countUsed(channels()) === 8)).toBe(true)
  const [mine] = world.open({ isTls: true, quality: SHORT })
  await swarm.clock.run(300)
  expect(countUsed(channels())).toBeGreaterThanOrEqual(7)
  mine.cut('closed there')
  await swarm.clock.run(300)
  expect(countUsed(channels())).toBeGreaterThanOrEqual(7)
  expect(await swarm.finish(60_000, receiver)).toBe(true)
  expect(swarm.isIdentical(receiver)).toBe(true)
})

test('when it falls silent, the channel beside it goes on, and others come', async () => {
  const { world, channels } = setUp(96 * MIB)
  const { swarm, receiver } = world
  await swarm.clock.run(300)
  const pair = world.open({ isTls: true, quality: FAST })
  await swarm.clock.run(400)
  expect(countUsed(channels())).toBe(1)
  for (const end of pair) end.isMute = true
  expect(await swarm.clock.run(12_000, () => countUsed(channels()) > 3)).toBe(true)
  expect(await swarm.finish(120_000, receiver)).toBe(true)
  expect(swarm.isIdentical(receiver)).toBe(true)
})

test('a person who allows one lane gets no data channels beside it', async () => {
  const { world, channels } = setUp(48 * MIB, { maxLanes: 1 })
  const { swarm, receiver } = world
  await swarm.clock.run(300)
  world.open({ isTls: true, quality: { ...FAST, bytesPerSecond: 4 * MIB } })
  let most = 0
  const stop = swarm.clock.every(100, () => {
    most = Math.max(most, countUsed(channels()))
  })
  await swarm.clock.run(200)
  most = 0
  expect(await swarm.finish(60_000, receiver)).toBe(true)
  stop()
  expect(most).toBe(0)
})
