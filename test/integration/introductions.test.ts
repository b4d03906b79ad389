/** Without a coordinator, two devices that share a neighbour get to each other over it, with real connections. */

import { expect, test } from 'vitest'
import { Connector } from '#engine/connect/connector.ts'
import type { TopicSession } from '#engine/coordinator-client/client.ts'
import { createShareKeys, topicOf, type PeerId } from '#shared/share/keys.ts'
import { systemClock } from '#shared/swarm/clock.ts'
import { Swarm } from '#shared/swarm/swarm.ts'
import { eventually, sleep } from './harness/eventually.ts'
import { memoryTopic } from './harness/memory-topic.ts'

test('peers introduce each other where no coordinator does', async () => {
  const keys = createShareKeys()
  const [hub, one, two] = memoryTopic(topicOf(keys.publicKey))
  /** Of the hub alone: between the other two there is no coordinator. */
  const onlyHub = (session: TopicSession): TopicSession =>
    new Proxy(session, {
      get: (target, name) => {
        if (name === 'signal')
          return (to: PeerId, box: string) => {
            if (target === hub || to === hub.peerId) target.signal(to, box)
          }
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  const open = (session: TopicSession): { swarm: Swarm; connector: Connector } => {
    const swarm: Swarm = new Swarm({
      keys,
      name: '',
      agent: 'test',
      self: session.peerId,
      clock: systemClock,
      events: {
        summary: () => undefined,
        manifest: () => undefined,
        written: () => undefined,
        done: () => undefined,
        changed: () => undefined,
        left: () => undefined,
        laneGone: (peer, lane, reason) => connector.laneGone(peer, lane, reason !== 'done'),
        signal: (peer, box) => connector.hearSignal(peer, box),
        banned: () => undefined,
        failed: () => undefined,
      },
    })
    const connector: Connector = new Connector({
      keys,
      session: onlyHub(session),
      policy: 'automatic',
      iceServers: [],
      bindAddress: '127.0.0.1',
      portRange: undefined,
      swarm: {
        look: () => undefined,
        signal: (peer, box) => swarm.signal(peer, box),
        canReach: (peer) => swarm.introductions?.canReach(peer) === true,
        strangers: () => swarm.introductions?.strangers() ?? [],
        isHungry: () => swarm.isHungry,
        links: () => swarm.links(),
        part: (peer) => swarm.drop(peer, 'full'),
        closeStreams: () => undefined,
      },
      events: {
        opened: (peer, lane) => swarm.addLane(peer, lane),
        isBanned: (peer) => swarm.isBanned(peer),
        changed: () => undefined,
        unusedServers: () => undefined,
      },
      log: () => undefined,
    })
    return { swarm, connector }
  }
  const devices = [open(hub), open(one), open(two)] as const
  const [atHub, atOne, atTwo] = devices
  one.join({})
  two.join({})
  hub.join({ peers: [one.peerId, two.peerId] })
  await eventually('both at the hub', () => atHub.swarm.sessions.size === 2)
  expect(atOne.swarm.sessions.has(two.peerId)).toBe(false)
  await eventually(
    'the two have met',
    () => atOne.swarm.sessions.has(two.peerId) && atTwo.swarm.sessions.has(one.peerId),
  )
  // Nobody is needed any more once they know each other.
  atHub.swarm.close('stopped')
  atHub.connector.close()
  await sleep(1000)
  expect(atOne.swarm.sessions.get(two.peerId)?.hasGreeted).toBe(true)
  for (const { swarm, connector } of [atOne, atTwo]) {
    swarm.close('stopped')
    connector.close()
  }
  await sleep(300)
})
