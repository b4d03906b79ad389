/** Connections through a real TURN server: over UDP, TCP and TLS, and with nothing that goes past it. */

import { hash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { Connector, type ConnectorOptions } from '#engine/connect/connector.ts'
import { parseServer } from '#engine/connect/ice-url.ts'
import { Allocation } from '#engine/connect/turn/allocation.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import { SignalBox } from '#shared/protocol/signals.ts'
import { randomBytes } from '#shared/encoding/bytes.ts'
import { createShareKeys, topicOf, type ShareKeys } from '#shared/share/keys.ts'
import type { Lane } from '#shared/swarm/lane.ts'
import { LANE_HIGH_WATER_BYTES } from '#shared/swarm/lane.ts'
import { Coturn, coturnIsMissing, freePort, RELAY_IP, TURN_PASSWORD, TURN_USER } from './harness/coturn.ts'
import { eventually, sleep } from './harness/eventually.ts'
import { newLane } from './harness/hostile-peer.ts'
import { memoryTopic } from './harness/memory-topic.ts'

const missing = await coturnIsMissing()

const FRAME_BYTES = 64 * 1024
const FRAMES = 64

type Settings = Pick<ConnectorOptions, 'policy' | 'iceServers'> & Partial<ConnectorOptions>

interface Pair extends AsyncDisposable {
  readonly left: Lane
  readonly right: Lane
  readonly connectors: readonly [Connector, Connector]
  readonly events: readonly string[]
}

function relay(url: string, password = TURN_PASSWORD): IceServer {
  return parseServer({ url, username: TURN_USER, password }).iceServer
}

/** Two devices; the second offers. Resolves when both have a lane. */
async function connect(one: Settings, two: Settings): Promise<Pair> {
  const keys = createShareKeys()
  const sessions = memoryTopic(topicOf(keys.publicKey))
  const lanes: (Lane | undefined)[] = []
  const events: string[] = []
  const open = (index: 0 | 1, settings: Settings): Connector =>
    new Connector({
      keys,
      session: sessions[index],
      bindAddress: '127.0.0.1',
      portRange: undefined,
      log: (event, fields) => events.push(`${event} ${JSON.stringify(fields)}`),
      events: {
        opened: (_peer, lane) => {
          lanes[index] = lane
        },
        isBanned: () => false,
        changed: () => undefined,
        unusedServers: (urls) => events.push(`unused ${urls.join(' ')}`),
      },
      ...settings,
    })
  const connectors = [open(0, one), open(1, two)] as const
  sessions[0].join({})
  sessions[1].join({ peers: [sessions[0].peerId] })
  const [left, right] = await eventually(`lanes on both sides; ${events.join('; ')}`, () => {
    const [first, second] = lanes
    return first !== undefined && second !== undefined ? ([first, second] as const) : undefined
  }).catch((error: unknown) => {
    throw new Error(`no lanes: ${events.join('; ')}`, { cause: error })
  })
  return {
    left,
    right,
    connectors,
    events,
    async [Symbol.asyncDispose]() {
      for (const lane of [left, right]) lane.close()
      for (const connector of connectors) connector.close()
      await sleep(200)
    },
  }
}

/** Bytes from one end to the other, compared. */
async function carry(from: Lane, to: Lane): Promise<void> {
  const sent: string[] = []
  const arrived: string[] = []
  let room = Promise.withResolvers<void>()
  const nothing = { control: () => undefined, closed: () => undefined }
  to.attach({
    ...nothing,
    frame: (bytes) => arrived.push(hash('sha256', bytes)),
    writable: () => undefined,
  })
  from.attach({ ...nothing, frame: () => undefined, writable: () => room.resolve() })
  for (let i = 0; i < FRAMES; i++) {
    const frame = randomBytes(FRAME_BYTES)
    sent.push(hash('sha256', frame))
    if (from.bufferedBytes() > LANE_HIGH_WATER_BYTES) {
      room = Promise.withResolvers<void>()
      await room.promise
    }
    expect(from.sendFrame(frame)).toBe(true)
  }
  await eventually('all frames', () => arrived.length === FRAMES)
  expect(arrived).toEqual(sent)
}

describe.skipIf(missing !== undefined)(
  `through coturn${missing === undefined ? '' : ` (not run: ${missing})`}`,
  () => {
    test.each([
      ['UDP', [], (server: Coturn) => `turn:127.0.0.1:${server.port}`, '127.0.0.1'],
      ['TCP', ['--no-udp'], (server: Coturn) => `turn:localhost:${server.port}?transport=tcp`, 'localhost'],
      ['TLS', ['--no-udp', '--no-tcp'], (server: Coturn) => `turns:localhost:${server.tlsPort}`, 'localhost'],
    ])('bytes cross over %s when both sides want only relays', async (_what, options, urlOf, relayHost) => {
      await using server = await Coturn.start({ hasTls: true, arguments: options })
      const settings: Settings = { policy: 'relay', iceServers: [relay(urlOf(server))], turnCa: server.ca }
      await using pair = await connect(settings, settings)
      const { left, right } = pair
      await carry(left, right)
      for (const lane of [left, right]) {
        const route = lane.route()
        expect(route).toMatchObject({ kind: 'relayed', reason: 'relay-only', relayHost, localType: 'relay' })
        expect(route?.localAddress).toMatch(/^127\.0\.0\.2:/)
        // The true one: what the library knows instead stays inside.
        expect(route?.remoteAddress).toMatch(/^127\.0\.0\.2:/)
      }
    })

    test('one side that wants only relays is enough, though the other has none and they are on one device', async () => {
      await using server = await Coturn.start({ arguments: ['--no-udp'] })
      const iceServers = [relay(`turn:127.0.0.1:${server.port}?transport=tcp`)]
      await using pair = await connect(
        { policy: 'relay', iceServers },
        { policy: 'automatic', iceServers: [] },
      )
      const { left, right } = pair
      await carry(right, left)
      expect(left.route()).toMatchObject({ kind: 'relayed', reason: 'relay-only', localType: 'relay' })
      expect(left.route()?.remoteAddress).toMatch(/^127\.0\.0\.1:/)
      expect(right.route()).toMatchObject({ kind: 'relayed', reason: 'no-direct-path', relayHost: null })
      expect(right.route()?.remoteAddress.startsWith(`${RELAY_IP}:`)).toBe(true)
    })

    test('a relay over TCP stands by while the direct way is taken', async () => {
      await using server = await Coturn.start({ arguments: ['--no-udp'] })
      const iceServers = [relay(`turn:127.0.0.1:${server.port}?transport=tcp`)]
      await using pair = await connect(
        { policy: 'automatic', iceServers },
        { policy: 'automatic', iceServers },
      )
      await carry(pair.left, pair.right)
      expect(pair.left.route()).toMatchObject({ kind: 'lan', reason: 'same-device', relayHost: null })
    })

    test('a connection that ends gives its relay back while others go on', async () => {
      // Each side takes one relay address, and there is room for no more than one connection.
      await using server = await Coturn.start({ arguments: ['--no-udp', '--user-quota=2'] })
      const iceServers = [relay(`turn:127.0.0.1:${server.port}?transport=tcp`)]
      await using pair = await connect({ policy: 'relay', iceServers }, { policy: 'relay', iceServers })
      // Full, as far as anybody else is concerned.
      const { signal } = new AbortController()
      const client = {
        server: { kind: 'tcp', host: '127.0.0.1', address: '127.0.0.1', port: server.port },
        credentials: { username: TURN_USER, password: TURN_PASSWORD },
      } as const
      await expect(Allocation.open(client, signal)).rejects.toMatchObject({ code: 'turn.quota' })
      pair.left.close()
      pair.right.close()
      await using _one = await eventually('room', () =>
        Allocation.open(client, signal).catch(() => undefined),
      )
      await using _two = await eventually('more', () =>
        Allocation.open(client, signal).catch(() => undefined),
      )
    })

    test('a relay that cannot be trusted is not used, and the other one is named', async () => {
      await using server = await Coturn.start({ hasTls: true })
      // Its certificate is for `localhost`.
      const iceServers = [relay(`turns:127.0.0.1:${server.tlsPort}`), relay(`turn:localhost:${server.port}`)]
      const settings: Settings = { policy: 'relay', iceServers, turnCa: server.ca }
      await using pair = await connect(settings, settings)
      await carry(pair.left, pair.right)
      expect(pair.left.route()).toMatchObject({ kind: 'relayed', relayHost: 'localhost' })
      expect(pair.events.join()).toContain('turn.certificate')
    })

    test('“relay only” sends nothing to the addresses of the other side', async () => {
      await using server = await Coturn.start()
      const keys = createShareKeys()
      const [session, other] = memoryTopic(topicOf(keys.publicKey))
      const trap = createSocket('udp4')
      trap.bind(0, '0.0.0.0')
      await once(trap, 'listening')
      let caught: string[] = []
      trap.on('message', (_bytes, from) => caught.push(from.address))
      const candidates = ['127.0.0.1', '127.0.0.9', '192.0.2.77'].map(
        (address, index) =>
          `candidate:${index + 1} 1 UDP ${2_122_317_823 - index} ${address} ${trap.address().port} typ host`,
      )
      const connector = new Connector({
        keys,
        session,
        policy: 'relay',
        iceServers: [relay(`turn:127.0.0.1:${server.port}`)],
        bindAddress: '127.0.0.1',
        portRange: undefined,
        log: () => undefined,
        events: {
          opened: () => undefined,
          isBanned: () => false,
          changed: () => undefined,
          unusedServers: () => undefined,
        },
      })
      const told = await offerWith(candidates, keys, session.peerId, other)
      session.join({})
      // Checks come through the relay, and from nowhere else.
      await eventually('checks through the relay', () => caught.includes(RELAY_IP))
      await sleep(1500)
      expect(new Set(caught)).toEqual(new Set([RELAY_IP]))
      // And what it tells of itself is the relay.
      expect(told.join('\n')).toContain('typ relay')
      expect(told.join('\n')).not.toMatch(/typ (host|srflx|prflx)/)
      // So that the trap is known to work.
      caught = []
      const probe = createSocket('udp4')
      probe.send('x', trap.address().port, '127.0.0.9')
      await eventually('the trap', () => caught.length === 1)
      connector.close()
      probe.close()
      trap.close()
      await sleep(200)
    })
  },
)

/** A peer that only says where it is. @returns what the side that answers says of itself, filled as it arrives */
async function offerWith(
  candidates: readonly string[],
  keys: ShareKeys,
  to: ReturnType<typeof memoryTopic>[0]['peerId'],
  session: ReturnType<typeof memoryTopic>[1],
): Promise<string[]> {
  const box = new SignalBox(keys)
  const lane = newLane()
  const told: string[] = []
  session.onSignal((from, sealed) => {
    const signal = box.open(sealed, from, session.peerId)
    told.push(JSON.stringify(signal))
  })
  const fingerprint = Array.from({ length: 32 }, () => 'AB').join(':')
  const sdp = [
    'v=0',
    'o=rtc 3414953978 0 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'a=ice-options:ice2,trickle',
    `a=fingerprint:sha-256 ${fingerprint}`,
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    'a=sendrecv',
    'a=sctp-port:5000',
    'a=max-message-size:262144',
    'a=setup:actpass',
    'a=ice-ufrag:3VVo',
    'a=ice-pwd:bV1nOG3PfXcHr5vDnAWTkq',
  ]
  session.signal(to, box.seal({ kind: 'offer', lane, sdp: sdp.join('\r\n') + '\r\n' }, session.peerId, to))
  for (const candidate of candidates) {
    session.signal(to, box.seal({ kind: 'candidate', lane, candidate, mid: '0' }, session.peerId, to))
  }
  return told
}

test('a port where nothing listens leaves the direct way open', async () => {
  const iceServers = [relay(`turn:127.0.0.1:${await freePort()}?transport=tcp`)]
  await using pair = await connect({ policy: 'automatic', iceServers }, { policy: 'automatic', iceServers })
  await carry(pair.left, pair.right)
  expect(pair.left.route()?.kind).toBe('lan')
  await eventually('word of it', () => pair.events.join().includes('turn.unreachable'))
})
