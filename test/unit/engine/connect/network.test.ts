/** Which relay a connection runs through is said only when it is known. */

import { expect, test } from 'vitest'
import { Network, type NetworkParts } from '#engine/connect/network.ts'
import { checkCandidate } from '#engine/connect/sdp-check.ts'

const parts: NetworkParts = {
  iceServers: [],
  policy: 'automatic',
  bindAddress: undefined,
  portRange: undefined,
  log: () => undefined,
}
const turn = (host: string, username = 'anna') => ({
  urls: [`turn:${host}`],
  username,
  credential: 'secret',
})
const end = (type: string, address: string) => ({ type, address, port: 5000, transportType: 'UDP' })

function relayHost(network: Network, relayed: string): string | null {
  return network.route({ local: end('relay', relayed), remote: end('host', '203.0.113.1') }).relayHost
}

test.each([
  ['the only one', [turn('turn.example.org')], '198.51.100.1', 'turn.example.org'],
  ['the one with that address', [turn('198.51.100.1'), turn('198.51.100.2')], '198.51.100.2', '198.51.100.2'],
  [
    'the one host of two logins',
    [turn('turn.example'), turn('turn.example', 'otto')],
    '198.51.100.9',
    'turn.example',
  ],
  ['unknown between two', [turn('198.51.100.1'), turn('198.51.100.2')], '198.51.100.3', null],
  ['one that stood by', [turn('192.0.2.1'), turn('192.0.2.2'), turn('192.0.2.3')], '192.0.2.3', '192.0.2.3'],
])('a relay is %s', (_what, iceServers, relayed, host) => {
  using network = new Network({ ...parts, iceServers })
  expect(relayHost(network, relayed)).toBe(host)
})

test('a relay of the other side has no host here', () => {
  using network = new Network({ ...parts, iceServers: [turn('turn.example.org')] })
  const pair = { local: end('host', '192.168.1.2'), remote: end('relay', '198.51.100.1') }
  expect(network.route(pair)).toMatchObject({ kind: 'relayed', relayHost: null, reason: 'no-direct-path' })
})

test('a coordinator’s servers come after the person’s, and take the place of its earlier ones', () => {
  using network = new Network({ ...parts, iceServers: [turn('192.0.2.1')] })
  const passwords = (): unknown =>
    network.config().iceServers.map((server) => (typeof server === 'string' ? server : server.username))
  expect(network.setCoordinatorServers([turn('192.0.2.2', 'old'), { urls: ['stun:192.0.2.9'] }])).toEqual([])
  expect(passwords()).toEqual(['stun:192.0.2.9:3478', 'anna', 'old'])
  const more = [turn('192.0.2.2', 'new'), turn('192.0.2.3', 'more'), { urls: ['stuns:192.0.2.4'] }]
  expect(network.setCoordinatorServers(more)).toEqual(['stuns:192.0.2.4'])
  expect(passwords()).toEqual(['anna', 'new'])
})

test('under “relay only” the library knows this device’s addresses by other names, and the person by their own', () => {
  using network = new Network({ ...parts, policy: 'relay', iceServers: [turn('192.0.2.1')] })
  const facts = checkCandidate('candidate:1 1 UDP 2122317823 127.0.0.1 5000 typ host')
  const covered = network.cover(facts)
  expect(covered.text).not.toContain('127.0.0.1')
  expect(checkCandidate(covered.text)).toEqual(covered)
  const route = network.route({ local: end('relay', '192.0.2.1'), remote: end('host', covered.address) })
  expect(route).toMatchObject({
    remoteAddress: '127.0.0.1:5000',
    reason: 'relay-only',
    relayHost: '192.0.2.1',
  })
  using open = new Network(parts)
  expect(open.cover(facts)).toBe(facts)
})

test('who offers speaks to a relay over UDP itself; who answers has all relays behind bridges, in reserve', () => {
  using network = new Network(parts)
  network.setCoordinatorServers([turn('192.0.2.2', 'u')])
  const places = (...how: Parameters<typeof network.config>): unknown =>
    network.config(...how).iceServers.map((server) => (typeof server === 'string' ? server : server.hostname))
  expect(places('any', 'offer')).toEqual(['192.0.2.2'])
  expect(places('any', 'answer')).toEqual(['127.0.0.1'])
  expect(places('direct', 'answer')).toEqual([])
})

test('one bridge serves all connections, and new credentials get a new one', () => {
  using network = new Network({ ...parts, policy: 'relay' })
  const ports = (): unknown =>
    network.config().iceServers.map((server) => (typeof server === 'string' ? server : server.port))
  network.setCoordinatorServers([turn('192.0.2.2', 'old')])
  const before = ports()
  expect(ports()).toEqual(before)
  network.setCoordinatorServers([turn('192.0.2.2', 'new')])
  const after = ports()
  expect(after).toHaveLength(1)
  expect(network.config()).toMatchObject({
    bindAddress: '127.0.0.1',
    iceServers: [{ hostname: '127.0.0.1', username: 'new' }],
  })
})
