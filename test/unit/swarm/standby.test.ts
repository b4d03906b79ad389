/** A TLS lane beside data channels: it carries, they stand by, and take over when it fails. On a virtual clock. */

import { expect, test } from 'vitest'
import type { SessionLane } from '#shared/swarm/peer-session.ts'
import type { MemoryLane } from './memory-lane.ts'
import { VirtualSwarm, type Device } from './virtual-swarm.ts'

const MIB = 1024 * 1024
const CHANNELS = { bytesPerSecond: 4 * MIB, delayMs: 1 }
const STREAM = { bytesPerSecond: 16 * MIB, delayMs: 1 }

type Pair = [MemoryLane, MemoryLane]

async function setUp(totalBytes = 20 * MIB) {
  const swarm = new VirtualSwarm(totalBytes, 256 * 1024)
  const seeder = swarm.add('seeder')
  const receiver = swarm.add('receiver')
  const connect = (protocol: 'udp' | 'tls'): Pair => {
    const pair = swarm.lane(protocol === 'tls' ? STREAM : CHANNELS)
    for (const lane of pair) {
      lane.kind = 'lan'
      lane.protocol = protocol
    }
    seeder.swarm.addLane(receiver.peer, pair[0])
    receiver.swarm.addLane(seeder.peer, pair[1])
    return pair
  }
  const channels = connect('udp')
  await swarm.clock.run(500)
  const stream = connect('tls')
  await swarm.clock.run(500)
  return { swarm, seeder, receiver, connect, channels, stream }
}

function laneOf(device: Device, other: Device, lane: MemoryLane): SessionLane | undefined {
  return device.swarm.sessions.get(other.peer)?.lanes.get(lane.id)
}

test('the data channels stay open and carry no more blocks', async () => {
  const { swarm, seeder, receiver, channels, stream } = await setUp()
  const standing = laneOf(receiver, seeder, channels[1])
  const before = standing?.down.totalBytes
  await swarm.clock.run(500)
  expect(standing?.isStandby).toBe(true)
  expect(standing?.down.totalBytes).toBe(before)
  expect(receiver.swarm.sessions.get(seeder.peer)?.mainLane?.lane).toBe(stream[1])
  expect(await swarm.finish(30_000, receiver)).toBe(true)
  // Well beyond the patience that a worse lane gets.
  await swarm.clock.run(200_000)
  expect(laneOf(receiver, seeder, channels[1])).toBeDefined()
  expect(laneOf(seeder, receiver, channels[0])).toBeDefined()
  expect(receiver.swarm.traffic.receivedBytes).toBe(20 * MIB)
  expect(swarm.isIdentical(receiver)).toBe(true)
})

test('when the TLS lane is cut, they carry on in the same moment and nothing is lost', async () => {
  const { swarm, seeder, receiver, channels, stream } = await setUp()
  const standing = laneOf(receiver, seeder, channels[1])
  stream[0].cut('closed there')
  expect(standing?.isStandby).toBe(false)
  expect(standing?.outstandingBytes).toBeGreaterThan(0)
  expect(await swarm.finish(30_000, receiver)).toBe(true)
  expect(swarm.isIdentical(receiver)).toBe(true)
})

test('when it goes silent, they carry on, and it is given up', async () => {
  const { swarm, seeder, receiver, channels, stream } = await setUp()
  for (const lane of stream) lane.isMute = true
  await swarm.clock.run(3000)
  expect(laneOf(receiver, seeder, channels[1])?.isStandby).toBe(false)
  expect(await swarm.finish(30_000, receiver)).toBe(true)
  await swarm.clock.run(12_000)
  expect(laneOf(receiver, seeder, stream[1])).toBeUndefined()
  expect(swarm.isIdentical(receiver)).toBe(true)
})

test('when the data channels are gone, the TLS lane goes on by itself', async () => {
  const { swarm, receiver, channels } = await setUp()
  channels[0].cut('closed there')
  expect(await swarm.finish(30_000, receiver)).toBe(true)
  expect(swarm.isIdentical(receiver)).toBe(true)
})

test('of several data channels one stands by, and the others are given back by who asked for them', async () => {
  const { swarm, seeder, receiver, connect } = await setUp(80 * MIB)
  for (let i = 0; i < 2; i++) connect('udp')[1].isOffered = true
  await swarm.clock.run(4000)
  const lanes = [...(receiver.swarm.sessions.get(seeder.peer)?.lanes.values() ?? [])]
  expect(lanes.filter(({ isStream }) => isStream)).toHaveLength(1)
  expect(lanes.filter(({ isStandby }) => isStandby)).toHaveLength(1)
  expect(await swarm.finish(30_000, receiver)).toBe(true)
  expect(swarm.isIdentical(receiver)).toBe(true)
})

test('a lane whose id is taken is refused, and the one that has it stays', async () => {
  const { swarm, seeder, receiver, channels } = await setUp()
  const [mine] = swarm.lane(STREAM)
  Object.assign(mine, { id: channels[1].id })
  receiver.swarm.addLane(seeder.peer, mine)
  expect(mine.sendControl('{}')).toBe(false)
  expect(laneOf(receiver, seeder, channels[1])?.lane).toBe(channels[1])
})
