/** Everybody who was seen in a transfer, with what went to and fro: peers leave, their share of it is still told. */

import type { DetailsEvent } from '#shared/api/transfer-views.ts'
import type { PeerId } from '#shared/share/keys.ts'
import type { PeerSession } from '#shared/swarm/peer-session.ts'

/** A hostile swarm could come under new names for ever. */
const MAX_PEOPLE = 200

interface Person {
  name: string
  completeness: number
  /** It was here with less than everything, so what it has by now it got meanwhile. */
  wasPartial: boolean
  isCounted: boolean
  /** Bytes of earlier sessions. */
  receivedBefore: number
  sentBefore: number
  /** The current one; its counters are read when they are wanted. */
  session: PeerSession | undefined
}

const STRANGER = {
  name: '',
  completeness: 0,
  wasPartial: false,
  isCounted: false,
  receivedBefore: 0,
  sentBefore: 0,
}

type PersonView = DetailsEvent['people'][number]

export class People {
  /** The latest last. */
  readonly #people = new Map<PeerId, Person>()
  #fetchedCount: number

  /** @param fetchedBefore of earlier runs */
  constructor(fetchedBefore = 0) {
    this.#fetchedCount = fetchedBefore
  }

  /** Who got everything while being observed, from here or from others. */
  get fetchedCount(): number {
    return this.#fetchedCount
  }

  observe(sessions: ReadonlyMap<PeerId, PeerSession>): void {
    for (const session of sessions.values()) if (session.hasGreeted) this.#meet(session)
    for (const [peer, person] of this.#people) {
      if (person.session === undefined) continue
      this.#count(person, person.session)
      if (sessions.get(peer) !== person.session) part(person)
    }
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
    if (known !== undefined) part(known)
    this.#people.set(peer, { ...(known ?? STRANGER), session })
    if (this.#people.size > MAX_PEOPLE) this.#forgetOldest()
  }

  #count(person: Person, session: PeerSession): void {
    const { remote } = session
    if (person.isCounted || remote === undefined || remote.length === 0) return
    if (remote.count < remote.length) person.wasPartial = true
    // Whoever came complete and took nothing has it from another time.
    else if (person.wasPartial || person.sentBefore + session.sentBytes > 0) {
      person.isCounted = true
      this.#fetchedCount++
    }
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
