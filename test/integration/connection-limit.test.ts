/** How many peers a transfer is connected to follows what the person says, while it runs. */

import { expect, test } from 'vitest'
import { Connector } from '#engine/connect/connector.ts'
import { createShareKeys, topicOf, type PeerId } from '#shared/share/keys.ts'
import type { Lane } from '#shared/swarm/lane.ts'
import { eventually, sleep } from './harness/eventually.ts'
import { memoryTopic } from './harness/memory-topic.ts'

test('connections are as many as they may be, and whoever waits gets the next free place', async () => {
  const keys = createShareKeys()
  const sessions = memoryTopic(topicOf(keys.publicKey))
  const [hubSession, one, two] = sessions
  const lanes = new Map<PeerId, Lane>()
  /** Peers that the hub has a lane to. */
  const open = (session: (typeof sessions)[number], isHub: boolean): Connector => {
    const connector: Connector = new Connector({
      keys,
      session,
      policy: 'automatic',
      iceServers: [],
      bindAddress: '127.0.0.1',
      portRange: undefined,
      maxConnections: 1,
      log: () => undefined,
      events: {
        opened: (peer, lane) => {
          if (isHub) lanes.set(peer, lane)
          lane.attach({
            control: () => undefined,
            frame: () => undefined,
            writable: () => undefined,
            closed: () => {
              if (isHub) lanes.delete(peer)
              connector.laneGone(peer, lane.id, false)
            },
          })
        },
        isBanned: () => false,
        changed: () => undefined,
        unusedServers: () => undefined,
      },
    })
    return connector
  }
  const hub = open(hubSession, true)
  const others = [open(one, false), open(two, false)]
  const connected = (...peers: PeerId[]): Promise<unknown> =>
    eventually('the right peers', () => lanes.size === peers.length && peers.every((peer) => lanes.has(peer)))

  one.join({})
  two.join({})
  hubSession.join({ peers: [one.peerId, two.peerId] })
  await connected(one.peerId)
  await sleep(500)
  expect([...lanes.keys()]).toEqual([one.peerId])

  hub.setMaxConnections(2)
  await connected(one.peerId, two.peerId)

  // The surplus goes, the latest first.
  hub.setMaxConnections(1)
  await connected(one.peerId)
  hubSession.join({ peers: [one.peerId, two.peerId] })
  await sleep(500)
  expect([...lanes.keys()]).toEqual([one.peerId])

  lanes.get(one.peerId)?.close()
  await connected(two.peerId)

  for (const lane of lanes.values()) lane.close()
  for (const connector of [hub, ...others]) connector.close()
  await sleep(200)
})
