/** The probe against routers that follow a script: what it calls them, what it sends, and what it does not believe. */

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { ServerLocation } from '#engine/connect/ice-url.ts'
import { probeNetwork, type NetworkProbe } from '#engine/connect/nat/network-probe.ts'
import { ATTRIBUTE, decodeStun, encodeStun, METHOD } from '#engine/connect/turn/stun-message.ts'
import { encodeXorAddress, type Endpoint } from '#engine/connect/turn/stun-values.ts'
import { ScriptedRouter, type RouterScript } from './scripted-router.ts'

const OUTSIDE = '203.0.113.7'
const LOOPBACK = '127.0.0.1'
/** One packet after another is all that a router should see of one verdict. */
const MANY_PACKETS = 24

function probe(router: ScriptedRouter, servers = [router.server()]): Promise<NetworkProbe> {
  return probeNetwork(servers, { bindAddress: LOOPBACK, hairpin: false }, AbortSignal.timeout(5000))
}

const same = (localPort: number): Endpoint => ({ address: OUTSIDE, port: localPort })
function stepping(step: number): (localPort: number) => Endpoint {
  let port = 30_000
  return () => ({ address: OUTSIDE, port: (port += step) })
}
function jumping(): (localPort: number) => Endpoint {
  const ports = [5000, 41_000, 23_456, 61_234, 12_121, 33_333, 50_505, 8080, 19_000, 27_182]
  return () => ({ address: OUTSIDE, port: ports.shift() ?? 1 })
}

test.each<[string, () => RouterScript, object]>([
  [
    'no router',
    () => ({ map: (port) => ({ address: LOOPBACK, port }) }),
    { mapping: 'public', filtering: 'open' },
  ],
  ['a full cone', () => ({ map: same }), { mapping: 'endpoint', filtering: 'open', step: undefined }],
  [
    'an address-restricted cone',
    () => ({ map: same, letsIn: 'address' }),
    { mapping: 'endpoint', filtering: 'address' },
  ],
  [
    'a port-restricted cone',
    () => ({ map: same, letsIn: 'port' }),
    { mapping: 'endpoint', filtering: 'port' },
  ],
  ['a step of 3', () => ({ map: stepping(3) }), { mapping: 'step', step: 3 }],
  ['a step of -2', () => ({ map: stepping(-2) }), { mapping: 'step', step: -2 }],
  ['random ports', () => ({ map: jumping() }), { mapping: 'random', step: undefined }],
  [
    'a port for each address',
    () => ({
      map: (port, index) => ({ address: OUTSIDE, port: (port + (index < 2 ? 0 : 20_011)) % 65_536 }),
    }),
    { mapping: 'random' },
  ],
  [
    'an outside address for each destination',
    () => ({ map: (port, index) => ({ address: index < 2 ? OUTSIDE : '203.0.113.8', port }) }),
    { mapping: 'random' },
  ],
  ['two lost packets', () => ({ map: same, lost: 2 }), { mapping: 'endpoint', filtering: 'open' }],
  [
    'a server with one address',
    () => ({ map: same, hasSecondAddress: false }),
    { mapping: 'unknown', filtering: 'unknown' },
  ],
  [
    'silence',
    () => ({ map: same, isSilent: true }),
    { mapping: 'blocked', filtering: 'unknown', mapped: undefined },
  ],
])('%s is called what it is', async (_what, script, expected) => {
  await using router = await ScriptedRouter.open(script())
  const found = await probe(router)
  expect(found.ipv4).toMatchObject(expected)
  expect(found.ipv6.mapping).toBe('none')
  expect(router.requests).toBeLessThan(MANY_PACKETS)
})

test('two servers tell as much as one with two addresses', async () => {
  await using router = await ScriptedRouter.open({ map: same, hasSecondAddress: false })
  const found = await probe(router, [router.server(0), router.server(1)])
  expect(found.ipv4.mapping).toBe('endpoint')
  expect(found.servers.map(({ mapped }) => mapped?.address)).toEqual([OUTSIDE, OUTSIDE])
})

test('mapping is told before filtering is known', async () => {
  await using router = await ScriptedRouter.open({ map: same, letsIn: 'port' })
  const seen: string[] = []
  const onProgress = ({ ipv4 }: NetworkProbe): unknown => seen.push(`${ipv4.mapping} ${ipv4.filtering}`)
  const options = { bindAddress: LOOPBACK, hairpin: false, onProgress }
  await probeNetwork([router.server()], options, AbortSignal.timeout(5000))
  expect(seen.indexOf('endpoint unknown')).toBeGreaterThanOrEqual(0)
  expect(seen.indexOf('endpoint unknown')).toBeLessThan(seen.indexOf('endpoint port'))
})

test('without servers, or with such that are not over UDP, nothing is known and nothing takes long', async () => {
  const relay: ServerLocation = { kind: 'turn', transport: 'tls', host: '127.0.0.2', port: 1 }
  const found = await probeNetwork([relay], { bindAddress: LOOPBACK }, AbortSignal.timeout(5000))
  expect(found).toMatchObject({ ipv4: { mapping: 'unknown' }, servers: [] })
})

test('a server does not make this device ask a neighbour', async () => {
  const neighbour = createSocket('udp4')
  // To a server on loopback, loopback is no neighbour: “this network” is what must not be asked, which leads here.
  neighbour.bind(0, LOOPBACK)
  await once(neighbour, 'listening')
  let heard = 0
  neighbour.on('message', () => heard++)
  const other = { address: '0.0.0.0', port: neighbour.address().port }
  await using router = await ScriptedRouter.open({ map: same, other })
  const found = await probe(router)
  neighbour.close()
  expect(heard).toBe(0)
  expect(found.ipv4.mapping).toBe('unknown')
})

test('what is not from the server asked, or not an answer to us, is not heard', async () => {
  const server = createSocket('udp4')
  const stranger = createSocket('udp4')
  server.bind(0, '127.0.0.2')
  stranger.bind(0, '127.0.0.3')
  await Promise.all([once(server, 'listening'), once(stranger, 'listening')])
  server.on('message', (bytes, { port, address }) => {
    const { transactionId } = decodeStun(bytes) ?? { transactionId: new Uint8Array(12) }
    const answer = (id: Uint8Array): Uint8Array =>
      encodeStun({
        method: METHOD.binding,
        class: 'success',
        transactionId: id,
        attributes: [{ type: ATTRIBUTE.xorMappedAddress, value: encodeXorAddress({ address, port }, id) }],
      })
    stranger.send(answer(transactionId), port, address)
    server.send('hello', port, address)
    server.send(answer(transactionId.map((byte) => byte ^ 1)), port, address)
  })
  const { address: host, port } = server.address()
  const location: ServerLocation = { kind: 'stun', transport: 'udp', host, port }
  const found = await probeNetwork([location], { bindAddress: LOOPBACK }, AbortSignal.timeout(5000))
  server.close()
  stranger.close()
  expect(found.ipv4.mapping).toBe('blocked')
})

test('an abort ends it at once', async () => {
  await using router = await ScriptedRouter.open({ map: same, isSilent: true })
  const stop = new AbortController()
  const running = probeNetwork([router.server()], { bindAddress: LOOPBACK }, stop.signal)
  setTimeout(() => stop.abort(new Error('enough')), 50)
  const startedMs = performance.now()
  await expect(running).rejects.toThrow('enough')
  expect(performance.now() - startedMs).toBeLessThan(1000)
})
