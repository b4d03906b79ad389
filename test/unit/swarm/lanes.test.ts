/** Several lanes to one peer: worse ones drain, dead ones are replaced, and no byte is lost or fetched twice. */

import { describe, expect, test } from 'vitest'
import type { RouteKind } from '#shared/api/views.ts'
import { decodePeerMessage, encodePeerMessage, type PeerMessage } from '#shared/protocol/peer-messages.ts'
import { NO_FACTS } from '#shared/protocol/network-facts.ts'
import type { PeerSession } from '#shared/swarm/peer-session.ts'
import type { LaneQuality, MemoryLane } from './memory-lane.ts'
import { peerNumber, VirtualSwarm, type Device } from './virtual-swarm.ts'

const MIB = 1024 * 1024
const PIECE = 512 * 1024
const RELAY = { bytesPerSecond: 2 * MIB, delayMs: 40 }
const DIRECT = { bytesPerSecond: 8 * MIB, delayMs: 10 }

type Pair = [MemoryLane, MemoryLane]

function connect(
  swarm: VirtualSwarm,
  [left, right]: readonly [Device, Device],
  quality: LaneQuality,
  kinds: RouteKind | readonly [RouteKind, RouteKind],
): Pair {
  const pair = swarm.lane(quality)
  const [one, two] = typeof kinds === 'string' ? [kinds, kinds] : kinds
  pair[0].kind = one
  pair[1].kind = two
  left.swarm.addLane(right.peer, pair[0])
  right.swarm.addLane(left.peer, pair[1])
  return pair
}

function sessionOf(device: Device, other: Device): PeerSession {
  const session = device.swarm.sessions.get(other.peer)
  if (session === undefined) throw new Error('no session')
  return session
}

function kindsOf(device: Device, other: Device): (string | undefined)[] {
  return [...sessionOf(device, other).lanes.values()].map(({ lane }) => lane.route()?.kind)
}

/** A seeder and a receiver on a relayed lane, half a second under way. */
async function underWay(totalBytes = 24 * MIB): Promise<{
  swarm: VirtualSwarm
  both: readonly [Device, Device]
  relayed: Pair
}> {
  const swarm = new VirtualSwarm(totalBytes, PIECE)
  const both = [swarm.add('seeder'), swarm.add('receiver')] as const
  const relayed = connect(swarm, both, RELAY, 'relayed')
  await swarm.clock.run(1500)
  expect(both[1].swarm.traffic.receivedBytes).toBeGreaterThan(0)
  return { swarm, both, relayed }
}

describe('a better lane', () => {
  test('carries on at once; the worse one drains and is closed, and nothing comes twice', async () => {
    const { swarm, both } = await underWay()
    const [seeder, receiver] = both
    connect(swarm, both, DIRECT, 'direct')
    // Never is there a pause.
    let lastBytes = receiver.swarm.traffic.receivedBytes
    for (let i = 0; i < 10; i++) {
      await swarm.clock.run(250)
      expect(receiver.swarm.traffic.receivedBytes).toBeGreaterThan(lastBytes)
      lastBytes = receiver.swarm.traffic.receivedBytes
    }
    expect(kindsOf(seeder, receiver)).toEqual(['direct'])
    expect(kindsOf(receiver, seeder)).toEqual(['direct'])
    expect(await swarm.finish(60_000, receiver)).toBe(true)
    expect(swarm.isIdentical(receiver)).toBe(true)
    expect(receiver.swarm.traffic.receivedBytes).toBe(swarm.layout.totalBytes)
    expect(seeder.swarm.traffic.sentBytes).toBe(swarm.layout.totalBytes)
  })

  test('is used in both directions when both are receivers', async () => {
    const swarm = new VirtualSwarm(16 * MIB, PIECE)
    const seeder = swarm.add('seeder')
    const both = [swarm.add('receiver'), swarm.add('receiver')] as const
    // Each gets its pieces slowly, so that the two have something to exchange.
    for (const device of both) swarm.connect(seeder, device, { bytesPerSecond: MIB, delayMs: 10 })
    connect(swarm, both, RELAY, 'relayed')
    await swarm.clock.run(3000)
    connect(swarm, both, DIRECT, 'lan')
    await swarm.clock.run(3000)
    expect(kindsOf(both[0], both[1])).toEqual(['lan'])
    expect(kindsOf(both[1], both[0])).toEqual(['lan'])
    expect(await swarm.finish(60_000, ...both)).toBe(true)
    for (const device of both) {
      expect(swarm.isIdentical(device)).toBe(true)
      expect(device.banned.size).toBe(0)
    }
  })

  test.each(['the sender', 'the receiver'])(
    'is left alone when only %s sees it so, and nothing breaks',
    async (who) => {
      const { swarm, both, relayed } = await underWay()
      const [seeder, receiver] = both
      // The other side takes the relay for a direct way: its own knowledge of the pair is smaller.
      const index = who === 'the sender' ? 1 : 0
      const lane = relayed[index]
      lane.kind = 'direct'
      connect(swarm, both, DIRECT, 'direct')
      await swarm.clock.run(4000)
      // The word of the other side tips the scales.
      expect(kindsOf(seeder, receiver)).toHaveLength(1)
      expect(kindsOf(receiver, seeder)).toHaveLength(1)
      expect(await swarm.finish(60_000, receiver)).toBe(true)
      expect(receiver.swarm.traffic.receivedBytes).toBe(swarm.layout.totalBytes)
    },
  )

  test('is agreed on when each side holds another one for better', async () => {
    const { swarm, both } = await underWay()
    const [seeder, receiver] = both
    const first = [...sessionOf(seeder, receiver).lanes.keys()]
    connect(swarm, both, DIRECT, ['direct', 'relayed'])
    sessionOf(receiver, seeder).lanes.forEach(({ lane }) => {
      if (first.includes(lane.id)) Object.assign(lane, { kind: 'direct' })
    })
    await swarm.clock.run(5000)
    // The smaller id is the first lane's.
    expect([...sessionOf(seeder, receiver).lanes.keys()]).toEqual(first)
    expect([...sessionOf(receiver, seeder).lanes.keys()]).toEqual(first)
    expect(await swarm.finish(60_000, receiver)).toBe(true)
    expect(swarm.isIdentical(receiver)).toBe(true)
    expect(receiver.swarm.traffic.receivedBytes).toBe(swarm.layout.totalBytes)
    // And it stays so.
    await swarm.clock.run(150_000)
    expect([...sessionOf(seeder, receiver).lanes.keys()]).toEqual(first)
  })

  test('of the same kind is kept beside the first', async () => {
    const { swarm, both } = await underWay()
    connect(swarm, both, RELAY, 'relayed')
    await swarm.clock.run(5000)
    expect(kindsOf(both[0], both[1])).toEqual(['relayed', 'relayed'])
    expect(await swarm.finish(60_000, both[1])).toBe(true)
  })

  test('whose route is not known yet is the worst', async () => {
    const { swarm, both } = await underWay()
    const pair = swarm.lane(DIRECT)
    both[0].swarm.addLane(both[1].peer, pair[0])
    both[1].swarm.addLane(both[0].peer, pair[1])
    await swarm.clock.run(2000)
    expect(kindsOf(both[0], both[1])).toEqual(['relayed'])
  })

  test('that dies while the worse one drains loses nothing', async () => {
    const { swarm, both } = await underWay()
    const [, receiver] = both
    const [direct] = connect(swarm, both, DIRECT, 'direct')
    await swarm.clock.run(60)
    direct.cut('died')
    expect(await swarm.finish(60_000, receiver)).toBe(true)
    expect(swarm.isIdentical(receiver)).toBe(true)
    expect(kindsOf(both[0], both[1])).toEqual(['relayed'])
  })

  test('takes over the list of files in the middle', async () => {
    const swarm = new VirtualSwarm(4 * MIB, PIECE)
    const device = swarm.add('receiver')
    const bytes = new Uint8Array(4 * MIB)
    device.swarm.offerManifest(bytes)
    const heard: [string, PeerMessage][] = []
    const frames: string[] = []
    const open = (name: string, kind: RouteKind): MemoryLane => {
      const [mine, theirs] = swarm.lane({ bytesPerSecond: MIB, delayMs: 20 })
      theirs.kind = kind
      mine.attach({
        control: (text) => {
          const message = decodePeerMessage(text)
          if (message !== undefined) heard.push([name, message])
          if (message?.type === 'ping') mine.sendControl(encodePeerMessage({ type: 'pong', id: message.id }))
        },
        frame: () => frames.push(name),
        writable: () => undefined,
        closed: (reason) =>
          heard.push([name, { type: 'bye', reason: reason === 'closed' ? 'done' : 'protocol' }]),
      })
      device.swarm.addLane(peerNumber(1000), theirs)
      mine.sendControl(encodePeerMessage({ type: 'hello', version: 1, features: [], name: '', agent: '' }))
      return mine
    }
    const relayed = open('relayed', 'relayed')
    await swarm.clock.run(200)
    for (let i = 0; i < 8; i++) {
      relayed.sendControl(encodePeerMessage({ type: 'manifest.get', offset: i * 131_072, length: 131_072 }))
    }
    await swarm.clock.run(200)
    open('direct', 'direct')
    relayed.sendControl(encodePeerMessage({ type: 'retire' }))
    await swarm.clock.run(3000)
    // All that was asked for came first, on the lane on which it was asked for; then the lane ended.
    expect(frames).toEqual(Array.from({ length: 8 }, () => 'relayed'))
    expect(heard).toContainEqual(['relayed', { type: 'retire' }])
    expect(heard.filter(([name]) => name === 'relayed').at(-1)?.[1].type).toBe('bye')
    expect(heard).not.toContainEqual(['direct', { type: 'bye', reason: 'done' }])
  })
})

describe('a peer that never retires', () => {
  function scripted(
    swarm: VirtualSwarm,
    device: Device,
    kind: RouteKind,
    answers = true,
  ): { lane: MemoryLane; heard: string[]; asked: number[] } {
    const [mine, theirs] = swarm.lane(DIRECT)
    theirs.kind = kind
    const heard: string[] = []
    const asked: number[] = []
    mine.attach({
      control: (text) => {
        const message = decodePeerMessage(text)
        if (message === undefined) return
        heard.push(message.type)
        if (message.type !== 'ping') return
        asked.push(message.id)
        if (answers) mine.sendControl(encodePeerMessage({ type: 'pong', id: message.id }))
      },
      frame: () => heard.push('frame'),
      writable: () => undefined,
      closed: () => heard.push('closed'),
    })
    device.swarm.addLane(peerNumber(1000), theirs)
    mine.sendControl(encodePeerMessage({ type: 'hello', version: 1, features: [], name: '', agent: '' }))
    return { lane: mine, heard, asked }
  }

  test('loses the worse lane after a while, and keeps the better one', async () => {
    const swarm = new VirtualSwarm(4 * MIB, PIECE)
    const seeder = swarm.add('seeder')
    const relayed = scripted(swarm, seeder, 'relayed')
    const direct = scripted(swarm, seeder, 'direct')
    await swarm.clock.run(10_000)
    expect(relayed.heard).toContain('retire')
    expect(relayed.heard).not.toContain('closed')
    await swarm.clock.run(30_000)
    expect(relayed.heard).toContain('closed')
    expect(direct.heard).not.toContain('closed')
  })

  test('is served on it for some minutes at most when it asks there on and on', async () => {
    const swarm = new VirtualSwarm(4 * MIB, PIECE)
    const seeder = swarm.add('seeder')
    const relayed = scripted(swarm, seeder, 'relayed')
    scripted(swarm, seeder, 'direct')
    const stop = swarm.clock.every(500, () => {
      relayed.lane.sendControl(encodePeerMessage({ type: 'request', ranges: [[0, 0, 4]] }))
    })
    await swarm.clock.run(60_000)
    expect(relayed.heard).not.toContain('closed')
    await swarm.clock.run(90_000)
    expect(relayed.heard).toContain('closed')
    stop()
  })

  test('keeps the worse lane until what was said on it has arrived', async () => {
    const swarm = new VirtualSwarm(4 * MIB, PIECE)
    const seeder = swarm.add('seeder')
    const relayed = scripted(swarm, seeder, 'relayed', false)
    scripted(swarm, seeder, 'direct')
    await swarm.clock.run(300)
    const asked = relayed.asked.length
    relayed.lane.sendControl(encodePeerMessage({ type: 'retire' }))
    await swarm.clock.run(1000)
    expect(relayed.heard).toContain('retire')
    expect(relayed.asked).toHaveLength(asked + 1)
    expect(relayed.heard).not.toContain('closed')
    relayed.lane.sendControl(encodePeerMessage({ type: 'pong', id: relayed.asked.at(-1) ?? 0 }))
    await swarm.clock.run(300)
    expect(relayed.heard).toContain('closed')
  })

  test('cannot make a lane end that has no better one beside it', async () => {
    const swarm = new VirtualSwarm(4 * MIB, PIECE)
    const seeder = swarm.add('seeder')
    const { lane, heard } = scripted(swarm, seeder, 'relayed')
    await swarm.clock.run(500)
    lane.sendControl(encodePeerMessage({ type: 'retire' }))
    await swarm.clock.run(60_000)
    expect(heard).not.toContain('closed')
    expect(heard).not.toContain('retire')
  })
})

describe('a lane that stops answering', () => {
  /** As a router that forgets: neither direction gets through, and nothing says so. */
  function die(lanes: Pair): void {
    for (const lane of lanes) lane.isMute = true
  }

  test('is suspect within three seconds on both sides, and its owner is told', async () => {
    const { swarm, both, relayed } = await underWay()
    const [seeder, receiver] = both
    die(relayed)
    await swarm.clock.run(3000)
    expect(receiver.health).toEqual([[relayed[0].id, true]])
    expect(seeder.health).toEqual([[relayed[0].id, true]])
    // A signal must not go into it.
    expect(seeder.swarm.signal(receiver.peer, 'box')).toBe(false)
  })

  test('is closed as soon as the next one carries, which is asked for what is owed, and no more', async () => {
    const { swarm, both, relayed } = await underWay()
    const [, receiver] = both
    die(relayed)
    await swarm.clock.run(3000)
    const before = receiver.swarm.traffic.receivedBytes
    connect(swarm, both, DIRECT, 'direct')
    await swarm.clock.run(500)
    expect(receiver.swarm.traffic.receivedBytes).toBeGreaterThan(before)
    expect(kindsOf(both[0], both[1])).toEqual(['direct'])
    expect(kindsOf(both[1], both[0])).toEqual(['direct'])
    expect(await swarm.finish(60_000, receiver)).toBe(true)
    expect(swarm.isIdentical(receiver)).toBe(true)
    expect(receiver.swarm.traffic.receivedBytes).toBe(swarm.layout.totalBytes)
    expect(receiver.banned.size).toBe(0)
  })

  test('that comes back is asked again, and what comes late is taken', async () => {
    const { swarm, both, relayed } = await underWay()
    const [, receiver] = both
    // A second lane, so that what is owed is asked for twice.
    connect(swarm, both, RELAY, 'relayed')
    await swarm.clock.run(500)
    relayed[0].isPaused = true
    die(relayed)
    await swarm.clock.run(4000)
    for (const lane of relayed) lane.isMute = false
    relayed[0].resume()
    expect(await swarm.finish(60_000, receiver)).toBe(true)
    expect(swarm.isIdentical(receiver)).toBe(true)
    expect(receiver.banned.size).toBe(0)
    expect(kindsOf(both[0], both[1])).toEqual(['relayed', 'relayed'])
    expect(receiver.health).toEqual([
      [relayed[0].id, true],
      [relayed[0].id, false],
    ])
  })

  test('leaves what it owes to other peers that have it', async () => {
    const { swarm, both, relayed } = await underWay()
    const [, receiver] = both
    const other = swarm.add('seeder')
    connect(swarm, [other, receiver], RELAY, 'relayed')
    die(relayed)
    await swarm.clock.run(3000)
    expect(sessionOf(receiver, both[0]).lanes.size).toBe(1)
    expect(sessionOf(receiver, both[0]).outstandingCount).toBe(0)
    expect(await swarm.finish(60_000, receiver)).toBe(true)
    expect(swarm.isIdentical(receiver)).toBe(true)
  })

  test('loses nothing of what was said on it: the pieces of the other side are told again', async () => {
    const swarm = new VirtualSwarm(4 * MIB, PIECE)
    const seeder = swarm.add('seeder')
    const both = [swarm.add('receiver'), swarm.add('receiver')] as const
    const lanes = connect(swarm, both, RELAY, 'relayed')
    await swarm.clock.run(500)
    die(lanes)
    swarm.connect(seeder, both[0], DIRECT)
    await swarm.clock.run(3500)
    connect(swarm, both, DIRECT, 'direct')
    expect(await swarm.finish(60_000, ...both)).toBe(true)
    expect(kindsOf(both[1], both[0])).toEqual(['direct'])
  })

  test('is found out within two seconds when the network is known to have changed', async () => {
    const { swarm, both, relayed } = await underWay()
    const [seeder] = both
    die(relayed)
    await swarm.clock.run(100)
    seeder.swarm.probe()
    await swarm.clock.run(1900)
    expect(seeder.health).toEqual([[relayed[0].id, true]])
  })

  test.each([
    ['slow', { bytesPerSecond: 15_000, delayMs: 50 }],
    ['far', { bytesPerSecond: MIB, delayMs: 900 }],
  ])('is not one that is merely %s', async (_how, quality) => {
    const swarm = new VirtualSwarm(MIB, PIECE)
    const both = [swarm.add('seeder'), swarm.add('receiver')] as const
    connect(swarm, both, quality, 'direct')
    expect(await swarm.finish(200_000, both[1])).toBe(true)
    expect(both[0].health).toEqual([])
    expect(both[1].health).toEqual([])
  })
})

test('facts of the network are told after the greeting, and again when they change', async () => {
  const swarm = new VirtualSwarm(4 * MIB, PIECE)
  const both = [swarm.add('seeder'), swarm.add('receiver')] as const
  both[0].swarm.learnNetwork(NO_FACTS)
  connect(swarm, both, DIRECT, 'direct')
  await swarm.clock.run(1000)
  expect(sessionOf(both[1], both[0]).network).toEqual(NO_FACTS)
  expect(sessionOf(both[0], both[1]).network).toBeUndefined()
  const better = { ...NO_FACTS, isPortMapped: true }
  both[0].swarm.learnNetwork(better)
  await swarm.clock.run(1000)
  expect(sessionOf(both[1], both[0]).network).toEqual(better)
})

test('signals over a lane reach whoever opens lanes, and a flood of them does not', async () => {
  const swarm = new VirtualSwarm(4 * MIB, PIECE)
  const both = [swarm.add('seeder'), swarm.add('receiver')] as const
  connect(swarm, both, DIRECT, 'direct')
  await swarm.clock.run(500)
  expect(both[0].swarm.signal(both[1].peer, 'one')).toBe(true)
  expect(both[0].swarm.signal(peerNumber(77), 'nobody')).toBe(false)
  await swarm.clock.run(500)
  expect(both[1].signals).toEqual(['one'])
  for (let i = 0; i < 5000; i++) both[0].swarm.signal(both[1].peer, 'flood')
  await swarm.clock.run(500)
  expect(both[1].signals.length).toBeLessThan(300)
  // And what comes later is heard again.
  await swarm.clock.run(10_000)
  both[0].swarm.signal(both[1].peer, 'later')
  await swarm.clock.run(500)
  expect(both[1].signals.at(-1)).toBe('later')
  expect(both[1].banned.size).toBe(0)
})
