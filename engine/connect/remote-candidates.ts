/** The other side's candidates: checked, kept until they may be used, and remembered for what they said they are. */

import type { Ways } from './ice-settings.ts'
import { MAX_LOCAL_NAMES, resolveLocalName } from './mdns/local-names.ts'
import type { ConnectionNetwork } from './network.ts'
import { checkCandidate, type CandidateFacts } from './sdp-check.ts'

/** The library takes 30 remote candidates and logs about the rest. */
const MAX_REMOTE_CANDIDATES = 30

interface RemoteCandidatesUser {
  /** One has come, whether it is used or not. */
  heard(facts: CandidateFacts): void
  /** Gives one to the library. */
  add(text: string, mid: string): void
  /** Runs what may throw where that ends the connection, unless it has ended. */
  later(act: () => void): void
}

export class RemoteCandidates {
  readonly #network: ConnectionNetwork
  readonly #ways: Ways
  readonly #user: RemoteCandidatesUser
  readonly #resolve: typeof resolveLocalName
  /** Undefined as soon as they may be used. */
  #held: { readonly facts: CandidateFacts; readonly mid: string }[] | undefined = []
  /** Types by address and port, as the library knows them. */
  readonly #types = new Map<string, CandidateFacts['type']>()
  readonly #closing = new AbortController()
  #count = 0
  #names = 0

  constructor(
    network: ConnectionNetwork,
    ways: Ways,
    user: RemoteCandidatesUser,
    resolve = resolveLocalName,
  ) {
    this.#network = network
    this.#ways = ways
    this.#user = user
    this.#resolve = resolve
  }

  /** Throws AppError `peer.protocol` on nonsense. */
  accept(candidate: string, mid: string): void {
    if (candidate === '') return // a browser's end of candidates
    const facts = checkCandidate(candidate)
    if (++this.#count > MAX_REMOTE_CANDIDATES) return
    this.#user.heard(facts)
    if (this.#held === undefined) this.#use(facts, mid)
    else this.#held.push({ facts, mid })
  }

  /** From now on they are used. Throws what `add` throws. */
  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const { facts, mid } of held) this.#use(facts, mid)
  }

  /** What the other side said of this address; undefined when it said nothing. */
  typeOf(address: string, port: number): CandidateFacts['type'] | undefined {
    return this.#types.get(`${address} ${port}`)
  }

  close(): void {
    this.#closing.abort()
  }

  #use(facts: CandidateFacts, mid: string): void {
    // Also what must not be asked for: a name of the other side's choice, on the own network.
    const isAllowed = this.#network.allows(facts, 'remote', this.#ways)
    if (facts.address.endsWith('.local')) {
      if (isAllowed && ++this.#names <= MAX_LOCAL_NAMES) void this.#useName(facts, mid)
      return
    }
    const covered = this.#network.cover(facts)
    // A server tells a device without a router before it the device's own address once more; it stays that.
    const name = `${covered.address} ${covered.port}`
    if (this.#types.get(name) !== 'host') this.#types.set(name, facts.type)
    if (isAllowed) this.#user.add(covered.text, mid)
  }

  /** A browser tells its address in its own network by a name that only that network knows (RFC 6762). */
  async #useName(facts: CandidateFacts, mid: string): Promise<void> {
    try {
      const address = await this.#resolve(facts.address, this.#closing.signal)
      if (address === undefined) return
      const text = facts.text.replace(` ${facts.address} `, ` ${address} `)
      this.#user.later(() => this.#use(checkCandidate(text), mid))
    } catch {
      // The connection is closed.
    }
  }
}
