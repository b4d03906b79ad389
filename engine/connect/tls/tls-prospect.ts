/** Whether a TLS lane is worth having beside the lanes there are, and where it may lead. Pure. */

import { isIP } from 'node:net'
import type { RouteView } from '#shared/api/views.ts'
import { TLS_FEATURE } from '#shared/protocol/peer-messages.ts'

/** A lane as far as this is concerned. */
export interface LaneLook {
  readonly id: string
  readonly route: RouteView | null
  readonly isSuspect: boolean
  readonly isStream: boolean
  /** Something was asked for on it that is not yet here. */
  readonly isAwaited: boolean
}

/** The lane whose way a TLS lane could take too; undefined where none is worth it. */
export function laneToFollow(lanes: readonly LaneLook[], features: ReadonlySet<string>): string | undefined {
  if (!features.has(TLS_FEATURE) || lanes.some(({ isStream }) => isStream)) return undefined
  return lanes.find((lane) => lane.isAwaited && !lane.isSuspect && isFollowable(lane.route))?.id
}

/**
 * No router changes addresses between both ends, or one of them at least has an address that everybody reaches: ICE has shown it by
 * packets that came back. Where two routers were persuaded to let UDP through, TCP would stand before them.
 */
export function isFollowable(route: RouteView | null): route is RouteView {
  if (route === null || route.protocol === 'tls' || hostOf(route.remoteAddress) === undefined) return false
  if (route.kind === 'lan') return true
  return route.kind === 'direct' && (route.reason === 'public-address' || route.reason === 'same-network')
}

/** Whether the other end can be called where it is seen: an address that was found out by others is its router's. */
export function canDial({ kind, remoteType }: RouteView): boolean {
  return kind === 'lan' || remoteType !== 'srflx'
}

/** Whether this device can be called where it is seen. */
export function canListen({ kind, localType }: RouteView): boolean {
  return kind === 'lan' || localType === 'host'
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
