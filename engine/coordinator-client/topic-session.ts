/** This device in one topic of a coordinator, through every reconnect of the client that it belongs to. */

import type { ClientMessage, IceServer, ServerMessage } from '#shared/protocol/coordinator-messages.ts'
import { toBase64Url } from '#shared/encoding/base64url.ts'
import { AppError } from '#shared/errors.ts'
import { peerIdOf, type PeerId, type Topic } from '#shared/share/keys.ts'
import { Listeners, type Unsubscribe } from './listeners.ts'

export interface JoinedInfo {
  /** A random sample of who was there before; a newcomer offers to them. */
  readonly peers: readonly PeerId[]
  /** How many are in the topic, this device included. */
  readonly count: number
  readonly iceServers: readonly IceServer[]
}

export interface TopicSession {
  readonly topic: Topic
  readonly peerId: PeerId
  /** After every join: the first one and those after a reconnect. */
  onJoined(callback: (info: JoinedInfo) => void): Unsubscribe
  onPeerJoined(callback: (peer: PeerId) => void): Unsubscribe
  /** The peer left the coordinator; lanes to it may well live on. */
  onPeerLeft(callback: (peer: PeerId) => void): Unsubscribe
  onSignal(callback: (from: PeerId, box: string) => void): Unsubscribe
  /** The addressee of a signal is not in the topic. */
  onUndelivered(callback: (to: PeerId) => void): Unsubscribe
  /** A join was refused (`coordinator.limit`, `coordinator.refused`). It is tried again after a while. */
  onRefused(callback: (error: AppError) => void): Unsubscribe
  /** Dropped while offline or before the join: a signal of then is stale by the time of the reconnect. */
  signal(to: PeerId, box: string): void
  /** Another random sample of who is there. Throws AppError `coordinator.*`, or the signal's reason. */
  requestPeers(signal: AbortSignal): Promise<PeerId[]>
  /** For good. Nothing is called afterwards. */
  leave(): void
}

/** What a session needs of its client. */
export interface SessionPort {
  /** False when offline: then nothing was sent. */
  send(message: ClientMessage): boolean
  request(build: (id: number) => ClientMessage, signal: AbortSignal): Promise<ServerMessage>
  onLeft(session: ClientTopicSession): void
}

export class ClientTopicSession implements TopicSession {
  readonly topic: Topic
  readonly peerId: PeerId
  readonly #token: string
  readonly #port: SessionPort
  readonly #joined = new Listeners<[info: JoinedInfo]>()
  readonly #peerJoined = new Listeners<[peer: PeerId]>()
  readonly #peerLeft = new Listeners<[peer: PeerId]>()
  readonly #signals = new Listeners<[from: PeerId, box: string]>()
  readonly #undelivered = new Listeners<[to: PeerId]>()
  readonly #refused = new Listeners<[error: AppError]>()
  #isJoined = false
  #isLeft = false

  constructor(topic: Topic, token: Uint8Array, port: SessionPort) {
    this.topic = topic
    this.peerId = peerIdOf(token)
    this.#token = toBase64Url(token)
    this.#port = port
  }

  onJoined(callback: (info: JoinedInfo) => void): Unsubscribe {
    return this.#joined.add(callback)
  }

  onPeerJoined(callback: (peer: PeerId) => void): Unsubscribe {
    return this.#peerJoined.add(callback)
  }

  onPeerLeft(callback: (peer: PeerId) => void): Unsubscribe {
    return this.#peerLeft.add(callback)
  }

  onSignal(callback: (from: PeerId, box: string) => void): Unsubscribe {
    return this.#signals.add(callback)
  }

  onUndelivered(callback: (to: PeerId) => void): Unsubscribe {
    return this.#undelivered.add(callback)
  }

  onRefused(callback: (error: AppError) => void): Unsubscribe {
    return this.#refused.add(callback)
  }

  signal(to: PeerId, box: string): void {
    if (!this.#isJoined) return
    this.#port.send({ type: 'signal', topic: this.topic, to, box })
  }

  async requestPeers(signal: AbortSignal): Promise<PeerId[]> {
    const answer = await this.#port.request((id) => ({ type: 'peers', id, topic: this.topic }), signal)
    if (answer.type !== 'peers' || answer.topic !== this.topic) {
      throw new AppError('coordinator.protocol', { detail: `“${answer.type}” in answer to “peers”` })
    }
    return answer.peers
  }

  leave(): void {
    if (this.#isLeft) return
    this.#isLeft = true
    // Also when the join has not been answered yet: it may be on its way.
    this.#port.send({ type: 'leave', topic: this.topic })
    this.#isJoined = false
    const all = [
      this.#joined,
      this.#peerJoined,
      this.#peerLeft,
      this.#signals,
      this.#undelivered,
      this.#refused,
    ]
    for (const listeners of all) listeners.clear()
    this.#port.onLeft(this)
  }

  /** For the client: the message that joins. */
  joinMessage(id: number): ClientMessage {
    return { type: 'join', id, topic: this.topic, token: this.#token }
  }

  /** For the client, once per connection. */
  acceptJoined(message: Extract<ServerMessage, { type: 'joined' }>): void {
    if (this.#isLeft) return
    this.#isJoined = true
    this.#joined.emit({ peers: message.peers, count: message.count, iceServers: message.iceServers })
  }

  acceptRefusal(error: AppError): void {
    this.#refused.emit(error)
  }

  acceptOffline(): void {
    this.#isJoined = false
  }

  /** For the client: what concerns this topic and answers no request. */
  acceptMessage(message: Extract<ServerMessage, { topic: Topic }>): void {
    // Presence may overtake nothing: what comes before the join is answered belongs to an earlier membership.
    if (!this.#isJoined) return
    switch (message.type) {
      case 'peer.joined':
        this.#peerJoined.emit(message.peer)
        break
      case 'peer.left':
        this.#peerLeft.emit(message.peer)
        break
      case 'signal':
        this.#signals.emit(message.from, message.box)
        break
      case 'signal.undelivered':
        this.#undelivered.emit(message.to)
        break
      case 'joined':
      case 'peers':
      case 'summary':
        break // an answer that came after its limit
    }
  }
}
