import { decode, encode, type Answer } from 'dns-packet'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, test, vi } from 'vitest'
import type { Link } from '#engine/connect/mdns/local-links.ts'
import { isBrowserName, LocalNames } from '#engine/connect/mdns/local-names.ts'

const GROUP = '224.0.0.251'
const LOOPBACK: Link = {
  family: 'ipv4',
  multicastInterface: '127.0.0.1',
  address: '127.0.0.1',
  prefixLength: 8,
}
const never = new AbortController().signal

/** Somebody on this network who answers, or does something else. */
class Responder implements Disposable {
  readonly asked: string[] = []
  readonly port: number
  readonly socket: Socket

  private constructor(socket: Socket) {
    this.socket = socket
    this.port = socket.address().port
  }

  static async open(script: (name: string, type: string) => Uint8Array | undefined): Promise<Responder> {
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    socket.bind(0)
    await once(socket, 'listening')
    socket.addMembership(GROUP, '127.0.0.1')
    socket.setMulticastInterface('127.0.0.1')
    const responder = new Responder(socket)
    socket.on('message', (message) => {
      let packet
      try {
        packet = decode(message)
      } catch {
        return
      }
      if (packet.type !== 'query') return
      for (const { name, type } of packet.questions ?? []) {
        if (type === 'A') responder.asked.push(name)
        const answer = script(name, type)
        if (answer !== undefined) socket.send(answer, responder.port, GROUP)
      }
    })
    return responder
  }

  [Symbol.dispose](): void {
    this.socket.close()
  }
}

function answer(...answers: Answer[]): Uint8Array {
  return encode({ type: 'response', flags: 1024, answers })
}

function namesAt(responder: Responder): LocalNames {
  return new LocalNames({ port: responder.port, links: () => [LOOPBACK] })
}

/** Different ones, all as browsers make them. */
function browserName(number = 0): string {
  return `${number.toString(16).padStart(8, '0')}-1b2c-4d3e-8f40-5a6b7c8d9e0f.local`
}

afterEach(() => {
  vi.useRealTimers()
})

test('a name that a neighbour answers for stands for its address', async () => {
  using responder = await Responder.open((name, type) =>
    type === 'A' ? answer({ type: 'A', name, ttl: 120, data: '192.168.44.5' }) : undefined,
  )
  const names = namesAt(responder)
  expect(await names.resolve(browserName(), never)).toBe('192.168.44.5')
  // Remembered: nobody is asked again.
  expect(await names.resolve(browserName(), never)).toBe('192.168.44.5')
  expect(responder.asked).toEqual([browserName()])
})

test('IPv6 will do, and IPv4 is taken where both are told', async () => {
  using responder = await Responder.open((name, type) => {
    if (type !== 'A') return undefined
    const six: Answer = { type: 'AAAA', name, ttl: 120, data: 'fd00:0:0:1::9' }
    return name === browserName(1)
      ? answer(six)
      : answer(six, { type: 'A', name, ttl: 120, data: '10.9.8.7' })
  })
  const names = namesAt(responder)
  expect(await names.resolve(browserName(1), never)).toBe('fd00:0:0:1::9')
  expect(await names.resolve(browserName(2), never)).toBe('10.9.8.7')
})

test('several who ask for one name at one time are one question', async () => {
  using responder = await Responder.open((name, type) =>
    type === 'A' ? answer({ type: 'A', name, ttl: 120, data: '192.168.44.5' }) : undefined,
  )
  const names = namesAt(responder)
  const found = await Promise.all([1, 2, 3].map(() => names.resolve(browserName(), never)))
  expect(found).toEqual(Array(3).fill('192.168.44.5'))
  expect(responder.asked).toHaveLength(1)
})

test.each([
  'printer.local',
  'localhost',
  'router.local',
  '12345678-1b2c-1d3e-8f40-5a6b7c8d9e0f.local',
  '12345678-1b2c-4d3e-8f40-5a6b7c8d9e0f.example',
  '12345678-1b2c-4d3e-8f40-5a6b7c8d9e0f.local.',
  '12345678-1b2c-4d3e-8f40-5a6b7c8d9e0f.local\n',
  '------------------------------------.local',
  '',
])('%j is no browser’s name, and nobody is asked for it', async (name) => {
  expect(isBrowserName(name)).toBe(false)
  using responder = await Responder.open(() => undefined)
  expect(await namesAt(responder).resolve(name, never)).toBeUndefined()
  expect(responder.asked).toEqual([])
})

test.concurrent.each<[string, (name: string) => Uint8Array]>([
  ['an address of this device', (name) => answer({ type: 'A', name, ttl: 120, data: '127.0.0.1' })],
  ['an address of the world', (name) => answer({ type: 'A', name, ttl: 120, data: '203.0.113.7' })],
  ['another name', () => answer({ type: 'A', name: browserName(77), ttl: 120, data: '192.168.44.5' })],
  ['a text', (name) => answer({ type: 'TXT', name, ttl: 120, data: '192.168.44.5' })],
  [
    'a question',
    (name) => encode({ type: 'query', answers: [{ type: 'A', name, ttl: 1, data: '10.0.0.1' }] }),
  ],
  ['noise', () => Uint8Array.from({ length: 300 }, (_, index) => index * 41)],
  ['nothing', () => new Uint8Array()],
  // A name that points at itself (RFC 1035 §4.1.4).
  ['a name without end', () => Buffer.from('000084000000000100000000c00c', 'hex')],
  ['a long datagram', () => new Uint8Array(20_000).fill(0x84)],
])('an answer of %s is none', async (_what, reply) => {
  using responder = await Responder.open((name, type) => (type === 'A' ? reply(name) : undefined))
  const names = namesAt(responder)
  expect(await names.resolve(browserName(), never)).toBeUndefined()
  // It was asked, and again after a second.
  expect(responder.asked.length).toBeGreaterThan(1)
})

test('an answer from another port is none', async () => {
  using other = await Responder.open(() => undefined)
  using responder = await Responder.open((name, type) => {
    const forged = answer({ type: 'A', name, ttl: 120, data: '192.168.44.5' })
    if (type === 'A') other.socket.send(forged, responder.port, GROUP)
    return undefined
  })
  expect(await namesAt(responder).resolve(browserName(), never)).toBeUndefined()
})

test('a peer with many names does not make us flood the network', async () => {
  using responder = await Responder.open(() => undefined)
  const names = namesAt(responder)
  const all = Array.from({ length: 100 }, (_, number) => names.resolve(browserName(number), never))
  expect(new Set(await Promise.all(all))).toEqual(new Set([undefined]))
  expect(new Set(responder.asked).size).toBe(16)
})

test('who asks does not wait longer than it wants to', async () => {
  using responder = await Responder.open(() => undefined)
  const names = namesAt(responder)
  await expect(names.resolve(browserName(), AbortSignal.timeout(30))).rejects.toThrow('timeout')
  await expect(names.resolve(browserName(), AbortSignal.abort(new Error('over')))).rejects.toThrow('over')
})

test('a device without a network finds nothing', async () => {
  const names = new LocalNames({ port: 5353, links: () => [] })
  expect(await names.resolve(browserName(), never)).toBeUndefined()
})
