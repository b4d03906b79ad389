/** Which candidates of its own a connection tells, and when; and what becomes of the other side's. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { LocalCandidates } from '#engine/connect/local-candidates.ts'
import type { MappedPort, NetworkMonitor, PortPrediction } from '#engine/connect/nat/network-monitor.ts'
import { Network } from '#engine/connect/network.ts'
import { RemoteCandidates } from '#engine/connect/remote-candidates.ts'
import { checkCandidate } from '#engine/connect/sdp-check.ts'
import type { RoutePolicy } from '#engine/connect/ice-settings.ts'
import { NO_FACTS } from '#shared/protocol/network-facts.ts'

const candidate = (type: string, address: string, port = 5000): string =>
  `a=candidate:1 1 UDP 2122317823 ${address} ${port} typ ${type} raddr 0.0.0.0 rport 0`
const HOST = candidate('host', '192.168.1.5')
const PUBLIC_HOST = candidate('host', '198.51.100.7')
const IPV6_HOST = candidate('host', '2001:db8::7')
const SRFLX = candidate('srflx', '203.0.113.7', 40_000)
const RELAY = candidate('relay', '198.51.100.1', 50_000)
const PREDICTION: PortPrediction = { address: '203.0.113.7', ports: [40_006, 40_009, 40_012] }

function network(policy: RoutePolicy = 'automatic'): Network {
  return new Network({
    iceServers: [],
    policy,
    bindAddress: undefined,
    portRange: undefined,
    log: () => undefined,
  })
}

function monitor(more: Partial<NetworkMonitor>): NetworkMonitor {
  return {
    facts: NO_FACTS,
    learnServers: () => undefined,
    onFacts: () => () => undefined,
    onMoved: () => () => undefined,
    predict: async () => undefined,
    openPort: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
    ...more,
  }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** What is told, as type, address and port. */
function own(
  predict: boolean,
  using?: NetworkMonitor,
  ways: 'any' | 'direct' = 'direct',
): { candidates: LocalCandidates; told: string[] } {
  const told: string[] = []
  const candidates = new LocalCandidates({
    network: network(),
    role: 'offer',
    ways,
    predict,
    monitor: using,
    tell: ({ candidate: text }) => {
      const { type, address, port } = checkCandidate(text)
      told.push(`${type} ${address} ${port}`)
    },
  })
  return { candidates, told }
}

describe('own candidates', () => {
  test('are told when they may be, and then each as it comes', async () => {
    const { candidates, told } = own(false)
    candidates.add(HOST, '0')
    expect(told).toEqual([])
    await candidates.begin()
    expect(told).toEqual(['host 192.168.1.5 5000'])
    candidates.add(SRFLX, '0')
    expect(told).toEqual(['host 192.168.1.5 5000', 'srflx 203.0.113.7 40000'])
  })

  test('at relays stay here when the connection is to be direct', async () => {
    const { candidates, told } = own(false)
    await candidates.begin()
    candidates.add(RELAY, '0')
    expect(told).toEqual([])
    const any = own(false, undefined, 'any')
    await any.candidates.begin()
    any.candidates.add(RELAY, '0')
    expect(any.told).toEqual(['relay 198.51.100.1 50000'])
  })

  test('that are foreseen come in place of what STUN said, and the rest when they have had their time', async () => {
    const { candidates, told } = own(true, monitor({ predict: async () => PREDICTION }))
    for (const text of [HOST, IPV6_HOST, SRFLX]) candidates.add(text, '0')
    await candidates.begin()
    const foreseen = [40_006, 40_012, 40_009].map((port) => `srflx 203.0.113.7 ${port}`)
    expect(told).toEqual([...foreseen, 'host 2001:db8::7 5000'])
    await vi.advanceTimersByTimeAsync(2000)
    expect(told.slice(4)).toEqual(['host 192.168.1.5 5000', 'srflx 203.0.113.7 40000'])
  })

  test('ports are looked for after the library has taken its own, and nothing is told before', async () => {
    const order: string[] = []
    const predicting = monitor({
      predict: async () => {
        order.push('predict')
        return PREDICTION
      },
    })
    const { candidates, told } = own(true, predicting)
    candidates.add(HOST, '0')
    const begun = candidates.begin().then(() => order.push('begun'))
    await vi.advanceTimersByTimeAsync(100)
    expect(order).toEqual([])
    candidates.add(SRFLX, '0')
    expect(told).toEqual([])
    await begun
    expect(order).toEqual(['predict', 'begun'])
  })

  test.each<[string, (candidates: LocalCandidates) => void, number]>([
    ['has found everything', (candidates) => candidates.gathered(), 0],
    ['has no answer from STUN', () => undefined, 1000],
  ])('ports are looked for when the library %s', async (_what, act, waitMs) => {
    const { candidates, told } = own(true, monitor({ predict: async () => PREDICTION }))
    const begun = candidates.begin()
    act(candidates)
    await vi.advanceTimersByTimeAsync(waitMs)
    await begun
    expect(told).toHaveLength(3)
  })

  test.each<[string, NetworkMonitor | undefined]>([
    ['nothing is foreseen', monitor({})],
    ['there is no monitor', undefined],
    ['foreseeing fails', monitor({ predict: () => Promise.reject(new Error('late')) })],
  ])('where %s, those that cost the other side nothing come first', async (_what, using) => {
    const { candidates, told } = own(true, using)
    for (const text of [HOST, PUBLIC_HOST, SRFLX]) candidates.add(text, '0')
    await candidates.begin()
    expect(told).toEqual(['host 198.51.100.7 5000', 'srflx 203.0.113.7 40000'])
    await vi.advanceTimersByTimeAsync(2000)
    expect(told.at(-1)).toBe('host 192.168.1.5 5000')
  })

  test('a port that the router opened is told beside them, and closed with the connection', async () => {
    const asked: number[] = []
    let closed = 0
    const port: MappedPort = {
      address: '203.0.113.7',
      port: 61_000,
      [Symbol.asyncDispose]: async () => void closed++,
    }
    const opening = monitor({
      openPort: async (localPort) => {
        asked.push(localPort)
        return port
      },
    })
    const { candidates, told } = own(false, opening)
    candidates.add(HOST, '0')
    candidates.add(candidate('host', '10.8.0.2'), '0')
    await vi.advanceTimersByTimeAsync(0)
    expect(told).toEqual([])
    await candidates.begin()
    await vi.advanceTimersByTimeAsync(100)
    expect(told.at(-1)).toBe('srflx 203.0.113.7 61000')
    expect(asked).toEqual([5000])
    candidates.close()
    expect(closed).toBe(1)
  })

  test('a port that is opened after the end is closed at once', async () => {
    let closed = 0
    const { promise, resolve } = Promise.withResolvers<MappedPort>()
    const { candidates, told } = own(false, monitor({ openPort: () => promise }))
    candidates.add(HOST, '0')
    await candidates.begin()
    candidates.close()
    resolve({ address: '203.0.113.7', port: 61_000, [Symbol.asyncDispose]: async () => void closed++ })
    await vi.advanceTimersByTimeAsync(100)
    expect(closed).toBe(1)
    expect(told).toEqual(['host 192.168.1.5 5000'])
  })

  test('no port is asked for an address that is public, or for IPv6', async () => {
    const asked: number[] = []
    const opening = monitor({
      openPort: async (localPort) => void asked.push(localPort),
    })
    const { candidates } = own(false, opening)
    for (const text of [PUBLIC_HOST, IPV6_HOST, SRFLX]) candidates.add(text, '0')
    await candidates.begin()
    expect(asked).toEqual([])
  })
})

describe('the other side’s', () => {
  const NAME = '7d0f9ec6-1f8f-4f1c-9d77-8b3b0f3d2c1'
  const nameAt = (index: number): string => candidate('host', `${NAME}${index}.local`)

  function others(
    policy: RoutePolicy,
    resolve: (name: string, signal: AbortSignal) => Promise<string | undefined>,
  ): { remote: RemoteCandidates; added: string[]; later: (() => void)[] } {
    const added: string[] = []
    const later: (() => void)[] = []
    const user = {
      heard: () => undefined,
      add: (text: string) => {
        const { type, address } = checkCandidate(text)
        added.push(`${type} ${address}`)
      },
      later: (act: () => void) => void later.push(act),
    }
    return { remote: new RemoteCandidates(network(policy), 'any', user, resolve), added, later }
  }

  test('wait until they may be used, and relays are left out of a direct connection', () => {
    const { remote, added } = others('direct', async () => undefined)
    remote.accept(SRFLX, '0')
    remote.accept(RELAY, '0')
    expect(added).toEqual([])
    remote.release()
    remote.accept(PUBLIC_HOST, '0')
    expect(added).toEqual(['srflx 203.0.113.7', 'host 198.51.100.7'])
    expect(remote.typeOf('203.0.113.7', 40_000)).toBe('srflx')
    // Told once more by a server, it is still the device's own.
    remote.accept(PUBLIC_HOST.replace('typ host', 'typ srflx'), '0')
    expect(remote.typeOf('198.51.100.7', 5000)).toBe('host')
  })

  test('names are resolved, used later, and never given to the library as they are', async () => {
    const { remote, added, later } = others('automatic', async () => '192.168.1.9')
    remote.release()
    remote.accept(nameAt(1), '0')
    await vi.advanceTimersByTimeAsync(0)
    expect(added).toEqual([])
    for (const act of later) act()
    expect(added).toEqual(['host 192.168.1.9'])
    expect(remote.typeOf('192.168.1.9', 5000)).toBe('host')
  })

  test('names that nobody knows, or that come when it is over, are left out', async () => {
    const { remote, later } = others('automatic', async (name, signal) => {
      signal.throwIfAborted()
      return name.includes('c11') ? undefined : '192.168.1.9'
    })
    remote.release()
    remote.accept(nameAt(1), '0')
    remote.close()
    remote.accept(nameAt(2), '0')
    await vi.advanceTimersByTimeAsync(0)
    expect(later).toEqual([])
  })

  test('under “relay only” no name is asked for, and of many only a few are', async () => {
    const asked: string[] = []
    const resolve = async (name: string): Promise<undefined> => void asked.push(name)
    const relayOnly = others('relay', resolve)
    relayOnly.remote.release()
    relayOnly.remote.accept(nameAt(1), '0')
    expect(asked).toEqual([])
    const { remote } = others('automatic', resolve)
    remote.release()
    for (let index = 0; index < 10; index++) remote.accept(nameAt(index), '0')
    expect(asked).toHaveLength(4)
  })
})
