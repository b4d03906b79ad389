/** What physics allows: the table that the lab's matrix is held against. */

import { expect, test } from 'vitest'
import { expectedInside, expectedRoute } from '#test/lab/expected-route.ts'
import { SITE_KIND_NAMES, type SiteKindName } from '#test/lab/kinds.ts'

test.each<[SiteKindName, SiteKindName]>([
  ['public', 'public'],
  ['port-restricted', 'port-restricted'],
  ['carrier-grade', 'port-restricted'],
  ['symmetric-random', 'public'],
  ['symmetric-random', 'full-cone'],
  ['symmetric-random', 'address-restricted'],
  ['carrier-grade-symmetric', 'address-restricted'],
  ['symmetric-step', 'port-restricted'],
  ['symmetric-step', 'carrier-grade'],
  ['symmetric-step', 'symmetric-step'],
  ['ipv6-only', 'ipv6-only'],
  ['ipv6-only', 'dual-stack'],
  ['dual-stack', 'port-restricted'],
  ['hairpin', 'port-restricted'],
])('%s and %s can meet directly', (one, other) => {
  expect(expectedRoute(one, other)).toBe('direct')
})

test.each<[SiteKindName, SiteKindName]>([
  ['symmetric-random', 'port-restricted'],
  ['symmetric-random', 'carrier-grade'],
  ['symmetric-random', 'dual-stack'],
  ['symmetric-random', 'symmetric-random'],
  ['symmetric-random', 'symmetric-step'],
  ['carrier-grade-symmetric', 'symmetric-step'],
  ['udp-blocked', 'public'],
  ['udp-blocked', 'udp-blocked'],
  ['ipv6-only', 'public'],
  ['ipv6-only', 'port-restricted'],
])('%s and %s need a relay', (one, other) => {
  expect(expectedRoute(one, other)).toBe('relayed')
})

test('it does not matter who sends', () => {
  for (const one of SITE_KIND_NAMES) {
    for (const other of SITE_KIND_NAMES) expect(expectedRoute(one, other)).toBe(expectedRoute(other, one))
  }
})

test('behind one router only those are kept apart whose packets do not turn round', () => {
  const apart = SITE_KIND_NAMES.filter((kind) => expectedInside(kind) === 'relayed')
  expect(apart).toEqual(['isolated'])
})
