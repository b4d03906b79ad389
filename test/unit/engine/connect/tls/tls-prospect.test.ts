/** Beside which lanes a TLS lane is opened, and where it may lead. */

import { expect, test } from 'vitest'
import {
  canDial,
  canListen,
  hostOf,
  isFollowable,
  laneToFollow,
  streamRoute,
  waysOf,
  type LaneLook,
} from '#engine/connect/tls/tls-prospect.ts'
import type { RouteView } from '#shared/api/views.ts'

const LAN: RouteView = {
  kind: 'lan',
  localType: 'host',
  remoteType: 'prflx',
  localAddress: '192.168.1.2:50000',
  remoteAddress: '192.168.1.3:50001',
  protocol: 'udp',
  reason: 'same-network',
  relayHost: null,
}
/** One end is reached from everywhere. */
const PUBLIC: RouteView = {
  ...LAN,
  kind: 'direct',
  reason: 'public-address',
  remoteAddress: '198.51.100.3:50001',
}
const BUSY: LaneLook = {
  id: 'one',
  route: LAN,
  isSuspect: false,
  isStream: false,
  isAwaited: true,
}
const WILLING = new Set(['tls'])

test('a lane in the own network that is in use is followed', () => {
  expect(laneToFollow([{ ...BUSY, id: 'idle', isAwaited: false }, BUSY], WILLING)).toBe('one')
})

test.each([
  ['nothing is wanted', [{ ...BUSY, isAwaited: false }]],
  ['it runs over a relay', [{ ...BUSY, route: { ...LAN, kind: 'relayed' as const } }]],
  ['its route is not known', [{ ...BUSY, route: null }]],
  ['it does not answer', [{ ...BUSY, isSuspect: true }]],
  ['its other end has no address', [{ ...BUSY, route: { ...LAN, remoteAddress: 'name.local:5000' } }]],
  ['there is a TLS lane', [BUSY, { ...BUSY, id: 'two', isStream: true }]],
])('none when %s', (_why, lanes) => {
  expect(laneToFollow(lanes, WILLING)).toBeUndefined()
})

test.each([
  ['public-address', 'host', ['meet', 'call']],
  ['same-network', 'host', ['meet', 'call']],
  // A router that takes another port for each destination.
  ['public-address', 'prflx', ['call', 'meet']],
  ['hole-punched', 'srflx', ['meet']],
  ['hole-punched', 'prflx', ['meet']],
  ['hairpin', 'srflx', ['meet']],
] as const)('one through the internet is followed: %s, %s', (reason, remoteType, ways) => {
  const route = { ...PUBLIC, reason, remoteType }
  expect(laneToFollow([{ ...BUSY, route }], WILLING)).toBe('one')
  expect(waysOf(route)).toEqual(ways)
})

test('in the own network one calls', () => {
  expect(waysOf(LAN)).toEqual(['call'])
})

test.each([
  ['host', true],
  ['prflx', true],
  ['srflx', false],
] as const)('an end seen as %s in the internet can be dialled: %s', (remoteType, isPossible) => {
  expect(canDial({ ...PUBLIC, remoteType })).toBe(isPossible)
})

test.each([
  ['host', true],
  ['prflx', false],
  ['srflx', false],
] as const)('this device, seen as %s in the internet, can be dialled: %s', (localType, isPossible) => {
  expect(canListen({ ...PUBLIC, localType })).toBe(isPossible)
})

test('in the own network any end can', () => {
  expect(canDial({ ...LAN, remoteType: 'srflx' })).toBe(true)
  expect(canListen({ ...LAN, localType: 'prflx' })).toBe(true)
})

test('none when the other side is not willing', () => {
  expect(laneToFollow([BUSY], new Set(['other']))).toBeUndefined()
})

test('a TLS lane follows no TLS lane', () => {
  expect(isFollowable(LAN)).toBe(true)
  expect(isFollowable(streamRoute(LAN))).toBe(false)
})

test.each([
  ['192.168.1.3:50001', '192.168.1.3'],
  ['[fd00::3]:50001', 'fd00::3'],
  ['name.local:1', undefined],
  ['192.168.1.3', undefined],
  ['fd00::3:1', undefined],
  ['[name]:1', undefined],
  ['', undefined],
])('the host of %j is %j', (address, host) => {
  expect(hostOf(address)).toBe(host)
})
