/** Topics and who is in them: joins, presence, and signals passed on between members. In memory only. */

import { fromBase64Url } from '#shared/encoding/base64url.ts'
import { PEER_SAMPLE, type ClientMessage, type ServerMessage } from '#shared/protocol/coordinator-messages.ts'
import { peerIdOf, type PeerId, type Topic } from '#shared/share/keys.ts'
import type { ClientSession } from './client-session.ts'
import type { CoordinatorLimits } from './limits.ts'
import { TopicMembers } from './topic-members.ts'

type HandedServers = Pick<Extract<ServerMessage, { type: 'joined' }>, 'iceServers' | 'iceServersLifeMs'>
type MessageOf<Type extends ClientMessage['type']> = Extract<ClientMessage, { type: Type }>

export class Rendezvous {
  readonly #topics = new Map<Topic, TopicMembers<ClientSession>>()
  readonly #limits: CoordinatorLimits
  readonly #servers: () => HandedServers

  /** @param servers what a device that joins now is handed */
  constructor(limits: CoordinatorLimits, servers: () => HandedServers) {
    this.#limits = limits
    this.#servers = servers
  }

  get topicCount(): number {
    return this.#topics.size
  }

  join(session: ClientSession, message: MessageOf<'join'>): void {
    const { id, topic } = message
    const token = fromBase64Url(message.token)
    if (token === undefined) return session.refuse('malformed', id)
    const peer = peerIdOf(token)
    const present = session.memberships.get(topic)
    if (present !== undefined && present !== peer) return session.refuse('taken', id)
    const members = this.#topics.get(topic) ?? new TopicMembers<ClientSession>()
    const before = members.get(peer)
    if (before === undefined && members.count >= this.#limits.membersPerTopic)
      return session.refuse('limit', id)
    if (present === undefined && session.memberships.size >= this.#limits.topicsPerSocket) {
      return session.refuse('limit', id)
    }
    // A device that comes back before its old socket is known to be dead takes its place, and nobody notices.
    if (before !== session) before?.memberships.delete(topic)
    members.set(peer, session)
    session.memberships.set(topic, peer)
    this.#topics.set(topic, members)
    session.send({
      type: 'joined',
      id,
      topic,
      you: peer,
      peers: sampleOf(members, peer),
      count: members.count,
      ...this.#servers(),
    })
    if (before === undefined) session.charge(tell(members, peer, { type: 'peer.joined', topic, peer }))
  }

  leave(session: ClientSession, topic: Topic): void {
    const peer = session.memberships.get(topic)
    const members = this.#topics.get(topic)
    if (peer === undefined || members === undefined) return
    session.memberships.delete(topic)
    members.delete(peer)
    if (members.count === 0) this.#topics.delete(topic)
    else session.charge(tell(members, peer, { type: 'peer.left', topic, peer }))
  }

  leaveAll(session: ClientSession): void {
    for (const topic of session.memberships.keys()) this.leave(session, topic)
  }

  passOn(session: ClientSession, message: MessageOf<'signal'>): void {
    const { topic, to, box } = message
    const from = session.memberships.get(topic)
    if (from === undefined) return session.refuse('not-joined')
    const addressee = to === from ? undefined : this.#topics.get(topic)?.get(to)
    if (addressee?.send({ type: 'signal', topic, from, box }) === true) return
    session.send({ type: 'signal.undelivered', topic, to })
  }

  listPeers(session: ClientSession, message: MessageOf<'peers'>): void {
    const { id, topic } = message
    const peer = session.memberships.get(topic)
    const members = this.#topics.get(topic)
    if (peer === undefined || members === undefined) return session.refuse('not-joined', id)
    session.send({ type: 'peers', id, topic, peers: sampleOf(members, peer) })
  }
}

function sampleOf(members: TopicMembers<ClientSession>, except: PeerId): PeerId[] {
  return members.sample(PEER_SAMPLE, except).map((member) => member.peer)
}

/** @returns how many were told */
function tell(members: TopicMembers<ClientSession>, about: PeerId, message: ServerMessage): number {
  const audience = members.audienceOf(about)
  for (const member of audience) member.session.send(message)
  return audience.length
}
