/** Which pairs of networks the RFCs let meet directly, given that Beeline foresees regular ports. Pure. */

import { siteKind, type SiteKind, type SiteKindName } from './kinds.ts'

/** `direct` includes the own network. */
export type ExpectedRoute = 'direct' | 'relayed'

/** Between two sites. */
export function expectedRoute(from: SiteKindName, to: SiteKindName): ExpectedRoute {
  const left = siteKind(from)
  const right = siteKind(to)
  if (left.families.some((family) => family === 'ipv6' && right.families.includes(family))) return 'direct'
  const isCommon = left.families.some((family) => right.families.includes(family))
  if (!isCommon || isBlocked(left) || isBlocked(right)) return 'relayed'
  return canBeFound(left, right) && canBeFound(right, left) ? 'direct' : 'relayed'
}

/** Between two hosts of one site. */
export function expectedInside(kind: SiteKindName): ExpectedRoute {
  const { isIsolated, turnsRound } = siteKind(kind)
  return isIsolated === true && turnsRound !== true ? 'relayed' : 'direct'
}

function isBlocked({ mapping }: SiteKind): boolean {
  return mapping === 'blocked'
}

/** What `site` sends gets through to `other`, or `other` knows beforehand from which port it comes. */
function canBeFound(site: SiteKind, other: SiteKind): boolean {
  if (site.mapping === 'none' || site.mapping === 'endpoint-independent') return true
  if (site.portOrder === 'step') return other.portOrder !== 'random'
  // It comes from a port that nobody foresees: only who lets in by address, or everybody, hears it.
  return other.filtering !== 'address-and-port-dependent'
}
