/** A session of the swarm as a UI sees it. */

import type { PeerView } from '#shared/api/views.ts'
import type { PeerSession, SessionLane } from '#shared/swarm/peer-session.ts'

export function viewPeer(session: PeerSession): PeerView {
  const lanes = [...session.lanes.values()]
  const busiest = lanes.reduce<SessionLane | undefined>(
    (best, lane) => (best === undefined || trafficOf(lane) > trafficOf(best) ? lane : best),
    undefined,
  )
  const remote = session.remote
  return {
    peer: session.peer,
    name: session.name,
    state: session.hasGreeted ? 'connected' : 'connecting',
    route: busiest?.lane.route() ?? null,
    lanes: lanes.map(({ lane }) => ({ id: lane.id, state: 'open', route: lane.route(), roundTripMs: lane.roundTripMs() })),
    history: [],
    betterRoute: 'none',
    roundTripMs: busiest?.roundTripMs() ?? null,
    downBytesPerSecond: session.downBytesPerSecond(),
    upBytesPerSecond: session.upBytesPerSecond(),
    receivedBytes: session.receivedBytes,
    sentBytes: session.sentBytes,
    completeness: remote === undefined || remote.length === 0 ? 0 : remote.count / remote.length,
    failure: null,
  }
}

function trafficOf(lane: SessionLane): number {
  return lane.down.bytesPerSecond() + lane.up.bytesPerSecond()
}
