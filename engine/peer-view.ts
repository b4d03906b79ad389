/** A session of the swarm as a UI sees it. */

import type { PeerView, RouteReason, RouteView } from '#shared/api/views.ts'
import type { PeerSession } from '#shared/swarm/peer-session.ts'

/** What the connector knows of a peer's routes. */
export interface PeerRoutes {
  readonly history: PeerView['history']
  readonly betterRoute: PeerView['betterRoute']
  /** Of what runs over a relay: from the facts of both sides and the search for a direct way. */
  readonly relayReason: RouteReason
}

export function viewPeer(session: PeerSession, { history, betterRoute, relayReason }: PeerRoutes): PeerView {
  const best = session.mainLane ?? session.lanes.values().next().value
  const { remote } = session
  const explain = (route: RouteView | null): RouteView | null =>
    route?.kind === 'relayed' ? { ...route, reason: relayReason } : route
  return {
    peer: session.peer,
    name: session.name,
    state: session.hasGreeted ? 'connected' : 'connecting',
    route: explain(best?.lane.route() ?? null),
    lanes: [...session.lanes.values()].map(({ lane, isLeaving }) => ({
      id: lane.id,
      state: isLeaving ? 'leaving' : 'open',
      route: explain(lane.route()),
      roundTripMs: lane.roundTripMs(),
    })),
    history,
    betterRoute,
    roundTripMs: best?.roundTripMs() ?? null,
    downBytesPerSecond: session.downBytesPerSecond(),
    upBytesPerSecond: session.upBytesPerSecond(),
    receivedBytes: session.receivedBytes,
    sentBytes: session.sentBytes,
    completeness: remote === undefined || remote.length === 0 ? 0 : remote.count / remote.length,
    failure: null,
  }
}
