/** A large topic without lanes: who is connected to whom, with the real coordinator's samples and the real mesh keepers. */

import { vi } from 'vitest'
import type { Lane } from '#shared/swarm/lane.ts'
import { TopicMembers } from '#coordinator/topic-members.ts'
import { newKnownPeer, type KnownPeer } from '#engine/connect/known-peer.ts'
import { MeshKeeper } from '#engine/connect/mesh-keeper.ts'
import { PEER_SAMPLE } from '#shared/protocol/coordinator-messages.ts'
import type { PeerId } from '#shared/share/keys.ts'
import { peerNumber } from '../../swarm/virtual-swarm.ts'
import { VirtualClock } from '../../swarm/virtual-clock.ts'

export class MeshNode {
  readonly peer: PeerId
  readonly known = new Map<PeerId, KnownPeer>()
  readonly keeper: MeshKeeper
  readonly since = new Map<PeerId, number>()
  isComplete: boolean
  isGone = false
  /** Presence messages and samples that the coordinator sent. */
  toldCount = 0
  /** Connections that it ended to make room. */
  partings = 0

  constructor(topic: MeshTopic, number: number, limit: number, isComplete: boolean) {
    this.peer = peerNumber(number)
    this.isComplete = isComplete
    const options = {
      maxConnections: limit,
      log: () => undefined,
      session: { requestPeers: () => Promise.resolve(topic.sampleFor(this)) },
      swarm: {
        isHungry: () => !this.isComplete,
        strangers: () => [],
        part: (peer: PeerId) => {
          this.partings++
          topic.part(this, peer)
        },
        links: () =>
          [...this.since].map(([peer, sinceMs]) => ({
            peer,
            sinceMs,
            usedMs: performance.now(),
            canGive: !this.isComplete,
            canTake: topic.node(peer)?.isComplete === false,
            isSnubbed: false,
          })),
      },
    }
    const meet = (peer: PeerId): void => this.meet(peer)
    const parts = { peers: this.known, meet, meetByNeighbour: meet, tryWaiting: () => topic.tryAll(this) }
    this.keeper = new MeshKeeper(options, parts, () => topic.clock.random())
  }

  meet(peer: PeerId): void {
    if (peer === this.peer || this.known.has(peer)) return
    const known = newKnownPeer(peer)
    known.isPresent = true
    known.isWaiting = true
    this.#add(known)
  }

  /** Of one that offers. */
  know(peer: PeerId): KnownPeer {
    const known = this.known.get(peer) ?? newKnownPeer(peer)
    this.#add(known)
    return known
  }

  #add(known: KnownPeer): void {
    this.known.set(known.peer, known)
    const surplus = this.keeper.surplus()
    if (surplus !== undefined && surplus !== known) this.known.delete(surplus.peer)
  }
}

export class MeshTopic {
  readonly clock: VirtualClock
  readonly #members: TopicMembers<MeshNode>
  readonly #nodes = new Map<PeerId, MeshNode>()
  readonly #limit: number

  constructor(seed: number, limit: number) {
    this.clock = new VirtualClock(seed)
    this.#members = new TopicMembers(() => this.clock.random())
    this.#limit = limit
  }

  get nodes(): MeshNode[] {
    return [...this.#nodes.values()]
  }

  node(peer: PeerId): MeshNode | undefined {
    return this.#nodes.get(peer)
  }

  sampleFor(node: MeshNode): PeerId[] {
    node.toldCount++
    return this.#members.sample(PEER_SAMPLE, node.peer).map(({ peer }) => peer)
  }

  /** As the coordinator does it, which is tested by itself. */
  join(number: number, isComplete: boolean): MeshNode {
    const node = new MeshNode(this, number, this.#limit, isComplete)
    this.#nodes.set(node.peer, node)
    const sample = this.sampleFor(node)
    this.#members.set(node.peer, node)
    for (const { session } of this.#members.audienceOf(node.peer)) {
      session.toldCount++
      session.meet(node.peer)
    }
    for (const peer of sample) node.meet(peer)
    this.tryAll(node)
    return node
  }

  leave(node: MeshNode): void {
    node.isGone = true
    this.#nodes.delete(node.peer)
    this.#members.delete(node.peer)
    for (const { session } of this.#members.audienceOf(node.peer)) {
      session.toldCount++
      if (!session.since.has(node.peer)) session.known.delete(node.peer)
    }
    for (const peer of node.since.keys()) this.#cut(this.#nodes.get(peer), node.peer)
  }

  tryAll(node: MeshNode): void {
    const waiting = [...node.known.values()].filter(({ lanes }) => lanes.size === 0)
    for (const known of node.keeper.mixed(waiting)) {
      if (node.keeper.hasEnough) return
      if (node.keeper.isApart(known.peer)) continue
      const other = this.#nodes.get(known.peer)
      // Nobody is there: forgotten after some tries.
      if (other === undefined) node.known.delete(known.peer)
      else this.#offer(node, known, other)
    }
  }

  part(node: MeshNode, peer: PeerId): void {
    const other = this.#nodes.get(peer)
    this.#cut(node, peer)
    this.#cut(other, node.peer)
    other?.keeper.keepApart(node.peer)
  }

  /** Seconds go by: everybody looks at its mesh. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      vi.advanceTimersByTime(1000)
      for (const node of this.#nodes.values()) node.keeper.tick(performance.now())
      await Promise.resolve()
      await Promise.resolve()
    }
  }

  /** How many parts the graph has fallen into. */
  get partCount(): number {
    const left = new Set(this.#nodes.keys())
    let parts = 0
    for (const start of left) {
      parts++
      const queue = [start]
      left.delete(start)
      for (const peer of queue)
        for (const next of this.#nodes.get(peer)?.since.keys() ?? []) if (left.delete(next)) queue.push(next)
    }
    return parts
  }

  #offer(node: MeshNode, known: KnownPeer, other: MeshNode): void {
    const connections = node.keeper.count
    const there = other.know(node.peer)
    if (!other.keeper.hasPlace(there, connections)) return
    for (const [one, two] of [
      [node, known],
      [other, there],
    ] as const) {
      // Nothing of a lane is looked at but that it is there.
      two.lanes.set('lane', {} as Lane)
      one.since.set(two.peer, performance.now())
    }
  }

  #cut(node: MeshNode | undefined, peer: PeerId): void {
    node?.since.delete(peer)
    node?.known.delete(peer)
  }
}
