import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { openPortMapper } from '#engine/connect/port-mapping/port-mapper.ts'
import {
  igd,
  LOOPBACK,
  mapperFor,
  natPmp,
  OUTSIDE,
  pcp,
  ScriptedRouter,
  upnp,
  type Script,
} from './scripted-router.ts'

const PORT = 41_234
const never = new AbortController().signal
const SILENCE: Script = { udp: () => undefined, search: () => undefined }

describe('a router that opens ports', () => {
  test.each([
    ['pcp', pcp()],
    ['nat-pmp', natPmp()],
  ])('by %s', async (protocol, udp) => {
    await using router = await ScriptedRouter.open({ udp })
    await using mapper = mapperFor(router)
    expect(mapper.state).toEqual({ kind: 'unknown' })
    const mapped = await mapper.open(PORT, never)
    expect(mapped).toMatchObject({ address: OUTSIDE, port: PORT })
    expect(mapper.state).toEqual({ kind: 'works', protocol, externalAddress: OUTSIDE })
    router.asked.length = 0
    await mapped?.[Symbol.asyncDispose]()
    // The lifetime of what is given back is zero.
    expect(router.asked).toHaveLength(1)
    const lifetimeAt = protocol === 'pcp' ? 4 : 8
    expect(router.asked[0]?.readUInt32BE(lifetimeAt)).toBe(0)
  })

  test('by UPnP-IGD', async () => {
    const device = igd()
    await using router = await ScriptedRouter.open(upnp(device.http))
    await using mapper = mapperFor(router)
    const mapped = await mapper.open(PORT, never)
    expect(mapped).toMatchObject({ address: OUTSIDE, port: PORT })
    expect(mapper.state).toEqual({ kind: 'works', protocol: 'upnp-igd', externalAddress: OUTSIDE })
    expect(Object.fromEntries(device.open.get(String(PORT)) ?? [])).toMatchObject({
      NewProtocol: 'UDP',
      NewInternalPort: String(PORT),
      NewInternalClient: LOOPBACK.localAddress,
      NewLeaseDuration: '1200',
    })
    await mapped?.[Symbol.asyncDispose]()
    expect(device.open.size).toBe(0)
  })

  test('by UPnP when PCP refuses, and then UPnP first', async () => {
    const device = igd()
    await using router = await ScriptedRouter.open({ udp: pcp({ result: 2 }), ...upnp(device.http) })
    await using mapper = mapperFor(router)
    await mapper.open(PORT, never)
    expect(mapper.state).toMatchObject({ kind: 'works', protocol: 'upnp-igd' })
    router.asked.length = 0
    expect(await mapper.open(PORT + 1, never)).toMatchObject({ port: PORT + 1 })
    expect(router.asked).toHaveLength(0)
  })

  test('at another outside port when the wanted one is taken', async () => {
    let conflicts = 2
    const fault = (action: string): string | undefined =>
      action === 'AddPortMapping' && conflicts-- > 0 ? '718' : undefined
    await using router = await ScriptedRouter.open(upnp(igd({ fault }).http))
    await using mapper = mapperFor(router)
    const mapped = await mapper.open(PORT, never)
    expect(mapped?.port).toBeGreaterThanOrEqual(10_000)
    expect(mapped?.port).not.toBe(PORT)
  })

  test('gives everything back at the end', async () => {
    const device = igd()
    await using router = await ScriptedRouter.open(upnp(device.http))
    {
      await using mapper = mapperFor(router)
      await Promise.all([0, 1, 2].map((more) => mapper.open(PORT + more, never)))
      expect(device.open.size).toBe(3)
    }
    expect(device.open.size).toBe(0)
  })

  test('gives everything back when it is switched off, and opens again when switched on', async () => {
    const device = igd()
    await using router = await ScriptedRouter.open(upnp(device.http))
    await using mapper = mapperFor(router)
    await mapper.open(PORT, never)
    mapper.setEnabled(false)
    expect(mapper.state).toEqual({ kind: 'off' })
    expect(await mapper.open(PORT, never)).toBeUndefined()
    await vi.waitFor(() => expect(device.open.size).toBe(0))
    mapper.setEnabled(true)
    expect(mapper.state).toEqual({ kind: 'unknown' })
    expect(await mapper.open(PORT, never)).toMatchObject({ port: PORT })
  })

  test('gets back what it grants after nobody wants it any more', async () => {
    const device = igd()
    const isAsked = Promise.withResolvers<void>()
    const goesOn = Promise.withResolvers<void>()
    await using router = await ScriptedRouter.open(
      upnp((request, response, body) => {
        if (!String(request.headers.soapaction).includes('AddPortMapping')) {
          device.http(request, response, body)
          return
        }
        isAsked.resolve()
        void goesOn.promise.then(() => device.http(request, response, body))
      }),
    )
    await using mapper = mapperFor(router)
    const control = new AbortController()
    const opening = mapper.open(PORT, control.signal)
    await isAsked.promise
    control.abort(new Error('enough'))
    await expect(opening).rejects.toThrow('enough')
    goesOn.resolve()
    await vi.waitFor(() => expect(device.actions).toContain('DeletePortMapping'))
    expect(device.open.size).toBe(0)
  })

  test('is told of to whoever listens, and the log has no address', async () => {
    const logged: unknown[] = []
    await using router = await ScriptedRouter.open({ udp: pcp() })
    await using mapper = openPortMapper({
      isEnabled: true,
      gateway: () => Promise.resolve(router.gateway),
      ports: router.ports,
      log: (event, fields) => logged.push([event, fields]),
    })
    const states: string[] = []
    const unsubscribe = mapper.onState(() => states.push(mapper.state.kind))
    await mapper.open(PORT, never)
    await mapper.open(PORT + 1, never)
    mapper.setEnabled(false)
    unsubscribe()
    mapper.setEnabled(true)
    expect(states).toEqual(['works', 'off'])
    expect(logged[0]).toEqual(['port-mapping.state', { kind: 'works', protocol: 'pcp' }])
  })

  test('is not waited for at the end when it has gone', async () => {
    let isGone = false
    const answers = pcp()
    await using router = await ScriptedRouter.open({
      udp: (question) => (isGone ? undefined : answers(question)),
    })
    const mapper = mapperFor(router)
    await mapper.open(PORT, never)
    isGone = true
    const startMs = performance.now()
    await mapper[Symbol.asyncDispose]()
    expect(performance.now() - startMs).toBeLessThan(4000)
    expect(router.asked.at(-1)?.readUInt32BE(4)).toBe(0)
  })

  test('opens no more than a few dozen ports', async () => {
    await using router = await ScriptedRouter.open({ udp: pcp() })
    await using mapper = mapperFor(router)
    const opened = await Promise.all(Array.from({ length: 40 }, (_, more) => mapper.open(PORT + more, never)))
    expect(opened.filter((mapped) => mapped !== undefined)).toHaveLength(24)
  })

  test('is found by a check, which leaves nothing open', async () => {
    const device = igd()
    await using router = await ScriptedRouter.open(upnp(device.http))
    await using mapper = mapperFor(router)
    expect(await mapper.check(never)).toMatchObject({ kind: 'works', protocol: 'upnp-igd' })
    await vi.waitFor(() => expect(device.open.size).toBe(0))
    expect(device.actions).toContain('AddPortMapping')
  })
})

describe.concurrent('a router that is of no use', () => {
  test.each(['100.64.3.2', '192.168.0.2', '10.1.2.3'])('with the outside address %s', async (address) => {
    await using router = await ScriptedRouter.open({ udp: natPmp({ address }) })
    await using mapper = mapperFor(router)
    expect(await mapper.open(PORT, never)).toBeUndefined()
    expect(mapper.state).toEqual({ kind: 'second-router', protocol: 'nat-pmp', externalAddress: address })
    // Given back: nothing that leads nowhere stays open.
    expect(router.asked.at(-1)?.readUInt32BE(8)).toBe(0)
  })

  test.each<[string, Script]>([
    ['refuses by PCP', { udp: pcp({ result: 2 }) }],
    ['refuses by NAT-PMP', { udp: natPmp({ result: 2 }) }],
    ['refuses by UPnP', upnp(igd({ fault: () => '606' }).http)],
    [
      'opens ports for ever only',
      upnp(igd({ fault: (action) => (action.startsWith('Add') ? '725' : undefined) }).http),
    ],
    ['says that nobody has the outside address', { udp: natPmp({ address: '0.0.0.0' }) }],
    ['grants no time', { udp: pcp({ lifetimeS: 0 }) }],
    ['has no outside address', upnp(igd({ address: '' }).http)],
  ])('because it %s', async (_why, script) => {
    await using router = await ScriptedRouter.open(script)
    await using mapper = mapperFor(router)
    expect(await mapper.open(PORT, never)).toBeUndefined()
    expect(mapper.state).toEqual({ kind: 'refused' })
  })

  test('is not asked again at once', async () => {
    await using router = await ScriptedRouter.open({ udp: natPmp({ result: 2 }) })
    await using mapper = mapperFor(router)
    await mapper.open(PORT, never)
    router.asked.length = 0
    expect(await mapper.open(PORT, never)).toBeUndefined()
    expect(router.asked).toHaveLength(0)
    mapper.forget()
    await mapper.open(PORT, never)
    expect(router.asked.length).toBeGreaterThan(0)
  })
})

describe.concurrent('where no router opens ports', () => {
  test('nothing is sent before somebody asks, nor when it is switched off', async () => {
    await using router = await ScriptedRouter.open({ udp: natPmp() })
    await using mapper = mapperFor(router, false)
    expect(await mapper.open(PORT, never)).toBeUndefined()
    await delay(50)
    expect([...router.asked, ...router.searches]).toEqual([])
  })

  test('silence ends in a few seconds', async () => {
    await using router = await ScriptedRouter.open(SILENCE)
    await using mapper = mapperFor(router)
    expect(await mapper.open(PORT, never)).toBeUndefined()
    expect(mapper.state).toEqual({ kind: 'absent' })
    expect(router.asked.length).toBeGreaterThan(2)
    expect(router.searches.length).toBeGreaterThan(2)
  }, 10_000)

  test('is known at once where the router says so', async () => {
    await using router = await ScriptedRouter.open({})
    await using mapper = mapperFor(router)
    const startMs = performance.now()
    expect(await mapper.open(PORT, never)).toBeUndefined()
    expect(mapper.state).toEqual({ kind: 'absent' })
    expect(performance.now() - startMs).toBeLessThan(1500)
  })

  test('a search ends with its signal', async () => {
    await using router = await ScriptedRouter.open(SILENCE)
    await using mapper = mapperFor(router)
    await expect(mapper.open(PORT, AbortSignal.timeout(50))).rejects.toThrow('timeout')
  })

  test.each<[string, Uint8Array]>([
    ['nothing at all', new Uint8Array()],
    ['one byte', Uint8Array.of(2)],
    ['a version alone', Uint8Array.of(0, 128)],
    ['a PCP header that is cut', Uint8Array.of(2, 0x81, 0, 0)],
    ['a long datagram', new Uint8Array(60_000).fill(2)],
    ['noise', Uint8Array.from({ length: 64 }, (_, index) => index * 37)],
  ])('an answer of %s is none', async (_what, answer) => {
    await using router = await ScriptedRouter.open({ udp: () => answer })
    await using mapper = mapperFor(router)
    expect(await mapper.open(PORT, never)).toBeUndefined()
    expect(['absent', 'refused']).toContain(mapper.state.kind)
  })
})
