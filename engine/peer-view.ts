/** A session of the swarm as a UI sees it. */

import type { PeerView, RouteView } from '#shared/api/views.ts'
import type { PeerSession } from '#shared/swarm/peer-session.ts'
import type { PeerRoutes } from './connect/better-routes.ts'

export function viewPeer(session: PeerSession, routes: PeerRoutes, tls: PeerView['tls']): PeerView {
  const best = session.mainLane ?? session.lanes.values().next().value
  const { remote } = session
  const { history, betterRoute, relayReason, isPortMapped } = routes
  const explain = (route: RouteView | null): RouteView | null => {
    if (route?.kind === 'relayed') return { ...route, reason: relayReason }
    // A port for UDP; over TCP both have dialled.
    const isMapped = isPortMapped && route?.reason === 'hole-punched' && route.protocol === 'udp'
    return isMapped ? { ...route, reason: 'port-mapped' } : route
  }
  return {
    peer: session.peer,
    name: session.name,
    state: session.hasGreeted ? 'connected' : 'connecting',
    route: explain(best?.lane.route() ?? null),
    lanes: [...session.lanes.values()].map((one) => ({
      id: one.lane.id,
      state: one.isLeaving ? 'leaving' : 'open',
      route: explain(one.lane.route()),
      roundTripMs: one.roundTripMs(),
    })),
    history,
    betterRoute,
    tls,
    roundTripMs: best?.roundTripMs() ?? null,
    downBytesPerSecond: session.downBytesPerSecond(),
    upBytesPerSecond: session.upBytesPerSecond(),
    receivedBytes: session.receivedBytes,
    sentBytes: session.sentBytes,
    completeness: remote === undefined || remote.length === 0 ? 0 : remote.count / remote.length,
    failure: null,
  }
}
