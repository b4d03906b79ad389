/** What a measurement of the network becomes in an examination. */

import { expect, test } from 'vitest'
import { NETWORK_CHECKS, networkResults } from '#engine/doctor/network-examination.ts'
import type { FamilyProbe } from '#engine/connect/nat/network-probe.ts'

const NOTHING: FamilyProbe = {
  mapping: 'none',
  filtering: 'unknown',
  mapped: undefined,
  step: undefined,
  turnsRound: undefined,
}
const mapped = { address: '203.0.113.5', port: 4000 }
const mapped6 = { address: '2001:db8::5', port: 4000 }

test.each<[string, Partial<FamilyProbe>, Partial<FamilyProbe>, readonly string[]]>([
  [
    'a usual home',
    { mapping: 'endpoint', filtering: 'port', mapped, turnsRound: false },
    {},
    ['works', 'no-address', 'endpoint', 'port', 'absent'],
  ],
  [
    'a server of ours',
    { mapping: 'public', filtering: 'open', mapped },
    { mapping: 'public', filtering: 'open', mapped: mapped6 },
    ['works', 'works', 'public', 'open', 'skipped'],
  ],
  [
    'a regular step, turned round',
    { mapping: 'step', step: -2, filtering: 'port', mapped, turnsRound: true },
    { mapping: 'blocked' },
    ['works', 'blocked', 'step', 'port', 'works'],
  ],
  [
    'IPv6 alone',
    {},
    { mapping: 'public', filtering: 'port', mapped: mapped6 },
    ['no-address', 'works', 'public', 'port', 'skipped'],
  ],
  ['UDP blocked', { mapping: 'blocked' }, {}, ['blocked', 'no-address', 'skipped', 'skipped', 'skipped']],
  [
    'nobody to ask',
    { mapping: 'unknown' },
    { mapping: 'unknown' },
    ['skipped', 'skipped', 'skipped', 'skipped', 'skipped'],
  ],
  [
    'one server with one address',
    { mapping: 'unknown', mapped },
    {},
    ['works', 'no-address', 'skipped', 'skipped', 'skipped'],
  ],
])('%s', (_what, ipv4, ipv6, outcomes) => {
  const results = networkResults({ ipv4: { ...NOTHING, ...ipv4 }, ipv6: { ...NOTHING, ...ipv6 } })
  expect(NETWORK_CHECKS.map((check) => results[check].outcome)).toEqual(outcomes)
  expect(results.ipv4.detail).toBe(ipv4.mapped?.address)
  expect(results.nat.detail).toBe(
    ipv4.step === undefined && ipv4.mapping === 'blocked' ? 'blocked' : ipv4.step?.toString(),
  )
})
