import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RelayReserve, udpOf, type RelayReserveParts } from '#engine/connect/relay-reserve.ts'
import type { Mapping } from '#shared/protocol/network-facts.ts'
import { checkCandidate, type CandidateFacts } from '#engine/connect/sdp-check.ts'

const one = (type: CandidateFacts['type'], address: string): CandidateFacts =>
  checkCandidate(`candidate:1 1 UDP 1 ${address} 5000 typ ${type}`)
const OWN = one('host', '192.168.1.5')
const OWN_IPV6 = one('host', '2001:db8::5')

let allowed: number[]

beforeEach(() => {
  allowed = []
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

function reserve(udp: RelayReserveParts['udp'] = 'works', ...own: readonly CandidateFacts[]): RelayReserve {
  const made = new RelayReserve({ udp, allow: (port) => allowed.push(port) })
  for (const facts of own.length === 0 ? [OWN] : own) made.addOwn(facts)
  return made
}

/** When the own relays may be used, from the first candidate of the other side on; undefined: not in ten seconds. */
function allowedAfterMs(): number | undefined {
  for (let afterMs = 0; afterMs <= 10_000; afterMs += 100) {
    if (allowed.length > 0) return afterMs
    vi.advanceTimersByTime(100)
  }
  return undefined
}

test('the other side’s relay gets its time before the own ones are asked', () => {
  const kept = reserve()
  vi.advanceTimersByTime(5000)
  kept.addRemote(one('host', '192.168.1.9'))
  kept.addRemote(one('relay', '203.0.113.9'))
  kept.addRemote(one('relay', '203.0.113.8'))
  expect(allowedAfterMs()).toBe(1500)
  vi.advanceTimersByTime(10_000)
  expect(allowed).toEqual([5000])
})

test('the time is shorter while it is not known whether UDP gets out', () => {
  const kept = reserve('unknown')
  kept.addRemote(one('relay', '203.0.113.9'))
  expect(allowedAfterMs()).toBe(1000)
})

test.each<[Mapping, Mapping, RelayReserveParts['udp']]>([
  ['unknown', 'unknown', 'unknown'],
  ['unknown', 'none', 'unknown'],
  ['blocked', 'unknown', 'unknown'],
  ['blocked', 'none', 'blocked'],
  ['blocked', 'blocked', 'blocked'],
  ['none', 'public', 'works'],
  ['random', 'unknown', 'works'],
  ['blocked', 'public', 'works'],
])('with IPv4 %s and IPv6 %s UDP is %s', (ipv4, ipv6, udp) => {
  const of = (mapping: Mapping) => ({ mapping, filtering: 'unknown' as const })
  expect(udpOf({ ipv4: of(ipv4), ipv6: of(ipv6) })).toBe(udp)
})

test('where the other side has no relay they are asked soon', () => {
  const kept = reserve()
  kept.addRemote(one('host', '192.168.1.9'))
  kept.addRemote(one('srflx', '203.0.113.7'))
  expect(allowedAfterMs()).toBe(600)
})

test('a relay of a family that this side does not have is of no use', () => {
  const kept = reserve('works', OWN_IPV6)
  kept.addRemote(one('relay', '203.0.113.9'))
  expect(allowed).toEqual([5000])
  expect(allowedAfterMs()).toBe(0)
})

test('where no UDP gets out nothing is waited for', () => {
  reserve('blocked')
  expect(allowed).toEqual([5000])
})

test('once there is a way they are not asked at all', () => {
  const kept = reserve()
  kept.addRemote(one('relay', '203.0.113.9'))
  kept[Symbol.dispose]()
  kept.addRemote(one('relay', '2001:db8::9'))
  expect(allowedAfterMs()).toBeUndefined()
})
