/** Who is in one topic, with random samples whose cost does not grow with the topic. */

import type { PeerId } from '#shared/share/keys.ts'

/** A topic of up to so many tells everyone of every arrival. */
const FULL_PRESENCE_MEMBERS = 64
/** In a larger one so many are told, at random: what an arrival costs stays bounded, and a mesh needs no more. */
const PRESENCE_SAMPLE = 32

export interface Member<Session> {
  readonly peer: PeerId
  readonly session: Session
}

export class TopicMembers<Session> {
  /** In no order, so that one can be drawn by position. */
  readonly #members: Member<Session>[] = []
  readonly #positions = new Map<PeerId, number>()
  readonly #random: () => number

  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  get count(): number {
    return this.#members.length
  }

  get(peer: PeerId): Session | undefined {
    const position = this.#positions.get(peer)
    return position === undefined ? undefined : this.#members[position]?.session
  }

  /** Adds the peer, or moves it over to another session. */
  set(peer: PeerId, session: Session): void {
    const position = this.#positions.get(peer) ?? this.#members.length
    this.#members[position] = { peer, session }
    this.#positions.set(peer, position)
  }

  delete(peer: PeerId): void {
    const position = this.#positions.get(peer)
    const last = this.#members.pop()
    if (position === undefined || last === undefined) {
      if (last !== undefined) this.#members.push(last)
      return
    }
    this.#positions.delete(peer)
    if (last.peer === peer) return
    this.#members[position] = last
    this.#positions.set(last.peer, position)
  }

  /** Whom to tell of an arrival or a departure of that peer. */
  audienceOf(peer: PeerId): Member<Session>[] {
    return this.sample(this.count <= FULL_PRESENCE_MEMBERS ? FULL_PRESENCE_MEMBERS : PRESENCE_SAMPLE, peer)
  }

  /** Different members in random order, never `except`; all of them when there are not more than `size`. */
  sample(size: number, except: PeerId): Member<Session>[] {
    const chosen: Member<Session>[] = []
    // The first steps of a Fisher–Yates shuffle over positions, kept apart so that the members stay where they are.
    const moved = new Map<number, number>()
    for (let i = 0; i < this.#members.length && chosen.length < size; i++) {
      const k = i + Math.floor(this.#random() * (this.#members.length - i))
      const member = this.#members[moved.get(k) ?? k]
      moved.set(k, moved.get(i) ?? i)
      if (member !== undefined && member.peer !== except) chosen.push(member)
    }
    return chosen
  }
}
