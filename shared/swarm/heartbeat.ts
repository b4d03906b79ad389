/** Notices dead lanes: the native library takes 12 to 57 s, people should not wait that long. Pure. */

import type { SessionLane } from './peer-session.ts'

/** A lane is pinged when it has been quiet for so long, milliseconds. */
const PING_AFTER_MS = 1000
/** A quiet lane is dead after so many milliseconds: several pings, and the pauses of a busy event loop. */
const SILENT_MS = 8000

/** Pings when it is time. False when the lane has been silent for too long. */
export function beat(lane: SessionLane, nowMs: number): boolean {
  const quietMs = nowMs - lane.lastHeardMs
  if (quietMs > SILENT_MS) return false
  const isDue = lane.pingSentMs === undefined || nowMs - lane.pingSentMs > PING_AFTER_MS
  if (quietMs > PING_AFTER_MS && isDue) {
    lane.pingSentMs = nowMs
    lane.send({ type: 'ping', id: ++lane.pingId })
  }
  return true
}

export function hearPong(lane: SessionLane, id: number, nowMs: number): void {
  if (id !== lane.pingId || lane.pingSentMs === undefined) return
  lane.pingRoundTripMs = nowMs - lane.pingSentMs
  lane.pingSentMs = undefined
}
