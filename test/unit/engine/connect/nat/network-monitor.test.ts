/** What the monitor of a running program knows, when it asks, and when it says that the device has moved. */

import { afterEach, describe, expect, test, vi } from 'vitest'
import type { RoutePolicy } from '#engine/connect/ice-settings.ts'
import { watchForMoves } from '#engine/connect/nat/move-watch.ts'
import type { MappedPort } from '#engine/connect/nat/network-monitor.ts'
import { openNetworkMonitor, type NetworkMonitorOptions } from '#engine/connect/nat/open-network-monitor.ts'
import { hasFamily, signatureOf, type OwnAddress } from '#engine/connect/nat/own-addresses.ts'
import { chooseDestinations } from '#engine/connect/nat/stun-destinations.ts'
import type { PortMapper } from '#engine/connect/port-mapping/port-mapper.ts'
import { NO_FACTS } from '#shared/protocol/network-facts.ts'
import { ScriptedRouter, type RouterScript } from './scripted-router.ts'

const OUTSIDE = '203.0.113.7'
/** A measurement takes well under a second; the next one comes seconds after it. */
const eventually = (look: () => void): Promise<void> => vi.waitFor(look, { timeout: 10_000, interval: 20 })
const address = (text: string, isInternal = false): OwnAddress => ({
  address: text,
  family: text.includes(':') ? 'ipv6' : 'ipv4',
  isInternal,
})

afterEach(() => {
  vi.useRealTimers()
})

/** Ports that follow a step, and how many were given. */
function stepping(step: number): { script: RouterScript; last: () => number; skip: (count: number) => void } {
  let port = 30_000
  const script: RouterScript = { map: () => ({ address: OUTSIDE, port: (port += step) }) }
  return { script, last: () => port, skip: (count) => (port += step * count) }
}

function open(more: Partial<NetworkMonitorOptions> = {}): ReturnType<typeof openNetworkMonitor> {
  return openNetworkMonitor({ policy: () => 'automatic', bindAddress: '127.0.0.1', ...more })
}

describe('facts', () => {
  test('are none before servers are known, then what was measured, and told', async () => {
    await using router = await ScriptedRouter.open({ map: (port) => ({ address: OUTSIDE, port }) })
    await using monitor = open()
    expect(monitor.facts).toEqual(NO_FACTS)
    let told = 0
    monitor.onFacts(() => told++)
    monitor.learnServers([router.server()])
    await eventually(() => expect(monitor.facts.ipv4).toEqual({ mapping: 'endpoint', filtering: 'open' }))
    expect(told).toBeGreaterThan(0)
  })

  test('are not measured again for servers that are known', async () => {
    await using router = await ScriptedRouter.open({ map: (port) => ({ address: OUTSIDE, port }) })
    await using monitor = open()
    monitor.learnServers([router.server()])
    await eventually(() => expect(monitor.facts.ipv4.filtering).toBe('open'))
    const { requests } = router
    for (let share = 0; share < 5; share++) monitor.learnServers([router.server()])
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(router.requests).toBe(requests)
  })

  test('under “relay only” nothing leaves this device, and what is known is kept back', async () => {
    let policy: RoutePolicy = 'relay'
    await using router = await ScriptedRouter.open(stepping(3).script)
    await using monitor = open({ policy: () => policy, portMapper: mapper() })
    monitor.learnServers([router.server()])
    const { signal } = new AbortController()
    expect(await monitor.predict(signal)).toBeUndefined()
    expect(await monitor.openPort(5000, signal)).toBeUndefined()
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(router.requests).toBe(0)
    policy = 'automatic'
    monitor.learnServers([router.server()])
    await eventually(() => expect(monitor.facts.ipv4.mapping).toBe('step'))
    policy = 'relay'
    expect(monitor.facts).toEqual({ ...NO_FACTS, policy: 'relay', isPortMapped: true })
  })
})

describe('prediction', () => {
  test('goes on from where the router is just now', async () => {
    const router = stepping(3)
    await using servers = await ScriptedRouter.open(router.script)
    await using monitor = open()
    monitor.learnServers([servers.server()])
    await eventually(() => expect(monitor.facts.ipv4.mapping).toBe('step'))
    router.skip(100)
    const prediction = await monitor.predict(new AbortController().signal)
    expect(prediction).toEqual({
      address: OUTSIDE,
      ports: Array.from({ length: 12 }, (_, index) => router.last() + 3 * (index + 1)),
    })
  })

  test('is none where ports are kept, or not measured', async () => {
    await using router = await ScriptedRouter.open({ map: (port) => ({ address: OUTSIDE, port }) })
    await using monitor = open()
    const { signal } = new AbortController()
    expect(await monitor.predict(signal)).toBeUndefined()
    monitor.learnServers([router.server()])
    await eventually(() => expect(monitor.facts.ipv4.mapping).toBe('endpoint'))
    expect(await monitor.predict(signal)).toBeUndefined()
  })

  test('rejects with the signal’s reason', async () => {
    await using monitor = open()
    await expect(monitor.predict(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  })
})

function mapper(): Pick<PortMapper, 'state' | 'onState' | 'open' | 'forget'> & { openCount: number } {
  const made = {
    openCount: 0,
    state: { kind: 'works', protocol: 'pcp', externalAddress: OUTSIDE } as const,
    onState: () => () => undefined,
    forget: () => undefined,
    async open(localPort: number): Promise<MappedPort> {
      made.openCount++
      return {
        address: OUTSIDE,
        port: localPort,
        [Symbol.asyncDispose]: async () => void made.openCount--,
      }
    },
  }
  return made
}

describe('ports', () => {
  test('are opened up to eight, and given back', async () => {
    const portMapper = mapper()
    await using monitor = open({ portMapper })
    const { signal } = new AbortController()
    const ports = await Promise.all(
      Array.from({ length: 12 }, (_, index) => monitor.openPort(5000 + index, signal)),
    )
    const opened = ports.filter((port) => port !== undefined)
    expect(opened).toHaveLength(8)
    await opened[0]?.[Symbol.asyncDispose]()
    await opened[0]?.[Symbol.asyncDispose]()
    expect(await monitor.openPort(6000, signal)).toMatchObject({ port: 6000 })
    expect(await monitor.openPort(6001, signal)).toBeUndefined()
  })

  test('are not asked for where everybody is let in', async () => {
    const portMapper = mapper()
    await using router = await ScriptedRouter.open({ map: (port) => ({ address: OUTSIDE, port }) })
    await using monitor = open({ portMapper })
    monitor.learnServers([router.server()])
    await eventually(() => expect(monitor.facts.ipv4.filtering).toBe('open'))
    expect(await monitor.openPort(5000, new AbortController().signal)).toBeUndefined()
    expect(portMapper.openCount).toBe(0)
  })
})

describe('moving', () => {
  test('is noticed by addresses, and the old network is forgotten', async () => {
    let own = [address('192.168.1.2')]
    await using router = await ScriptedRouter.open({ map: (port) => ({ address: OUTSIDE, port }) })
    await using monitor = open({ watch: { addresses: () => own } })
    monitor.learnServers([router.server()])
    await eventually(() => expect(monitor.facts.ipv4.filtering).toBe('open'))
    const seen: string[] = []
    monitor.onMoved(() => seen.push(monitor.facts.ipv4.mapping))
    own = [address('10.0.0.7')]
    await eventually(() => expect(seen).toEqual(['unknown']))
    await eventually(() => expect(monitor.facts.ipv4.mapping).toBe('endpoint'))
  })

  test('is a change of address, or time that passed while nothing ran', () => {
    vi.useFakeTimers()
    let own = [address('192.168.1.2')]
    let nowMs = 0
    let moved = 0
    const stop = watchForMoves(
      () => moved++,
      () => undefined,
      { addresses: () => own, nowMs: () => nowMs },
    )
    const look = (passedMs = 1000): number => {
      nowMs += passedMs
      vi.advanceTimersByTime(1000)
      return moved
    }
    expect(look()).toBe(0)
    own = [address('192.168.1.3')]
    expect(look()).toBe(1)
    expect(look()).toBe(1)
    expect(look(60_000)).toBe(2)
    expect(look()).toBe(2)
    // A clock that is set back is no sleep.
    expect(look(-3_600_000)).toBe(2)
    stop()
    own = []
    expect(look()).toBe(2)
  })

  test.each([
    ['a temporary IPv6 address', ['2001:db8:1:2::a'], ['2001:db8:1:2::a', '2001:db8:1:2:99::b'], true],
    ['an address of the cable', ['192.168.1.2'], ['192.168.1.2', 'fe80::1', '169.254.3.4'], true],
    ['another order', ['10.0.0.1', '192.168.1.2'], ['192.168.1.2', '10.0.0.1'], true],
    ['another IPv6 network', ['2001:db8:1:2::a'], ['2001:db8:1:3::a'], false],
    ['another IPv4 address', ['192.168.1.2'], ['192.168.1.3'], false],
    ['one more', ['192.168.1.2'], ['192.168.1.2', '10.8.0.2'], false],
    ['none left', ['192.168.1.2'], [], false],
  ])('by %s: the same %s, %s: %s', (_what, before, after, isSame) => {
    const of = (all: readonly string[]): string => signatureOf(all.map((one) => address(one)))
    expect(of(after) === of(before)).toBe(isSame)
  })

  test('loopback is no network', () => {
    expect(signatureOf([address('127.0.0.1', true), address('::1', true)])).toBe('')
    expect(hasFamily('ipv4', undefined, [address('127.0.0.1', true), address('169.254.1.1')])).toBe(false)
    expect(hasFamily('ipv6', undefined, [address('fe80::1')])).toBe(false)
    expect(hasFamily('ipv6', undefined, [address('fd00::1')])).toBe(true)
    expect(hasFamily('ipv6', '127.0.0.1', [address('fd00::1')])).toBe(false)
  })
})

test('of many servers those are asked that differ', () => {
  const server = (host: string) => ({ kind: 'stun', transport: 'udp', host, port: 3478 }) as const
  const [one, two, three] = [server('one'), server('two'), server('three')]
  const at = (of: typeof one, text: string, port = 3478) => ({ server: of, address: text, port })
  const chosen = chooseDestinations([
    at(one, '192.0.2.1'),
    at(one, '192.0.2.2'),
    at(two, '192.0.2.1', 3479),
    at(three, '192.0.2.3'),
  ])
  expect(chosen.map((destination) => destination.address)).toEqual(['192.0.2.1', '192.0.2.3', '192.0.2.2'])
})
