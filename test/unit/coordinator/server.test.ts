/** The coordinator over real sockets on loopback: what it refuses, and how it introduces devices. */

import { request } from 'node:http'
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { describe, expect, test } from 'vitest'
import type { CoordinatorLimits } from '#coordinator/limits.ts'
import { MemorySummaryStore } from '#coordinator/memory-summary-store.ts'
import { startCoordinator, type Coordinator, type CoordinatorOptions } from '#coordinator/server.ts'
import { toBase64Url } from '#shared/encoding/base64url.ts'
import { randomBytes, utf8 } from '#shared/encoding/bytes.ts'
import { MAX_SUMMARY_LIFE_MS, type ClientMessage } from '#shared/protocol/coordinator-messages.ts'
import { createShareKeys, topicOf } from '#shared/share/keys.ts'
import { deleteMessage, putMessage, randomTopic, RawDevice } from './raw-device.ts'

function start(
  limits: Partial<CoordinatorLimits> = {},
  more: Partial<CoordinatorOptions> = {},
): Promise<Coordinator> {
  return startCoordinator({ host: '127.0.0.1', port: 0, store: new MemorySummaryStore(), limits, ...more })
}

/** The status with which an upgrade is refused, or 101. */
function upgradeStatus(port: number, path: string, protocol: string, origin?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocol, origin ? { origin } : {})
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('unexpected-response', (sent, response) => {
      sent.destroy()
      resolve(response.statusCode ?? 0)
    })
    socket.on('error', reject)
  })
}

const day = 24 * 3600 * 1000

describe('an upgrade is refused', () => {
  test.each([
    ['on another path', '/v2', 'beeline.v1', undefined, 404],
    ['without our subprotocol', '/v1', 'beeline.v9', undefined, 400],
    ['from a page of another site', '/v1', 'beeline.v1', 'https://evil.example', 403],
    ['from a page without an origin', '/v1', 'beeline.v1', 'null', 403],
  ])('%s', async (_what, path, protocol, origin, status) => {
    await using coordinator = await start()
    expect(await upgradeStatus(coordinator.port, path, protocol, origin)).toBe(status)
  })

  test('when all sockets are taken', async () => {
    await using coordinator = await start({ sockets: 1 })
    await using _first = await RawDevice.open(coordinator.port)
    expect(await upgradeStatus(coordinator.port, '/v1', 'beeline.v1')).toBe(503)
  })

  test('when the address has too many, and again admitted when one is gone', async () => {
    await using coordinator = await start({ socketsPerAddress: 1 })
    const first = await RawDevice.open(coordinator.port)
    expect(await upgradeStatus(coordinator.port, '/v1', 'beeline.v1')).toBe(429)
    await first[Symbol.asyncDispose]()
    await expect.poll(() => upgradeStatus(coordinator.port, '/v1', 'beeline.v1')).toBe(101)
  })

  test('but not for another address behind the same proxy', async () => {
    const addressOf: CoordinatorOptions['addressOf'] = (from) => String(from.headers['x-real-ip'])
    await using coordinator = await start({ socketsPerAddress: 1 }, { addressOf })
    await using _first = await RawDevice.open(coordinator.port, { 'x-real-ip': '192.0.2.1' })
    await using second = await RawDevice.open(coordinator.port, { 'x-real-ip': '192.0.2.2' })
    expect(second.socket.readyState).toBe(WebSocket.OPEN)
  })
})

describe('what is malformed', () => {
  test.each([
    ['no JSON', 'hello'],
    ['an unknown type', '{"type":"shout","id":1}'],
    ['a short topic', JSON.stringify({ type: 'summary.get', id: 1, topic: 'ab' })],
    ['a short token', JSON.stringify({ type: 'join', id: 1, topic: randomTopic(), token: 'AAAA' })],
    ['a binary message', Buffer.from('{"type":"summary.get"}')],
  ])('is refused: %s', async (_what, data) => {
    await using coordinator = await start()
    await using device = await RawDevice.open(coordinator.port)
    device.socket.send(data)
    expect(await device.hear('refused')).toEqual({ type: 'refused', reason: 'malformed' })
  })

  test('is refused three times, then the socket is closed', async () => {
    await using coordinator = await start()
    await using device = await RawDevice.open(coordinator.port)
    for (let i = 0; i < 3; i++) device.socket.send('?')
    expect(await device.closed).toBe(1008)
    expect(device.inbox).toHaveLength(3)
  })
})

describe('limits', () => {
  test('a message beyond the size closes the socket', async () => {
    await using coordinator = await start({ messageBytes: 1000 })
    await using device = await RawDevice.open(coordinator.port)
    device.socket.send('x'.repeat(1001))
    expect(await device.closed).toBe(1009)
  })

  test('messages beyond the burst are refused by their id, and let through again later', async () => {
    let nowMs = Date.now()
    await using coordinator = await start({ messageBurst: 2, messagesPerSecond: 1 }, { now: () => nowMs })
    await using device = await RawDevice.open(coordinator.port)
    for (const id of [1, 2, 3]) device.say({ type: 'summary.get', id, topic: randomTopic() })
    expect(await device.hear('refused')).toEqual({ type: 'refused', id: 3, reason: 'limit' })
    nowMs += 1000
    device.say({ type: 'summary.get', id: 4, topic: randomTopic() })
    await expect.poll(() => device.inbox).toContainEqual(expect.objectContaining({ type: 'summary', id: 4 }))
  })

  test('bytes beyond the burst are refused', async () => {
    await using coordinator = await start({ byteBurst: 1000, bytesPerSecond: 1 })
    await using device = await RawDevice.open(coordinator.port)
    device.socket.send(`{"type":"summary.get","id":7,"topic":"${randomTopic()}"}${' '.repeat(1000)}`)
    expect(await device.hear('refused')).toEqual({ type: 'refused', id: 7, reason: 'limit' })
  })

  test('who goes on beyond the limit is closed', async () => {
    await using coordinator = await start({ messageBurst: 1, messagesPerSecond: 1, excesses: 5 })
    await using device = await RawDevice.open(coordinator.port)
    for (let id = 0; id < 50; id++) device.say({ type: 'summary.get', id, topic: randomTopic() })
    expect(await device.closed).toBe(1008)
  })

  test('a swarm peer that trickles for 12 connections of 16 lanes at once passes', async () => {
    await using coordinator = await start()
    await using sender = await RawDevice.open(coordinator.port)
    await using receiver = await RawDevice.open(coordinator.port)
    const topic = randomTopic()
    await receiver.join(topic)
    await sender.join(topic)
    const box = toBase64Url(randomBytes(400))
    const count = 12 * 16 * 16
    for (let i = 0; i < count; i++) sender.say({ type: 'signal', topic, to: receiver.peer, box })
    await sender.settle()
    await expect.poll(() => receiver.inbox.filter((message) => message.type === 'signal').length).toBe(count)
    expect(sender.inbox.filter((message) => message.type === 'refused')).toEqual([])
  })

  test('what a device makes the coordinator tell others counts as its own', async () => {
    await using coordinator = await start({ messageBurst: 100, messagesPerSecond: 1 })
    await using stack = new AsyncDisposableStack()
    const topic = randomTopic()
    for (let i = 0; i < 20; i++) await stack.use(await RawDevice.open(coordinator.port)).join(topic)
    await using restless = await RawDevice.open(coordinator.port)
    for (let round = 0; round < 4; round++) {
      restless.say({ type: 'join', id: round, topic, token: toBase64Url(restless.token) })
      restless.say({ type: 'leave', topic })
    }
    await restless.hear('refused')
    expect(restless.inbox.filter((message) => message.type === 'joined').length).toBeLessThan(4)
  })

  test('topics of one socket', async () => {
    await using coordinator = await start({ topicsPerSocket: 2 })
    await using device = await RawDevice.open(coordinator.port)
    const first = randomTopic()
    await device.join(first)
    await device.join(randomTopic())
    device.say({ type: 'join', id: 9, topic: randomTopic(), token: toBase64Url(device.token) })
    expect(await device.hear('refused')).toEqual({ type: 'refused', id: 9, reason: 'limit' })
    await device.join(first) // it is there already
    device.say({ type: 'leave', topic: first })
    await device.join(randomTopic())
  })

  test('members of one topic, but a member may come back', async () => {
    await using coordinator = await start({ membersPerTopic: 1 })
    await using device = await RawDevice.open(coordinator.port)
    await using other = await RawDevice.open(coordinator.port)
    const topic = randomTopic()
    await device.join(topic)
    other.say({ type: 'join', id: 9, topic, token: toBase64Url(other.token) })
    expect(await other.hear('refused')).toEqual({ type: 'refused', id: 9, reason: 'limit' })
    expect((await other.join(topic, device.token)).you).toBe(device.peer)
  })

  test('a receiver that does not read is cut off, and the sender learns of it', async () => {
    await using coordinator = await start({ bufferedBytes: 64 * 1024 })
    await using sender = await RawDevice.open(coordinator.port)
    await using receiver = await RawDevice.open(coordinator.port)
    const topic = randomTopic()
    await receiver.join(topic)
    await sender.join(topic)
    receiver.socket.pause()
    const box = toBase64Url(randomBytes(16_000))
    let heard: unknown
    void sender.hear('signal.undelivered').then(
      (message) => (heard = message),
      () => undefined,
    )
    for (let i = 0; i < 700 && heard === undefined; i++) {
      sender.say({ type: 'signal', topic, to: receiver.peer, box })
      if (i % 50 === 0) await sender.settle()
    }
    expect(heard).toEqual({ type: 'signal.undelivered', topic, to: receiver.peer })
    expect(await sender.hear('peer.left')).toMatchObject({ peer: receiver.peer })
  })

  test('summaries in all', async () => {
    await using coordinator = await start({ summaries: 1 })
    await using device = await RawDevice.open(coordinator.port)
    const order = { box: utf8('box'), atMs: Date.now(), expiresAtMs: Date.now() + day }
    device.say(putMessage(createShareKeys(), order))
    await device.hear('done')
    device.say(putMessage(createShareKeys(), order))
    expect(await device.hear('refused')).toMatchObject({ reason: 'limit' })
  })

  test('orders of one address in an hour, over all its sockets', async () => {
    let nowMs = Date.now()
    await using coordinator = await start({ ordersPerHour: 1 }, { now: () => nowMs })
    await using first = await RawDevice.open(coordinator.port)
    await using second = await RawDevice.open(coordinator.port)
    const put = (): ClientMessage =>
      putMessage(createShareKeys(), { box: utf8('box'), atMs: nowMs, expiresAtMs: nowMs + day })
    first.say(put())
    await first.hear('done')
    second.say(put())
    expect(await second.hear('refused')).toMatchObject({ reason: 'limit' })
    nowMs += 3600 * 1000
    second.say(put())
    await second.hear('done')
  })

  test('requests that wait for a slow store', async () => {
    class StuckStore extends MemorySummaryStore {
      readonly release = Promise.withResolvers<undefined>()
      override get(): Promise<undefined> {
        return this.release.promise
      }
    }
    const store = new StuckStore()
    await using coordinator = await start({ pendingPerSocket: 2 }, { store })
    await using device = await RawDevice.open(coordinator.port)
    for (const id of [1, 2, 3]) device.say({ type: 'summary.get', id, topic: randomTopic() })
    expect(await device.hear('refused')).toEqual({ type: 'refused', id: 3, reason: 'busy' })
    store.release.resolve(undefined)
    expect(await device.hear('summary')).toMatchObject({ id: 1, box: null })
  })
})

describe('summaries', () => {
  const keys = createShareKeys()
  const topic = topicOf(keys.publicKey)
  const order = { box: utf8('box'), atMs: Date.now(), expiresAtMs: Date.now() + day }
  const good = putMessage(keys, order)
  const stranger = createShareKeys()

  test.each([
    ['a put signed by another key', putMessage(stranger, order, topic), 'signature'],
    [
      'a put under the owner’s key, signed by another',
      { ...putMessage(stranger, order, topic), publicKey: good.publicKey },
      'signature',
    ],
    ['a put with another box', { ...good, box: toBase64Url(utf8('bix')) }, 'signature'],
    ['a put with another expiry', { ...good, expiresAtMs: order.expiresAtMs + 1 }, 'signature'],
    ['a put with another time', { ...good, atMs: order.atMs + 1 }, 'signature'],
    ['a delete signed by another key', deleteMessage(stranger, Date.now(), topic), 'signature'],
    ['a delete with another time', { ...deleteMessage(keys, order.atMs), atMs: order.atMs + 1 }, 'signature'],
    ['a put that has expired', putMessage(keys, { ...order, expiresAtMs: Date.now() - 1 }), 'expired'],
    [
      'a put for too long',
      putMessage(keys, { ...order, expiresAtMs: Date.now() + MAX_SUMMARY_LIFE_MS + day }),
      'expired',
    ],
    ['a put from the future', putMessage(keys, { ...order, atMs: Date.now() + day }), 'expired'],
    ['a delete from the future', deleteMessage(keys, Date.now() + day), 'expired'],
  ])('%s is refused, and what is kept stays', async (_what, message, reason) => {
    await using coordinator = await start()
    await using device = await RawDevice.open(coordinator.port)
    device.say(good)
    await device.hear('done')
    device.say(message)
    expect(await device.hear('refused')).toEqual({ type: 'refused', id: message.id, reason })
    device.say({ type: 'summary.get', id: 3, topic })
    expect((await device.hear('summary')).box).toBe(good.box)
  })

  test('a delete is not undone by repeating the put, and a later put not by repeating the delete', async () => {
    await using coordinator = await start()
    await using device = await RawDevice.open(coordinator.port)
    const remove = deleteMessage(keys, order.atMs + 1)
    const again = putMessage(keys, { ...order, atMs: order.atMs + 2 })
    device.say(good)
    device.say(remove)
    for (let i = 0; i < 2; i++) await device.hear('done')
    device.say(good)
    expect((await device.hear('refused')).reason).toBe('stale')
    device.say(again)
    await device.hear('done')
    device.say(remove)
    expect((await device.hear('refused')).reason).toBe('stale')
    device.say({ type: 'summary.get', id: 3, topic })
    expect((await device.hear('summary')).box).toBe(again.box)
  })

  test('are given to anyone who knows the topic, until they expire', async () => {
    let nowMs = Date.now()
    await using coordinator = await start({}, { now: () => nowMs })
    await using owner = await RawDevice.open(coordinator.port)
    await using reader = await RawDevice.open(coordinator.port)
    owner.say(good)
    await owner.hear('done')
    reader.say({ type: 'summary.get', id: 3, topic })
    expect(await reader.hear('summary')).toEqual({ type: 'summary', id: 3, topic, box: good.box })
    nowMs = order.expiresAtMs
    reader.say({ type: 'summary.get', id: 4, topic })
    expect(await reader.hear('summary')).toEqual({ type: 'summary', id: 4, topic, box: null })
  })

  test('that expired are purged from the store', async () => {
    const store = new MemorySummaryStore()
    await using coordinator = await start({ purgeMs: 20 }, { store })
    await using owner = await RawDevice.open(coordinator.port)
    owner.say(putMessage(keys, { ...order, expiresAtMs: Date.now() + 200 }))
    await owner.hear('done')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await store.purge(Number.MAX_SAFE_INTEGER)).toBe(0)
  })

  test('cannot be had while the store fails, and the socket lives on', async () => {
    class BrokenStore extends MemorySummaryStore {
      override get(): Promise<undefined> {
        return Promise.reject(new Error('/secret/path is full'))
      }
    }
    await using coordinator = await start({}, { store: new BrokenStore() })
    await using device = await RawDevice.open(coordinator.port)
    device.say({ type: 'summary.get', id: 3, topic })
    expect(await device.hear('refused')).toEqual({ type: 'refused', id: 3, reason: 'busy' })
    await device.join(topic)
  })
})

describe('a topic', () => {
  test('refuses signals and questions of a device that is not in it', async () => {
    await using coordinator = await start()
    await using member = await RawDevice.open(coordinator.port)
    await using outsider = await RawDevice.open(coordinator.port)
    const topic = randomTopic()
    await member.join(topic)
    await outsider.join(randomTopic())
    outsider.say({ type: 'signal', topic, to: member.peer, box: 'AAAA' })
    expect((await outsider.hear('refused')).reason).toBe('not-joined')
    outsider.say({ type: 'peers', id: 5, topic })
    expect(await outsider.hear('refused')).toEqual({ type: 'refused', id: 5, reason: 'not-joined' })
    await member.settle()
    expect(member.inbox).toEqual([])
  })

  test('does not take one socket in under two ids', async () => {
    await using coordinator = await start()
    await using device = await RawDevice.open(coordinator.port)
    const topic = randomTopic()
    await device.join(topic)
    device.say({ type: 'join', id: 5, topic, token: toBase64Url(randomBytes(16)) })
    expect(await device.hear('refused')).toEqual({ type: 'refused', id: 5, reason: 'taken' })
  })

  test('tells a newcomer who was there, and those about the newcomer', async () => {
    const iceServers = [{ urls: ['stun:192.0.2.1:3478'] }]
    await using coordinator = await start({}, { iceServers })
    await using first = await RawDevice.open(coordinator.port)
    await using second = await RawDevice.open(coordinator.port)
    const topic = randomTopic()
    expect(await first.join(topic)).toMatchObject({ you: first.peer, peers: [], count: 1, iceServers })
    expect(await second.join(topic)).toMatchObject({ you: second.peer, peers: [first.peer], count: 2 })
    expect(await first.hear('peer.joined')).toEqual({ type: 'peer.joined', topic, peer: second.peer })
    first.say({ type: 'peers', id: 5, topic })
    expect((await first.hear('peers')).peers).toEqual([second.peer])
    second.say({ type: 'leave', topic })
    expect(await first.hear('peer.left')).toEqual({ type: 'peer.left', topic, peer: second.peer })
  })

  test('hands every device that joins a TURN login of its own, and a new one when it joins again', async () => {
    const turn = { urls: ['turn:192.0.2.1:3478'], secret: 'a secret of sufficient length' }
    await using coordinator = await start({}, { turn })
    await using first = await RawDevice.open(coordinator.port)
    await using second = await RawDevice.open(coordinator.port)
    const topic = randomTopic()
    const answers = [await first.join(topic), await second.join(topic), await first.join(topic)]
    const logins = answers.map(({ iceServers }) => iceServers[0]?.username)
    expect(new Set(logins).size).toBe(3)
    for (const answer of answers) {
      expect(answer).toMatchObject({ iceServersLifeMs: 4 * 3_600_000, iceServers: [{ urls: turn.urls }] })
      expect(JSON.stringify(answer)).not.toContain(turn.secret)
    }
    // Joining again is no news to the others.
    await second.settle()
    expect(second.inbox).toEqual([])
  })

  test('passes signals on, between its members only', async () => {
    await using coordinator = await start()
    await using first = await RawDevice.open(coordinator.port)
    await using second = await RawDevice.open(coordinator.port)
    const topic = randomTopic()
    await first.join(topic)
    await second.join(topic)
    second.say({ type: 'signal', topic, to: first.peer, box: 'AAAA' })
    expect(await first.hear('signal')).toEqual({ type: 'signal', topic, from: second.peer, box: 'AAAA' })
    const stranger = randomTopic().slice(0, 32) as typeof first.peer
    for (const to of [stranger, second.peer]) {
      second.say({ type: 'signal', topic, to, box: 'AAAA' })
      expect(await second.hear('signal.undelivered')).toEqual({ type: 'signal.undelivered', topic, to })
    }
  })

  test('is left by a device whose socket closes', async () => {
    await using coordinator = await start()
    await using first = await RawDevice.open(coordinator.port)
    await using second = await RawDevice.open(coordinator.port)
    const topic = randomTopic()
    await first.join(topic)
    await second.join(topic)
    second.socket.terminate()
    expect((await first.hear('peer.left')).peer).toBe(second.peer)
  })

  test('moves a device that comes back over to its new socket, unnoticed', async () => {
    await using coordinator = await start()
    await using watcher = await RawDevice.open(coordinator.port)
    await using before = await RawDevice.open(coordinator.port)
    await using after = await RawDevice.open(coordinator.port)
    const topic = randomTopic()
    await watcher.join(topic)
    await before.join(topic)
    await watcher.hear('peer.joined')
    const joined = await after.join(topic, before.token)
    expect(joined).toMatchObject({ you: before.peer, peers: [watcher.peer], count: 2 })
    before.socket.terminate()
    await before.closed
    watcher.say({ type: 'signal', topic, to: before.peer, box: 'AAAA' })
    expect((await after.hear('signal')).from).toBe(watcher.peer)
    await watcher.settle()
    expect(watcher.inbox).toEqual([])
  })

  test('of many members costs a bounded number of messages per arrival', async () => {
    await using coordinator = await start()
    const topic = randomTopic()
    await using stack = new AsyncDisposableStack()
    const devices: RawDevice[] = []
    for (let i = 0; i < 80; i++) {
      const device = stack.use(await RawDevice.open(coordinator.port))
      const joined = await device.join(topic)
      expect(joined.count).toBe(i + 1)
      expect(new Set(joined.peers).size).toBe(Math.min(i, 32))
      expect(joined.peers).not.toContain(device.peer)
      devices.push(device)
    }
    for (const device of devices) {
      await device.settle()
      device.inbox.length = 0
    }
    await using last = await RawDevice.open(coordinator.port)
    await last.join(topic)
    for (const device of devices) await device.settle()
    expect(devices.filter((device) => device.inbox.length > 0)).toHaveLength(32)
  })
})

describe('the server', () => {
  test('lets go of a device that no longer answers pings', async () => {
    await using coordinator = await start({ heartbeatMs: 50 })
    await using watcher = await RawDevice.open(coordinator.port)
    const topic = randomTopic()
    await watcher.join(topic)
    await using dead = await RawDevice.open(coordinator.port)
    await dead.join(topic)
    dead.socket.pause()
    expect((await watcher.hear('peer.left')).peer).toBe(dead.peer)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(watcher.socket.readyState).toBe(WebSocket.OPEN)
  })

  test('closes within two seconds, with sockets that do not answer and half an HTTP request open', async () => {
    const coordinator = await start()
    await using polite = await RawDevice.open(coordinator.port)
    await using stuck = await RawDevice.open(coordinator.port)
    stuck.socket.pause()
    const half = connect(coordinator.port, '127.0.0.1')
    half.on('error', () => undefined)
    half.write('GET /health HTTP/1.1\r\nHos')
    const sinceMs = performance.now()
    await coordinator.close()
    expect(performance.now() - sinceMs).toBeLessThan(2000)
    expect(await polite.closed).toBe(1001)
    half.destroy()
  })

  test('names a port that is taken', async () => {
    await using coordinator = await start()
    await expect(start({}, { port: coordinator.port })).rejects.toMatchObject({
      code: 'coordinator.port-taken',
    })
    await expect(start({}, { host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'coordinator.cannot-listen',
    })
  })

  test.each([
    ['GET', '/health', 200, '{"ok":true,"protocol":"beeline.v1"}'],
    ['GET', '/', 200, 'coordinator'],
    ['GET', '/get', 200, 'npx beeline get'],
    ['GET', '/get?x=1', 200, 'npx beeline get'],
    ['GET', '/v1', 426, 'WebSocket'],
    ['GET', '/get/', 404, 'nothing'],
    ['GET', '/../package.json', 404, 'nothing'],
    ['POST', '/get', 405, 'GET'],
  ])('answers %s %s with %i', async (method, path, status, text) => {
    await using coordinator = await start()
    const { promise, resolve, reject } = Promise.withResolvers<{
      status: number
      headers: unknown
      body: string
    }>()
    const sent = request({ host: '127.0.0.1', port: coordinator.port, method, path }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    sent.on('error', reject)
    sent.end()
    const answer = await promise
    expect(answer.status).toBe(status)
    expect(answer.body).toContain(text)
    expect(answer.body).not.toContain('<script')
    expect(answer.headers).toMatchObject({
      'content-security-policy': expect.stringMatching(/^default-src 'none'/),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
  })
})
