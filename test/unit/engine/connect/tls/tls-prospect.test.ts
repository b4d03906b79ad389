/** Beside which lanes a TLS lane is opened, and where it may lead. */

import { expect, test } from 'vitest'
import {
  hostOf,
  isFollowable,
  laneToFollow,
  streamRoute,
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
const BUSY: LaneLook = {
  id: 'one',
  route: LAN,
  roundTripMs: 1,
  isSuspect: false,
  isStream: false,
  outstandingBytes: 1,
}
const WILLING = new Set(['tls'])

test('a lane in the own network that is in use is followed', () => {
  expect(laneToFollow([{ ...BUSY, id: 'idle', outstandingBytes: 0 }, BUSY], WILLING)).toBe('one')
})

test.each([
  ['nothing is wanted', [{ ...BUSY, outstandingBytes: 0 }]],
  ['it runs through the internet', [{ ...BUSY, route: { ...LAN, kind: 'direct' as const } }]],
  ['it runs over a relay', [{ ...BUSY, route: { ...LAN, kind: 'relayed' as const } }]],
  ['its route is not known', [{ ...BUSY, route: null }]],
  ['it is far away, as over a VPN', [{ ...BUSY, roundTripMs: 30 }]],
  ['it is not known how far away it is', [{ ...BUSY, roundTripMs: null }]],
  ['it does not answer', [{ ...BUSY, isSuspect: true }]],
  ['its other end has no address', [{ ...BUSY, route: { ...LAN, remoteAddress: 'name.local:5000' } }]],
  ['there is a TLS lane', [BUSY, { ...BUSY, id: 'two', isStream: true }]],
])('none when %s', (_why, lanes) => {
  expect(laneToFollow(lanes, WILLING)).toBeUndefined()
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
