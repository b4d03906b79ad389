/** What a topic of two hundred costs one of its members: the coordinator over real sockets on loopback. */

import { expect, test } from 'vitest'
import { MemorySummaryStore } from '#coordinator/memory-summary-store.ts'
import { startCoordinator } from '#coordinator/server.ts'
import { CoordinatorClient } from '#engine/coordinator-client/client.ts'
import { PEER_SAMPLE } from '#shared/protocol/coordinator-messages.ts'
import { randomBytes } from '#shared/encoding/bytes.ts'
import type { PeerId } from '#shared/share/keys.ts'
import { randomTopic, RawDevice } from './raw-device.ts'

const MEMBERS = 200

/** One client among so many members. @returns what it heard while as many came and left again */
async function heardAmong(members: number, comings: number): Promise<{ sample: number; news: number }> {
  await using stack = new AsyncDisposableStack()
  const coordinator = stack.use(
    await startCoordinator({
      host: '127.0.0.1',
      port: 0,
      store: new MemorySummaryStore(),
      limits: { socketsPerAddress: 4 * MEMBERS },
    }),
  )
  const topic = randomTopic()
  const enter = async (): Promise<RawDevice> => {
    const device = await RawDevice.open(coordinator.port)
    await device.join(topic)
    return device
  }
  for (let i = 0; i < members; i++) stack.use(await enter())
  const client = stack.use(
    new CoordinatorClient({ addresses: [{ host: `127.0.0.1:${coordinator.port}`, isTls: false }] }),
  )
  const session = client.join(topic, randomBytes(16))
  const joined = Promise.withResolvers<readonly PeerId[]>()
  let news = 0
  session.onJoined(({ peers }) => joined.resolve(peers))
  session.onPeerJoined(() => news++)
  session.onPeerLeft(() => news++)
  const sample = await joined.promise
  for (let i = 0; i < comings; i++) await (await enter())[Symbol.asyncDispose]()
  // Answers come in order: whatever was said before is here when this is.
  const peers = await session.requestPeers(AbortSignal.timeout(10_000))
  expect(peers.length).toBeLessThanOrEqual(PEER_SAMPLE)
  return { sample: sample.length, news }
}

test(
  'in a topic of 200 a member is told of a bounded sample and of a part of the arrivals',
  { timeout: 60_000 },
  async () => {
    const COMINGS = 100
    const large = await heardAmong(MEMBERS, COMINGS)
    expect(large.sample).toBe(PEER_SAMPLE)
    // 100 arrivals and 100 departures; 32 of 200 are told of each, at random.
    expect(large.news).toBeLessThan(70)
    expect(large.news).toBeGreaterThan(5)
    // Twice as many members, half as much news for each of them.
    const larger = await heardAmong(2 * MEMBERS, COMINGS)
    expect(larger.sample).toBe(PEER_SAMPLE)
    expect(larger.news).toBeLessThan(45)
    const small = await heardAmong(20, COMINGS)
    expect(small.sample).toBe(20)
    // In a small one everybody is told everything.
    expect(small.news).toBeGreaterThan(150)
  },
)
