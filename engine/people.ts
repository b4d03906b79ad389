/** Everybody who was seen in a transfer, with what went to and fro: peers leave, their share of it is still told. */

import type { DetailsEvent } from '#shared/api/transfer-views.ts'
import type { PeerId } from '#shared/share/keys.ts'
import type { PeerSession } from '#shared/swarm/peer-session.ts'

/** A hostile swarm could come under new names for ever. */
const MAX_PEOPLE = 200

interface Person {
  name: string
  completeness: number
  /** Bytes of earlier sessions. */
  receivedBefore: number
  sentBefore: number
  /** The current one; its counters are read when they are wanted. */
  session: PeerSession | undefined
}

type PersonView = DetailsEvent['people'][number]

export class People {
  /** The latest last. */
  readonly #people = new Map<PeerId, Person>()

  observe(sessions: ReadonlyMap<PeerId, PeerSession>): void {
    for (const [peer, person] of this.#people) {
      if (person.session !== undefined && sessions.get(peer) !== person.session) part(person)
    }
    for (const session of sessions.values()) if (session.hasGreeted) this.#meet(session)
  }

  view(sessions: ReadonlyMap<PeerId, PeerSession>): PersonView[] {
    const views: PersonView[] = []
    for (const [peer, person] of this.#people) {
      const { session } = person
      views.push({
        peer,
        name: session?.name ?? person.name,
        isHere: session !== undefined && sessions.get(peer) === session,
        completeness: session === undefined ? person.completeness : completenessOf(session),
        receivedBytes: person.receivedBefore + (session?.receivedBytes ?? 0),
        sentBytes: person.sentBefore + (session?.sentBytes ?? 0),
      })
    }
    return views.reverse()
  }

  #meet(session: PeerSession): void {
    const { peer } = session
    const known = this.#people.get(peer)
    if (known?.session === session) return
    this.#people.delete(peer)
    const before = known ?? { name: '', completeness: 0, receivedBefore: 0, sentBefore: 0 }
    this.#people.set(peer, { ...before, session })
    if (this.#people.size > MAX_PEOPLE) this.#forgetOldest()
  }

  /** Of those who have left, if there are any. */
  #forgetOldest(): void {
    for (const [peer, { session }] of this.#people) {
      if (session !== undefined) continue
      this.#people.delete(peer)
      return
    }
    const [oldest] = this.#people.keys()
    if (oldest !== undefined) this.#people.delete(oldest)
  }
}

/** Keeps the numbers and lets go of the session with its bitfield. */
function part(person: Person): void {
  const { session } = person
  if (session === undefined) return
  person.name = session.name
  person.completeness = completenessOf(session)
  person.receivedBefore += session.receivedBytes
  person.sentBefore += session.sentBytes
  person.session = undefined
}

function completenessOf({ remote }: PeerSession): number {
  return remote === undefined || remote.length === 0 ? 0 : remote.count / remote.length
}
