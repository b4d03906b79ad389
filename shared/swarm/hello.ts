/** The first message on every lane, said and heard. Pure. */

import { AppError } from '../errors.ts'
import { PEER_PROTOCOL_VERSION, type PeerMessage } from '../protocol/peer-messages.ts'
import type { PeerSession, SessionLane } from './peer-session.ts'
import type { SwarmOptions } from './swarm-events.ts'

type Hello = Extract<PeerMessage, { type: 'hello' }>

export function sayHello(
  lane: SessionLane,
  { name, agent, features = [] }: Pick<SwarmOptions, 'name' | 'agent' | 'features'>,
  greeting: Pick<Hello, 'features' | 'key'> | undefined,
): void {
  const more = { ...greeting, features: [...features, ...(greeting?.features ?? [])] }
  lane.send({ type: 'hello', version: PEER_PROTOCOL_VERSION, name, agent, ...more })
}

/** Throws AppError `peer.*`. @returns whether it was the first on any lane of this peer */
export function hearHello(
  session: PeerSession,
  lane: SessionLane,
  { version, name, features }: Hello,
): boolean {
  if (lane.isGreeted) throw new AppError('peer.protocol', { detail: 'second hello' })
  if (version !== PEER_PROTOCOL_VERSION) throw new AppError('peer.version')
  lane.isGreeted = true
  // JSON can carry half a surrogate pair, which throws later and elsewhere.
  session.name = name.toWellFormed()
  session.features = new Set(features)
  const isFirst = !session.hasGreeted
  session.hasGreeted = true
  return isFirst
}
