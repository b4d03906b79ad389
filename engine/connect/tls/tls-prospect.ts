/** Whether a TLS lane is worth having beside the lanes there are, and where it may lead. Pure. */

import { isIP } from 'node:net'
import type { RouteView } from '#shared/api/views.ts'
import { TLS_FEATURE } from '#shared/protocol/peer-messages.ts'
import type { PeerId } from '#shared/share/keys.ts'

/** A lane as far as this is concerned. */
export interface LaneLook {
  readonly id: string
  readonly route: RouteView | null
  readonly isSuspect: boolean
  readonly isStream: boolean
  /** Something was asked for on it that is not yet here. */
  readonly isAwaited: boolean
}

/** A peer's session, as far as this is concerned. */
export interface PeerLanes {
  readonly peer: PeerId
  readonly features: ReadonlySet<string>
  readonly lanes: readonly LaneLook[]
}

/** The lane whose way a TLS lane could take too; undefined where none is worth it. */
export function laneToFollow(lanes: readonly LaneLook[], features: ReadonlySet<string>): string | undefined {
  if (!features.has(TLS_FEATURE) || lanes.some(({ isStream }) => isStream)) return undefined
  return lanes.find((lane) => lane.isAwaited && !lane.isSuspect && isFollowable(lane.route))?.id
}

/** Both ends reach each other without a server in between: ICE has shown it by packets that came back. */
export function isFollowable(route: RouteView | null): route is RouteView {
  if (route === null || route.protocol === 'tls' || route.kind === 'relayed') return false
  return hostOf(route.remoteAddress) !== undefined
}

/** One end calls the other, which listens; or both dial at once, and meet half-way. */
export type Way = 'call' | 'meet'

/**
 * What to try, in order. In the internet routers and firewalls may stand before both ends, and let in what looks like an answer. Where a
 * router takes another port for each destination, which shows as an address that nobody foresaw, it hardly ever does.
 */
export function waysOf({ kind, reason, localType, remoteType }: RouteView): readonly [Way, ...Way[]] {
  if (kind === 'lan') return ['call']
  const canCall = reason === 'public-address' || reason === 'same-network'
  if (!canCall) return ['meet']
  return localType === 'prflx' || remoteType === 'prflx' ? ['call', 'meet'] : ['meet', 'call']
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
  const types = followed.kind === 'lan' ? ({ localType: 'host', remoteType: 'host' } as const) : {}
  return { ...followed, ...types, protocol: 'tls', relayHost: null }
}
