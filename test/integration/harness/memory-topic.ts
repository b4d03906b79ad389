/** A topic for a few devices in this process, without a coordinator: what a connector needs of one, and no more. */

import type { JoinedInfo, TopicSession } from '#engine/coordinator-client/client.ts'
import { randomBytes } from '#shared/encoding/bytes.ts'
import { peerIdOf, type PeerId, type Topic } from '#shared/share/keys.ts'

class MemorySession implements TopicSession {
  readonly topic: Topic
  readonly peerId: PeerId = peerIdOf(randomBytes(16))
  #joined: ((info: JoinedInfo) => void) | undefined
  #signalled: ((from: PeerId, box: string) => void) | undefined

  readonly #all: readonly MemorySession[]

  /** @param all of the topic, which fills later */
  constructor(topic: Topic, all: readonly MemorySession[]) {
    this.topic = topic
    this.#all = all
  }

  /** The coordinator's answer to a join. */
  join(info: Partial<JoinedInfo>): void {
    this.#joined?.({ peers: [], count: 2, iceServers: [], ...info })
  }

  onJoined(callback: (info: JoinedInfo) => void): () => void {
    this.#joined = callback
    return () => {
      this.#joined = undefined
    }
  }

  onSignal(callback: (from: PeerId, box: string) => void): () => void {
    this.#signalled = callback
    return () => {
      this.#signalled = undefined
    }
  }

  signal(to: PeerId, box: string): void {
    setImmediate(() => this.#all.find(({ peerId }) => peerId === to)?.hear(this.peerId, box))
  }

  hear(from: PeerId, box: string): void {
    this.#signalled?.(from, box)
  }

  onPeerJoined(): () => void {
    return () => undefined
  }

  onPeerLeft(): () => void {
    return () => undefined
  }

  onUndelivered(): () => void {
    return () => undefined
  }

  onRefused(): () => void {
    return () => undefined
  }

  async requestPeers(): Promise<PeerId[]> {
    return []
  }

  leave(): void {
    this.#signalled = undefined
  }
}

export function memoryTopic(topic: Topic): readonly [MemorySession, MemorySession, MemorySession] {
  const all: MemorySession[] = []
  const sessions = [
    new MemorySession(topic, all),
    new MemorySession(topic, all),
    new MemorySession(topic, all),
  ] as const
  all.push(...sessions)
  return [...sessions]
}
