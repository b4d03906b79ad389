/** What each connection of a swarm is worth to the mesh. Pure. */

import type { PeerId } from '../share/keys.ts'
import type { Bitfield } from './bitfield.ts'
import type { Demand } from './demand.ts'
import type { MeshLink } from './mesh.ts'
import type { PeerSession } from './peer-session.ts'

/** @param pieces undefined before they are known: then everybody may be of use */
export function meshLinks(
  sessions: ReadonlyMap<PeerId, PeerSession>,
  pieces: { readonly demand: Demand; readonly whole: Bitfield } | undefined,
): MeshLink[] {
  return Array.from(sessions.values(), (session) => ({
    peer: session.peer,
    sinceMs: session.sinceMs,
    usedMs: session.usedMs,
    canGive: pieces === undefined || pieces.demand.usefulCount(session) > 0,
    canTake: pieces === undefined || lacksSome(session.remote, pieces.whole),
    isSnubbed: session.isSnubbed,
  }))
}

/** Whether the other side lacks a piece that is here. Whoever has not said what it has may lack anything. */
function lacksSome(remote: Bitfield | undefined, whole: Bitfield): boolean {
  if (remote === undefined || remote.count < whole.count) return whole.count > 0
  if (remote.isFull) return false
  for (let piece = 0; piece < whole.length; piece++) if (whole.has(piece) && !remote.has(piece)) return true
  return false
}
