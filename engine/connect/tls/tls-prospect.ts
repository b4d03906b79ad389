/** Whether a TLS lane is worth having beside the lanes there are, and where it may lead. Pure. */

import { isIP } from 'node:net'
import type { RouteView } from '#shared/api/views.ts'
import { TLS_FEATURE } from '#shared/protocol/peer-messages.ts'

/**
 * A LAN answers within a few milliseconds, Wi-Fi too. Beyond it is a VPN or a long line, whose loss would hold a single
 * stream back where several data channels side by side are not. Milliseconds.
 */
const NEAR_MS = 12

/** A lane as far as this is concerned. */
export interface LaneLook {
  readonly id: string
  readonly route: RouteView | null
  /** The shortest seen; null while unknown. */
  readonly roundTripMs: number | null
  readonly isSuspect: boolean
  readonly isStream: boolean
  /** Asked for on it and not yet here. */
  readonly outstandingBytes: number
}

/** The lane whose way a TLS lane could take too; undefined where none is worth it. */
export function laneToFollow(lanes: readonly LaneLook[], features: ReadonlySet<string>): string | undefined {
  if (!features.has(TLS_FEATURE) || lanes.some(({ isStream }) => isStream)) return undefined
  return lanes.find(
    (lane) =>
      lane.outstandingBytes > 0 &&
      !lane.isSuspect &&
      lane.roundTripMs !== null &&
      lane.roundTripMs <= NEAR_MS &&
      isFollowable(lane.route),
  )?.id
}

/** Both ends are in one network: ICE has proven it by packets that came back. */
export function isFollowable(route: RouteView | null): route is RouteView {
  return route?.kind === 'lan' && route.protocol !== 'tls' && hostOf(route.remoteAddress) !== undefined
}

/** The host of an address with its port, as routes print them; undefined for a name. */
export function hostOf(address: string): string | undefined {
  const host = /^\[(.*)\]:\d+$/.exec(address)?.[1] ?? /^([^:]*):\d+$/.exec(address)?.[1] ?? ''
  return isIP(host) === 0 ? undefined : host
}

/** What a TLS lane runs over that took the way of another lane. */
export function streamRoute(followed: RouteView): RouteView {
  return { ...followed, protocol: 'tls', localType: 'host', remoteType: 'host', relayHost: null }
}
