/** The client against real coordinators on loopback, and against ones that misbehave. */

import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { MemorySummaryStore } from '#coordinator/memory-summary-store.ts'
import { startCoordinator, type Coordinator, type CoordinatorOptions } from '#coordinator/server.ts'
import {
  CoordinatorClient,
  type CoordinatorClientOptions,
  type JoinedInfo,
  type TopicSession,
} from '#engine/coordinator-client/client.ts'
import { EarlyDial } from '#engine/coordinator-client/early-dial.ts'
import { Listeners } from '#engine/coordinator-client/listeners.ts'
import { backoffDelayMs, DEFAULT_TIMING, type ClientTiming } from '#engine/coordinator-client/timing.ts'
import { randomBytes, utf8 } from '#shared/encoding/bytes.ts'
import { MAX_COORDINATOR_MESSAGE_BYTES } from '#shared/protocol/coordinator-messages.ts'
import { createShareKeys, peerIdOf, topicOf, type OwnerKeys, type Topic } from '#shared/share/keys.ts'
import { randomTopic } from '#test/unit/coordinator/raw-device.ts'
import { BadCoordinator } from './bad-coordinator.ts'

/** Short enough for a test, long enough for a busy machine. */
const QUICK: Partial<ClientTiming> = { backoffBaseMs: 20, backoffMaxMs: 100, closeTimeoutMs: 200 }

function start(options: Partial<CoordinatorOptions> = {}): Promise<Coordinator> {
  return startCoordinator({ host: '127.0.0.1', port: 0, store: new MemorySummaryStore(), ...options })
}

function connect(
  hosts: string | readonly [string, ...string[]],
  timing: Partial<ClientTiming> = {},
  more: Partial<CoordinatorClientOptions> = {},
): CoordinatorClient {
  const [first, ...others] = typeof hosts === 'string' ? ([hosts] as const) : hosts
  const address = (host: string) => ({ host, isTls: false })
  return new CoordinatorClient({
    addresses: [address(first), ...others.map(address)],
    timing: { ...QUICK, ...timing },
    ...more,
  })
}

const hostOf = (coordinator: Coordinator): string => `127.0.0.1:${coordinator.port}`
const soon = (): AbortSignal => AbortSignal.timeout(5000)
const sleep = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs))

function joined(session: TopicSession): Promise<JoinedInfo> {
  return new Promise((resolve) => {
    const stop = session.onJoined((info) => {
      stop()
      resolve(info)
    })
  })
}

function summaryOf(keys: OwnerKeys, box = utf8('sealed'), lifeMs = 3_600_000) {
  return { ...ownerOf(keys), box, expiresAtMs: Date.now() + lifeMs }
}

function ownerOf(keys: OwnerKeys): { topic: Topic; publicKey: Uint8Array; privateKey: Uint8Array } {
  return { topic: topicOf(keys.publicKey), publicKey: keys.publicKey, privateKey: keys.privateKey }
}

/** A port on which nobody listens. */
async function deadHost(): Promise<string> {
  const coordinator = await start()
  await coordinator.close()
  return hostOf(coordinator)
}

/** Takes TCP connections and says nothing, like a firewall in the wrong mood. */
async function muteHost(): Promise<string> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return `127.0.0.1:${address.port}`
}

describe('nobody there', () => {
  test('makes ready fail with the reason, after its limit or the signal', async () => {
    await using client = connect(await deadHost(), { readyTimeoutMs: 100 })
    await expect(client.ready()).rejects.toMatchObject({
      code: 'coordinator.unreachable',
      detail: expect.stringContaining('ECONNREFUSED'),
    })
    await using other = connect(await muteHost())
    await expect(other.ready(AbortSignal.timeout(50))).rejects.toMatchObject({
      code: 'coordinator.unreachable',
    })
  })

  test('makes requests fail after their limit, and an abort fails them with its reason', async () => {
    await using client = connect(await deadHost(), { requestTimeoutMs: 100 })
    await expect(client.getSummary(randomTopic(), soon())).rejects.toMatchObject({
      code: 'coordinator.unreachable',
    })
    const reason = new Error('changed my mind')
    await expect(client.getSummary(randomTopic(), AbortSignal.abort(reason))).rejects.toBe(reason)
    const later = new AbortController()
    setTimeout(() => later.abort(reason), 20)
    await expect(client.getSummary(randomTopic(), later.signal)).rejects.toBe(reason)
  })

  test('is tried again with longer and longer waits, each told to whoever listens', async () => {
    await using client = connect(
      await deadHost(),
      { backoffBaseMs: 10, backoffMaxMs: 60 },
      { random: () => 0.999 },
    )
    const waits: number[] = []
    client.onState((state, nextRetryMs) => state === 'offline' && waits.push(nextRetryMs ?? -1))
    await vi.waitFor(() => expect(waits.length).toBeGreaterThanOrEqual(6), 5000)
    expect(waits.slice(0, 6)).toEqual([9, 19, 39, 59, 59, 59])
  })

  test('is tried at once by who has reason to, but not at full speed', async () => {
    const waits: number[] = []
    await using client = connect(
      await deadHost(),
      { backoffBaseMs: 60_000, backoffMaxMs: 60_000, renewPongMs: 100 },
      { random: () => 0.999 },
    )
    client.onState((state, nextRetryMs) => state === 'offline' && waits.push(nextRetryMs ?? -1))
    await vi.waitFor(() => expect(waits).toEqual([59_940]), 5000)
    for (let i = 0; i < 20; i++) client.renew()
    await vi.waitFor(() => expect(waits.length).toBeGreaterThan(1), 5000)
    await sleep(50)
    expect(waits.length).toBeLessThan(4)
  })

  test('does not keep a client from closing', async () => {
    const client = connect(await muteHost())
    const waiting = client.getSummary(randomTopic(), soon())
    const ready = client.ready()
    await Promise.all([
      expect(waiting).rejects.toMatchObject({ code: 'coordinator.unreachable' }),
      expect(ready).rejects.toMatchObject({ code: 'coordinator.unreachable' }),
      client.close(),
    ])
    expect(client.state).toBe('offline')
    await expect(client.getSummary(randomTopic(), soon())).rejects.toMatchObject({
      code: 'coordinator.unreachable',
    })
  })
})

test('full jitter stays between nothing and the doubled bound, up to the longest wait', () => {
  const bounds = [0, 1, 2, 5, 6, 7, 1000].map((attempt) => backoffDelayMs(attempt, DEFAULT_TIMING, () => 1))
  expect(bounds).toEqual([500, 1000, 2000, 16_000, 30_000, 30_000, 30_000])
  expect(backoffDelayMs(5, DEFAULT_TIMING, () => 0)).toBe(0)
})

describe('other addresses of the same coordinator', () => {
  test('are used when the first is dead or mute', async () => {
    await using coordinator = await start()
    for (const first of [await deadHost(), await muteHost()]) {
      await using client = connect([first, hostOf(coordinator)], { staggerMs: 50 })
      await client.ready(soon())
      expect(client.state).toBe('online')
    }
  })

  test('are left alone when the first answers', async () => {
    await using first = await start()
    const log: string[] = []
    await using second = await start({ log: (event) => log.push(event) })
    await using client = connect([hostOf(first), hostOf(second)], { staggerMs: 100 })
    await client.ready(soon())
    await sleep(200)
    expect(log).toEqual(['coordinator.started'])
  })
})

describe('a topic', () => {
  test('introduces two devices and passes their signals', async () => {
    const iceServers = [{ urls: ['stun:192.0.2.1:3478'] }]
    await using coordinator = await start({ iceServers })
    await using first = connect(hostOf(coordinator))
    await using second = connect(hostOf(coordinator))
    const topic = randomTopic()
    const token = randomBytes(16)
    const alice = first.join(topic, token)
    expect(alice.peerId).toBe(peerIdOf(token))
    expect(await joined(alice)).toEqual({ peers: [], count: 1, iceServers })
    const events: unknown[] = []
    alice.onPeerJoined((peer) => events.push(['joined', peer]))
    alice.onPeerLeft((peer) => events.push(['left', peer]))
    alice.onSignal((from, box) => events.push(['signal', from, box]))
    alice.onUndelivered((to) => events.push(['undelivered', to]))
    const bob = second.join(topic, randomBytes(16))
    expect(await joined(bob)).toEqual({ peers: [alice.peerId], count: 2, iceServers })
    bob.signal(alice.peerId, 'AAAA')
    expect(await bob.requestPeers(soon())).toEqual([alice.peerId])
    bob.leave()
    bob.leave()
    alice.signal(bob.peerId, 'BBBB')
    await vi.waitFor(() => expect(events).toHaveLength(4), 5000)
    expect(events).toEqual([
      ['joined', bob.peerId],
      ['signal', bob.peerId, 'AAAA'],
      ['left', bob.peerId],
      ['undelivered', bob.peerId],
    ])
  })

  test('can be left and joined again at once, also before the join is answered', async () => {
    await using coordinator = await start()
    await using client = connect(hostOf(coordinator))
    await client.ready(soon())
    const topic = randomTopic()
    const first = client.join(topic, randomBytes(16))
    let calls = 0
    first.onJoined(() => calls++)
    expect(() => client.join(topic, randomBytes(16))).toThrow('already')
    await Promise.resolve()
    first.leave()
    const second = client.join(topic, randomBytes(16))
    expect(await joined(second)).toMatchObject({ count: 1, peers: [] })
    expect(calls).toBe(0)
  })

  test('that is refused is reported and tried again', async () => {
    await using coordinator = await start({ limits: { membersPerTopic: 1 } })
    await using client = connect(hostOf(coordinator))
    await using other = connect(hostOf(coordinator))
    const topic = randomTopic()
    const holder = client.join(topic, randomBytes(16))
    await joined(holder)
    const waiting = other.join(topic, randomBytes(16))
    const refusal = await new Promise((resolve) => waiting.onRefused(resolve))
    expect(refusal).toMatchObject({ code: 'coordinator.limit' })
    const later = joined(waiting)
    holder.leave()
    expect(await later).toMatchObject({ count: 1 })
  })
})

describe('a restart of the coordinator', () => {
  test('is survived: topics joined again under the same id, summaries put again', async () => {
    const before = await start()
    await using client = connect(hostOf(before))
    const states: string[] = []
    client.onState((state) => states.push(state))
    const keys = createShareKeys()
    const session = client.join(topicOf(keys.publicKey), randomBytes(16))
    const joins: number[] = []
    session.onJoined((info) => joins.push(info.count))
    await client.putSummary(summaryOf(keys))
    await before.close()
    await vi.waitFor(() => expect(client.state).toBe('offline'), 5000)
    session.signal(session.peerId, 'AAAA') // dropped

    await using after = await start({ port: before.port })
    await using reader = connect(hostOf(after))
    await vi.waitFor(() => expect(joins).toHaveLength(2), 5000)
    await vi.waitFor(async () => {
      expect(await reader.getSummary(topicOf(keys.publicKey), soon())).toEqual(utf8('sealed'))
    }, 5000)
    expect(joins).toEqual([1, 1])
    expect(states[0]).toBe('online')
    expect(states).toContain('offline')
    expect(states.at(-1)).toBe('online')
  })

  test('lets a request that was under way be answered by the new one', async () => {
    const mute = await BadCoordinator.start(() => undefined)
    const host = mute.host
    await using client = connect(host)
    await client.ready(soon())
    const answer = client.getSummary(randomTopic(), soon())
    await vi.waitFor(() => expect(mute.heard).toHaveLength(1), 5000)
    await mute[Symbol.asyncDispose]()
    await using _after = await start({ port: Number(host.split(':')[1]) })
    expect(await answer).toBeUndefined()
  })

  test('does not bring back what was deleted meanwhile', async () => {
    const before = await start()
    await using client = connect(hostOf(before), { requestTimeoutMs: 200 })
    const keys = createShareKeys()
    await client.putSummary(summaryOf(keys))
    await before.close()
    await expect(client.deleteSummary(ownerOf(keys))).rejects.toMatchObject({
      code: 'coordinator.unreachable',
    })
    await using _after = await start({ port: before.port })
    await client.ready(soon())
    await sleep(100)
    expect(await client.getSummary(topicOf(keys.publicKey), soon())).toBeUndefined()
  })
})

describe('a summary', () => {
  test('is put, replaced, got and deleted, faster than the clock ticks', async () => {
    await using coordinator = await start()
    await using client = connect(hostOf(coordinator), {}, { now: () => Math.floor(Date.now() / 1000) * 1000 })
    const keys = createShareKeys()
    const topic = topicOf(keys.publicKey)
    expect(await client.getSummary(topic, soon())).toBeUndefined()
    await client.putSummary(summaryOf(keys))
    await client.putSummary(summaryOf(keys, utf8('sealed anew')))
    expect(await client.getSummary(topic, soon())).toEqual(utf8('sealed anew'))
    await client.deleteSummary(ownerOf(keys))
    expect(await client.getSummary(topic, soon())).toBeUndefined()
    await client.putSummary(summaryOf(keys))
    expect(await client.getSummary(topic, soon())).toEqual(utf8('sealed'))
  })

  test('is refreshed before it expires', async () => {
    await using coordinator = await start()
    await using client = connect(hostOf(coordinator))
    const keys = createShareKeys()
    await client.putSummary(summaryOf(keys, utf8('sealed'), 2000))
    await sleep(3000)
    expect(await client.getSummary(topicOf(keys.publicKey), soon())).toEqual(utf8('sealed'))
  })

  test('can be put by a device whose clock is years behind', async () => {
    await using coordinator = await start()
    const now = (): number => Date.now() - 5 * 365 * 24 * 3_600_000
    await using client = connect(hostOf(coordinator), {}, { now })
    const keys = createShareKeys()
    await client.putSummary({ ...summaryOf(keys), expiresAtMs: now() + 60_000 })
    expect(await client.getSummary(topicOf(keys.publicKey), soon())).toEqual(utf8('sealed'))
  })

  test('that was dated by a clock a little ahead is followed by ours after a moment', async () => {
    await using coordinator = await start()
    await using ahead = connect(hostOf(coordinator), {}, { now: () => Date.now() + 300 })
    const keys = createShareKeys()
    await ahead.putSummary(summaryOf(keys))
    await using client = connect(hostOf(coordinator), { stalePauseMs: 400 })
    await client.deleteSummary(ownerOf(keys))
    expect(await client.getSummary(topicOf(keys.publicKey), soon())).toBeUndefined()
  })

  test('of a stranger’s share is refused for good', async () => {
    await using coordinator = await start()
    await using client = connect(hostOf(coordinator), { retryPutMs: 10 })
    const keys = createShareKeys()
    const stranger = createShareKeys()
    const order = { ...summaryOf(stranger), topic: topicOf(keys.publicKey) }
    await expect(client.putSummary(order)).rejects.toMatchObject({
      code: 'coordinator.refused',
      detail: 'signature',
    })
    await expect(client.deleteSummary({ ...ownerOf(stranger), topic: order.topic })).rejects.toMatchObject({
      code: 'coordinator.refused',
    })
  })

  test('that the coordinator has no room for is tried again until it has', async () => {
    const store = new MemorySummaryStore()
    await using coordinator = await start({ store, limits: { summaries: 1 } })
    await using client = connect(hostOf(coordinator), { retryPutMs: 30 })
    const blocker = { topic: randomTopic(), box: utf8('x'), atMs: 1, expiresAtMs: Date.now() + 200 }
    await store.put(blocker, Date.now(), 10)
    const keys = createShareKeys()
    await expect(client.putSummary(summaryOf(keys))).rejects.toMatchObject({ code: 'coordinator.limit' })
    await vi.waitFor(async () => {
      expect(await client.getSummary(topicOf(keys.publicKey), soon())).toEqual(utf8('sealed'))
    }, 5000)
  })
})

describe('a coordinator that misbehaves', () => {
  test.each<[string, string | Buffer]>([
    ['no JSON', 'what?'],
    ['an unknown message', '{"type":"shout"}'],
    ['a binary message', Buffer.from([1, 2, 3])],
    ['a giant message', 'x'.repeat(MAX_COORDINATOR_MESSAGE_BYTES + 1)],
  ])('by sending %s is left and dialled again', async (_what, garbage) => {
    let sent = 0
    await using bad = await BadCoordinator.start(
      () => undefined,
      (socket) => {
        if (sent++ === 0) socket.send(garbage)
      },
    )
    await using client = connect(bad.host)
    await vi.waitFor(() => expect(bad.sockets).toHaveLength(2), 5000)
    await client.ready(soon())
    await sleep(50)
    expect(client.state).toBe('online')
  })

  test('by never answering makes requests fail after their limit', async () => {
    await using bad = await BadCoordinator.start(() => undefined)
    await using client = connect(bad.host, { requestTimeoutMs: 100 })
    await expect(client.getSummary(randomTopic(), soon())).rejects.toMatchObject({
      code: 'coordinator.unreachable',
      detail: 'it did not answer',
    })
  })

  test('by never answering a join is dialled again', async () => {
    await using bad = await BadCoordinator.start(() => undefined)
    await using client = connect(bad.host, { requestTimeoutMs: 50 })
    client.join(randomTopic(), randomBytes(16))
    await vi.waitFor(() => expect(bad.sockets.length).toBeGreaterThan(1), 5000)
  })

  test('by answering slowly is heard all the same', async () => {
    await using bad = await BadCoordinator.start((message, answer) => {
      if (message.type !== 'summary.get') return
      setTimeout(() => answer({ type: 'summary', id: message.id, topic: message.topic, box: 'AAAA' }), 200)
    })
    await using client = connect(bad.host)
    expect(await client.getSummary(randomTopic(), soon())).toEqual(new Uint8Array(3))
  })

  test('by answering with another topic or another type is not believed', async () => {
    await using bad = await BadCoordinator.start((message, answer) => {
      if (message.type === 'summary.get')
        answer({ type: 'summary', id: message.id, topic: randomTopic(), box: 'AAAA' })
      if (message.type === 'summary.delete')
        answer({ type: 'peers', id: message.id, topic: message.topic, peers: [] })
    })
    await using client = connect(bad.host)
    await expect(client.getSummary(randomTopic(), soon())).rejects.toMatchObject({
      code: 'coordinator.protocol',
    })
    await expect(client.deleteSummary(ownerOf(createShareKeys()))).rejects.toMatchObject({
      code: 'coordinator.protocol',
    })
  })

  test('by giving us another peer id is left', async () => {
    await using bad = await BadCoordinator.start((message, answer) => {
      if (message.type !== 'join') return
      const { id, topic } = message
      answer({ type: 'joined', id, topic, you: peerIdOf(utf8('?')), peers: [], count: 1, iceServers: [] })
    })
    await using client = connect(bad.host)
    const session = client.join(randomTopic(), randomBytes(16))
    session.onJoined(() => expect.unreachable())
    await vi.waitFor(() => expect(bad.sockets.length).toBeGreaterThan(1), 5000)
  })

  test('by falling silent is noticed', async () => {
    await using bad = await BadCoordinator.start(() => undefined)
    await using client = connect(bad.host, { heartbeatMs: 60, pongMs: 40 })
    await client.ready(soon())
    await sleep(200)
    expect(bad.sockets).toHaveLength(1)
    bad.sockets[0]?.pause()
    await vi.waitFor(() => expect(bad.sockets).toHaveLength(2), 5000)
  })

  test('by falling silent is noticed sooner by who has reason to ask, and the next attempt comes at once', async () => {
    await using bad = await BadCoordinator.start(() => undefined)
    await using client = connect(bad.host, { renewPongMs: 50, backoffBaseMs: 60_000, backoffMaxMs: 60_000 })
    await client.ready(soon())
    // One that answers is kept.
    client.renew()
    await sleep(200)
    expect(bad.sockets).toHaveLength(1)
    bad.sockets[0]?.pause()
    client.renew()
    await vi.waitFor(() => expect(bad.sockets).toHaveLength(2), 2000)
    await client.ready(soon())
  })

  test('by falling silent is noticed in time also when the usual question comes in between', async () => {
    await using bad = await BadCoordinator.start(() => undefined)
    await using client = connect(bad.host, { renewPongMs: 150, heartbeatMs: 100, pongMs: 60_000 })
    await client.ready(soon())
    bad.sockets[0]?.pause()
    client.renew()
    await vi.waitFor(() => expect(bad.sockets).toHaveLength(2), 3000)
  })

  test('by closing at once is not dialled at full speed', async () => {
    await using bad = await BadCoordinator.start(
      () => undefined,
      (socket) => socket.close(),
    )
    await using _client = connect(
      bad.host,
      { backoffBaseMs: 20, backoffMaxMs: 10_000 },
      { random: () => 0.999 },
    )
    await sleep(500)
    expect(bad.sockets.length).toBeGreaterThan(2)
    expect(bad.sockets.length).toBeLessThan(8)
  })

  test('by keeping the socket open does not keep a client from closing', async () => {
    await using bad = await BadCoordinator.start(() => undefined)
    const client = connect(bad.host)
    await client.ready(soon())
    bad.sockets[0]?.pause()
    const sinceMs = performance.now()
    await client.close()
    expect(performance.now() - sinceMs).toBeLessThan(2000)
  })
})

test('a listener that throws stops neither the others nor the caller, and is heard of', () => {
  const tasks: (() => void)[] = []
  vi.stubGlobal('queueMicrotask', (task: () => void) => tasks.push(task))
  onTestFinished(() => void vi.unstubAllGlobals())
  const listeners = new Listeners<[number]>()
  const heard: number[] = []
  listeners.add(() => {
    throw new Error('mine')
  })
  const stop = listeners.add((value) => heard.push(value))
  listeners.emit(1)
  stop()
  listeners.emit(2)
  expect(heard).toEqual([1])
  expect(tasks).toHaveLength(2)
  expect(tasks[0]).toThrow('mine')
})

describe('a connection that was dialled early', () => {
  /** With how many connections it has now. */
  async function startCounted(): Promise<{
    readonly coordinator: Coordinator
    readonly count: () => number
  }> {
    let count = 0
    const coordinator = await start({
      log: (event, fields) => {
        if (event === 'socket.opened' || event === 'socket.closed') count = Number(fields['sockets'])
      },
    })
    onTestFinished(() => coordinator.close())
    return { coordinator, count: () => count }
  }
  const dialEarly = (host: string): EarlyDial => new EarlyDial([{ host, isTls: false }])

  test('is the first one of the client, and later ones are dialled anew', async () => {
    const { coordinator, count } = await startCounted()
    using earlyDial = dialEarly(hostOf(coordinator))
    await vi.waitFor(() => expect(count()).toBe(1), 5000)
    await using client = connect(hostOf(coordinator), {}, { earlyDial })
    await client.ready(soon())
    expect(count()).toBe(1)
    await using other = connect(hostOf(coordinator), {}, { earlyDial })
    await other.ready(soon())
    expect(count()).toBe(2)
  })

  test('serves nobody who wants another coordinator or another proxy', async () => {
    const { coordinator } = await startCounted()
    const { coordinator: elsewhere, count } = await startCounted()
    using earlyDial = dialEarly(hostOf(coordinator))
    await using client = connect(hostOf(elsewhere), {}, { earlyDial })
    await client.ready(soon())
    expect(count()).toBe(1)
    const { signal } = new AbortController()
    expect(
      earlyDial.take([{ host: hostOf(coordinator), isTls: false }], 'http://127.0.0.1:1', signal),
    ).toBeUndefined()
  })

  test('that failed is a failed attempt, and the client goes on trying', async () => {
    const host = await deadHost()
    using earlyDial = dialEarly(host)
    await using client = connect(host, {}, { earlyDial })
    const states: string[] = []
    client.onState((state) => states.push(state))
    await vi.waitFor(() => expect(states).toEqual(expect.arrayContaining(['offline', 'connecting'])), 5000)
  })

  test('ends with the client that has taken it, and is closed when nobody has', async () => {
    const mute = await muteHost()
    using waiting = dialEarly(mute)
    const client = connect(mute, {}, { earlyDial: waiting })
    await client.close()
    const { coordinator, count } = await startCounted()
    const unused = dialEarly(hostOf(coordinator))
    await vi.waitFor(() => expect(count()).toBe(1), 5000)
    unused[Symbol.dispose]()
    await vi.waitFor(() => expect(count()).toBe(0), 5000)
  })
})
