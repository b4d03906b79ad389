/** Which of a peer's lanes is the best. Pure. */

import type { RouteView } from '../api/views.ts'

/**
 * A direct lane whose other end is peer-reflexive may turn out to be one over the other side's relay, of which word
 * comes a little later. Milliseconds.
 */
const UNCERTAIN_MS = 1000

/**
 * Devices that meet in one network within so long share a LAN, Wi-Fi included; beyond it is a VPN or a long line, whose loss holds
 * a single stream back where several lanes side by side are not. Milliseconds.
 */
const NEAR_MS = 12

const RANKS = { lan: 3, direct: 2, relayed: 1 } as const
/** A stream of the system's own is faster than data channels over the same way. */
const STREAM_RANK = 4

/** A TLS lane. One to a peer is enough; where it carries enough, the data channels stand by. */
export function isStream(route: Pick<RouteView, 'protocol'> | null): boolean {
  return route?.protocol === 'tls'
}

/** Both ends are on one LAN: one stream of the system's own fills it. @param shortestTripMs seen; null while unknown */
export function isNear(route: Pick<RouteView, 'kind'> | null, shortestTripMs: number | null): boolean {
  return route?.kind === 'lan' && shortestTripMs !== null && shortestTripMs <= NEAR_MS
}

/** Higher is better; 0: nothing is known. @param ageMs since it opened */
export function rankOf(
  route: Pick<RouteView, 'kind' | 'remoteType' | 'protocol'> | null,
  ageMs: number,
): number {
  if (route === null) return 0
  if (isStream(route)) return STREAM_RANK
  const isUncertain = route.kind === 'direct' && route.remoteType === 'prflx' && ageMs < UNCERTAIN_MS
  return isUncertain ? RANKS.relayed : RANKS[route.kind]
}

export interface OrderedLane {
  readonly isSuspect: boolean
  readonly isLeaving: boolean
  readonly rank: number
}

/** The one that lives, stays, and has the best route; the oldest of equals. */
export function bestOf<Lane extends OrderedLane>(lanes: Iterable<Lane>): Lane | undefined {
  let best: Lane | undefined
  for (const lane of lanes) if (best === undefined || worthOf(lane) > worthOf(best)) best = lane
  return best
}

function worthOf({ isSuspect, isLeaving, rank }: OrderedLane): number {
  return (isSuspect ? 0 : 100) + (isLeaving ? 0 : 10) + rank
}
