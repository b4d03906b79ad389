/** The bridge between the ICE library and a TURN server over a stream, with a plain TCP server at the far end. */

import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AddressDisguise } from '#engine/connect/turn/address-disguise.ts'
import {
  ATTRIBUTE,
  decodeStun,
  encodeStun,
  METHOD,
  type StunClass,
} from '#engine/connect/turn/stun-message.ts'
import { FrameReader } from '#engine/connect/turn/stream-frames.ts'
import { encodeXorAddress } from '#engine/connect/turn/stun-values.ts'
import { TurnBridge } from '#engine/connect/turn/turn-bridge.ts'
import { utf8 } from '#shared/encoding/bytes.ts'
import { eventually, sleep } from '#test/integration/harness/eventually.ts'

/** What arrived over one connection. */
interface Arrived {
  readonly socket: Socket
  readonly frames: string[]
  isOpen: boolean
}

let server: Server
let arrived: Arrived[]
let bridge: TurnBridge
let agents: UdpSocket[]
let events: string[]

beforeEach(async () => {
  arrived = []
  agents = []
  events = []
  server = createServer((socket) => {
    const connection: Arrived = { socket, frames: [], isOpen: true }
    arrived.push(connection)
    const reader = new FrameReader(['stun', 'channel'])
    socket.on('data', (chunk) => connection.frames.push(...(reader.read(chunk) ?? []).map(hex)))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      connection.isOpen = false
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  bridge = open((server.address() as AddressInfo).port)
})

afterEach(() => {
  bridge[Symbol.dispose]()
  for (const agent of agents) agent.close()
  for (const { socket } of arrived) socket.destroy()
  server.close()
})

/** What somebody still holds; without a collection, buffers that nobody needs any more count as well. */
function keptBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().arrayBuffers
}

function open(port: number, isReserving = false): TurnBridge {
  return new TurnBridge(
    { kind: 'turn', transport: 'tcp', host: '127.0.0.1', port, username: 'anna', password: 'secret' },
    {
      loopback: '127.0.0.1',
      isReserving,
      disguise: new AddressDisguise({ hidesOwn: false, hasIPv4: () => true }),
      ca: undefined,
      proxy: undefined,
      answered: () => events.push('answered'),
      failed: () => undefined,
      lost: ({ address, port }) => events.push(`lost ${address}:${port}`),
      log: (event, { code }) => events.push(`${event} ${String(code)}`),
    },
  )
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

function message(
  kind: StunClass,
  method: number,
  attributes: { type: number; value: Uint8Array }[],
): Uint8Array {
  return encodeStun({ method, class: kind, transactionId: new Uint8Array(12), attributes })
}

const allocate = message('request', METHOD.allocate, [])
/** Five bytes of data: over a stream it needs padding. */
const channelData = Uint8Array.of(0x40, 0, 0, 5, 1, 2, 3, 4, 5)

/** An agent, bound and ready. */
async function newAgent(): Promise<UdpSocket> {
  const agent = createSocket('udp4')
  agents.push(agent)
  agent.bind(0, '127.0.0.1')
  await once(agent, 'listening')
  return agent
}

function say(agent: UdpSocket, bytes: Uint8Array): void {
  agent.send(bytes, bridge.port, '127.0.0.1')
}

test('packets cross in both directions, in the form that each side has', async () => {
  const agent = await newAgent()
  const heard: string[] = []
  agent.on('message', (bytes) => heard.push(hex(bytes)))
  say(agent, allocate)
  say(agent, channelData)
  await eventually('both', () => arrived[0]?.frames.length === 2)
  expect(arrived[0]?.frames.toSorted()).toEqual([hex(allocate), hex(channelData)].toSorted())
  const answer = message('success', METHOD.allocate, [])
  // Cut in the middle of things, with the padding of the stream.
  const stream = Buffer.concat([answer, channelData, Buffer.alloc(3), answer])
  arrived[0]?.socket.write(stream.subarray(0, 27))
  await sleep(20)
  arrived[0]?.socket.write(stream.subarray(27))
  await eventually('the answers', () => heard.length === 3)
  expect(heard).toEqual([hex(answer), hex(channelData), hex(answer)])
})

test('each agent has a connection of its own', async () => {
  const [one, two] = [await newAgent(), await newAgent()]
  say(one, allocate)
  say(two, allocate)
  await eventually(
    'two connections',
    () => arrived.length === 2 && arrived.every(({ frames }) => frames.length === 1),
  )
  const heard: string[] = []
  one.on('message', () => heard.push('one'))
  two.on('message', () => heard.push('two'))
  for (const { socket } of arrived) socket.write(allocate)
  await eventually('both answers', () => heard.length === 2)
  expect(new Set(heard)).toEqual(new Set(['one', 'two']))
})

test('a server in reserve hears nothing before its time, and then what the agent said last', async () => {
  using reserve = open((server.address() as AddressInfo).port, true)
  const agent = await newAgent()
  agent.send(allocate, reserve.port, '127.0.0.1')
  agent.send(channelData, reserve.port, '127.0.0.1')
  await eventually('the agent', () => reserve.isUsed)
  await sleep(100)
  expect(arrived).toEqual([])
  reserve.allow(agent.address().port + 1)
  await sleep(50)
  expect(arrived).toEqual([])
  reserve.allow(agent.address().port)
  await eventually('the packet', () => arrived[0]?.frames.length === 1)
  expect(arrived[0]?.frames).toEqual([hex(channelData)])
  agent.send(allocate, reserve.port, '127.0.0.1')
  await eventually('what comes afterwards', () => arrived[0]?.frames.length === 2)
  reserve.forget(agent.address().port)
  await eventually('its end', () => arrived[0]?.isOpen === false)
  // Another agent may get the port.
  agent.send(allocate, reserve.port, '127.0.0.1')
  await sleep(100)
  expect(arrived).toHaveLength(1)
})

test('an agent may be allowed before it has said anything', async () => {
  using reserve = open((server.address() as AddressInfo).port, true)
  const agent = await newAgent()
  reserve.allow(agent.address().port)
  agent.send(allocate, reserve.port, '127.0.0.1')
  await eventually('the packet', () => arrived[0]?.frames.length === 1)
  expect(arrived[0]?.frames).toEqual([hex(allocate)])
})

test('what is neither STUN nor channel data goes nowhere', async () => {
  const agent = await newAgent()
  say(agent, utf8('GET / HTTP/1.1\r\n\r\n'))
  say(agent, allocate.subarray(0, 19))
  say(agent, new Uint8Array(0))
  await sleep(100)
  expect(arrived).toEqual([])
  expect(bridge.isUsed).toBe(false)
})

test('a server that does not speak TURN is left alone, and tried again only after a while', async () => {
  const agent = await newAgent()
  say(agent, allocate)
  await eventually('the connection', () => arrived.length === 1)
  arrived[0]?.socket.write('SSH-2.0-OpenSSH\r\n')
  await eventually('the end', () => events.length > 0)
  for (let i = 0; i < 20; i++) say(agent, allocate)
  await sleep(100)
  expect(events).toEqual(['turn.bridge-failed turn.protocol'])
  expect(arrived.length).toBe(1)
})

test('a full connection drops packets instead of keeping them', async () => {
  const agent = await newAgent()
  say(agent, allocate)
  await eventually('the connection', () => arrived[0]?.frames.length === 1)
  const connection = arrived[0]
  connection?.socket.pause()
  const large = new Uint8Array(60_000)
  large.set([0x40, 0, (large.length - 4) >> 8, (large.length - 4) & 255])
  const before = keptBytes()
  // 120 MB, of which the system's own buffers take some.
  for (let i = 0; i < 2000; i++) {
    say(agent, large)
    if (i % 20 === 0) await sleep(1)
  }
  expect(keptBytes() - before).toBeLessThan(20_000_000)
  connection?.socket.resume()
  say(agent, channelData)
  await sleep(200)
  const frames = connection?.frames.length ?? 0
  expect(frames).toBeLessThan(2000)
  // And goes on once there is room.
  say(agent, channelData)
  await eventually('more', () => connection?.frames.at(-1) === hex(channelData))
})

test('an agent that begins anew on the same port gets a new connection, and the relay address is remembered', async () => {
  const agent = await newAgent()
  say(agent, allocate)
  await eventually('the connection', () => arrived[0]?.frames.length === 1)
  const relayed = encodeXorAddress({ address: '203.0.113.7', port: 49_152 }, new Uint8Array(12))
  const heard: string[] = []
  agent.on('message', (bytes) => heard.push(hex(bytes)))
  arrived[0]?.socket.write(
    message('success', METHOD.allocate, [{ type: ATTRIBUTE.xorRelayedAddress, value: relayed }]),
  )
  await eventually('the success', () => heard.length === 1)
  expect(bridge.hasRelayed('203.0.113.7', 49_152)).toBe(true)
  expect(bridge.hasRelayed('203.0.113.7', 49_153)).toBe(false)
  say(agent, allocate)
  await eventually('another connection', () => arrived.length === 2 && arrived[1]?.frames.length === 1)
  await eventually('the end of the first', () => arrived[0]?.isOpen === false)
})

test('the connection of an agent that is gone is closed, and no other', async () => {
  const [one, two] = [await newAgent(), await newAgent()]
  const heard: string[] = []
  for (const [index, agent] of [one, two].entries()) {
    agent.on('message', (bytes) => heard.push(hex(bytes)))
    say(agent, allocate)
    const connection = await eventually('the connection', () => arrived[index])
    const endpoint = { address: '203.0.113.7', port: 49_152 + index }
    const value = encodeXorAddress(endpoint, new Uint8Array(12))
    connection.socket.write(
      message('success', METHOD.allocate, [{ type: ATTRIBUTE.xorRelayedAddress, value }]),
    )
    await eventually('the success', () => heard.length === index + 1)
  }
  bridge.release('203.0.113.7', 1)
  bridge.release('203.0.113.7', 49_152)
  await eventually('its end', () => arrived[0]?.isOpen === false)
  expect(arrived[1]?.isOpen).toBe(true)
  expect(bridge.isUsed).toBe(true)
})

test('closed, it closes its connections', async () => {
  const agent = await newAgent()
  say(agent, allocate)
  await eventually('the connection', () => arrived[0]?.frames.length === 1)
  bridge[Symbol.dispose]()
  bridge[Symbol.dispose]()
  await eventually('its end', () => arrived[0]?.isOpen === false)
  expect(arrived.length).toBe(1)
})

test('when a connection dies, it is told which relay address died with it', async () => {
  const agent = await newAgent()
  say(agent, allocate)
  await eventually('the connection', () => arrived[0]?.frames.length === 1)
  const endpoint = { address: '192.0.2.9', port: 4242 }
  const value = encodeXorAddress(endpoint, new Uint8Array(12))
  arrived[0]?.socket.write(
    message('success', METHOD.allocate, [{ type: ATTRIBUTE.xorRelayedAddress, value }]),
  )
  await eventually('the relay address', () => bridge.hasRelayed(endpoint.address, endpoint.port))
  expect(events).toEqual(['answered'])
  arrived[0]?.socket.destroy()
  await eventually('word of it', () => events.length === 3)
  expect(events).toEqual(['answered', 'lost 192.0.2.9:4242', 'turn.bridge-failed turn.protocol'])
  expect(bridge.hasRelayed(endpoint.address, endpoint.port)).toBe(false)
})

test('a server’s “no” to a login is told, its first question for one is not', async () => {
  const agent = await newAgent()
  const realm = { type: ATTRIBUTE.realm, value: utf8('beeline.test') }
  const refusal = message('error', METHOD.allocate, [
    realm,
    { type: ATTRIBUTE.errorCode, value: Uint8Array.of(0, 0, 4, 1) },
  ])
  say(agent, allocate)
  await eventually('the first request', () => arrived[0]?.frames.length === 1)
  arrived[0]?.socket.write(refusal)
  await sleep(100)
  expect(events).toEqual([])
  say(agent, message('request', METHOD.allocate, [{ type: ATTRIBUTE.username, value: utf8('anna') }, realm]))
  await eventually('the second request', () => arrived[0]?.frames.length === 2)
  arrived[0]?.socket.write(refusal)
  await eventually('word of it', () => events.length === 1)
  expect(events).toEqual(['turn.bridge-failed turn.bad-credentials'])
})

test('the agent is not told how the server sees the bridge', async () => {
  const agent = await newAgent()
  const heard: Uint8Array[] = []
  agent.on('message', (bytes) => heard.push(bytes))
  say(agent, allocate)
  await eventually('the connection', () => arrived[0]?.frames.length === 1)
  const attribute = (type: number, address: string) => ({
    type,
    value: encodeXorAddress({ address, port: 4242 }, new Uint8Array(12)),
  })
  const both = [
    attribute(ATTRIBUTE.xorRelayedAddress, '192.0.2.9'),
    attribute(ATTRIBUTE.xorMappedAddress, '203.0.113.7'),
  ]
  arrived[0]?.socket.write(message('success', METHOD.allocate, both))
  await eventually('the answer', () => heard.length === 1)
  const [answer] = heard
  const types = answer === undefined ? [] : decodeStun(answer)?.attributes.map(({ type }) => type)
  expect(types).toEqual([ATTRIBUTE.xorRelayedAddress])
})

test('DTLS waits until ICE is connected, then comes in order, and what else there is does not wait', async () => {
  const agent = await newAgent()
  const heard: string[] = []
  agent.on('message', (bytes) => heard.push(hex(bytes)))
  say(agent, allocate)
  await eventually('the connection', () => arrived[0]?.frames.length === 1)
  const value = encodeXorAddress({ address: '192.0.2.9', port: 4242 }, new Uint8Array(12))
  const relayed = message('success', METHOD.allocate, [{ type: ATTRIBUTE.xorRelayedAddress, value }])
  /** ClientHello, and its repetitions, in either form. */
  const hello = (number: number): Uint8Array => Uint8Array.of(0x40, 0, 0, 4, 22, 254, 253, number)
  const indicated = message('indication', METHOD.data, [
    { type: ATTRIBUTE.data, value: Uint8Array.of(22, 254, 253, 99) },
  ])
  // First byte of a STUN check inside.
  const check = Uint8Array.of(0x40, 0, 0, 4, 0, 1, 0, 0)
  const socket = arrived[0]?.socket
  socket?.write(Buffer.concat([relayed, hello(1), indicated, check]))
  await eventually('all that does not wait', () => heard.length === 2)
  await sleep(100)
  const answer = hex(encodeStun({ ...decodeStun(relayed)!, attributes: decodeStun(relayed)!.attributes }))
  expect(heard).toEqual([answer, hex(check)])
  bridge.settle('192.0.2.9', 1)
  bridge.settle('192.0.2.9', 4242)
  bridge.settle('192.0.2.9', 4242)
  socket?.write(hello(2))
  await eventually('the rest', () => heard.length === 5)
  expect(heard.slice(2)).toEqual([hex(hello(1)), hex(indicated), hex(hello(2))])
})

test('of DTLS that waits in vain the newest is kept', async () => {
  const agent = await newAgent()
  const heard: Uint8Array[] = []
  agent.on('message', (bytes) => heard.push(bytes))
  say(agent, allocate)
  await eventually('the connection', () => arrived[0]?.frames.length === 1)
  const value = encodeXorAddress({ address: '192.0.2.9', port: 4242 }, new Uint8Array(12))
  arrived[0]?.socket.write(
    message('success', METHOD.allocate, [{ type: ATTRIBUTE.xorRelayedAddress, value }]),
  )
  for (let i = 0; i < 100; i++) arrived[0]?.socket.write(Uint8Array.of(0x40, 0, 0, 4, 22, 254, 253, i))
  arrived[0]?.socket.write(Uint8Array.of(0x40, 0, 0, 4, 0, 1, 0, 0))
  await eventually('what came last', () => heard.length === 2)
  bridge.settle('192.0.2.9', 4242)
  await eventually('what waited', () => heard.length === 34)
  expect(heard.slice(2).map((bytes) => bytes[7])).toEqual(Array.from({ length: 32 }, (_, i) => 68 + i))
})
