/** Which pairs a run of the lab tries. Pure. */

import { SITE_KIND_NAMES, siteKind, type SiteKindName } from './kinds.ts'
import type { Pair } from './pair.ts'

/** What a person who needs it would have: one way for the common case, one through the strictest network. */
const BOTH_RELAYS = ['udp', 'tcp'] as const

function pair(from: SiteKindName, to: SiteKindName): Pair {
  return { from, to, relays: BOTH_RELAYS }
}

function behindOneRouter(kind: SiteKindName): Pair {
  return { from: kind, to: kind, isSameSite: true, relays: BOTH_RELAYS }
}

/** One of each class of outcome. */
export const QUICK_PAIRS: readonly Pair[] = [
  pair('public', 'public'),
  pair('full-cone', 'address-restricted'),
  pair('port-restricted', 'port-restricted'),
  pair('symmetric-random', 'address-restricted'),
  pair('port-restricted', 'symmetric-random'),
  pair('symmetric-step', 'symmetric-step'),
  pair('symmetric-random', 'symmetric-random'),
  behindOneRouter('port-restricted'),
  behindOneRouter('hairpin'),
  behindOneRouter('isolated'),
  pair('carrier-grade', 'port-restricted'),
  pair('carrier-grade-symmetric', 'port-restricted'),
  pair('udp-blocked', 'port-restricted'),
  pair('port-restricted', 'udp-blocked'),
  { from: 'udp-blocked', to: 'udp-blocked', relays: ['tls'] },
  pair('ipv6-only', 'dual-stack'),
  pair('ipv6-only', 'port-restricted'),
]

/** One of each rule, both ways where the sides differ: for the test command. */
export const TEST_PAIRS: readonly Pair[] = [
  pair('public', 'symmetric-random'),
  pair('full-cone', 'address-restricted'),
  pair('port-restricted', 'port-restricted'),
  pair('symmetric-random', 'address-restricted'),
  pair('symmetric-step', 'port-restricted'),
  pair('symmetric-step', 'symmetric-step'),
  pair('port-restricted', 'symmetric-random'),
  behindOneRouter('port-restricted'),
  pair('carrier-grade', 'port-restricted'),
  pair('udp-blocked', 'port-restricted'),
  { from: 'udp-blocked', to: 'udp-blocked', relays: ['tls'] },
  pair('ipv6-only', 'dual-stack'),
  pair('port-restricted', 'ipv6-only'),
]

/** All ordered pairs of kinds that differ for a single host, and the pairs of one home. */
export function fullPairs(): Pair[] {
  const kinds = SITE_KIND_NAMES.filter((name) => siteKind(name).isIsolated !== true)
  return [
    ...kinds.flatMap((from) => kinds.map((to) => pair(from, to))),
    ...(['port-restricted', 'symmetric-random', 'hairpin', 'isolated'] as const).map(behindOneRouter),
    { from: 'udp-blocked', to: 'udp-blocked', relays: ['tls'] },
  ]
}
