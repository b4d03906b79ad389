/** The other side's candidates: checked, kept until they may be used, and remembered for what they said they are. */

import type { ConnectionNetwork } from './network.ts'
import { checkCandidate, type CandidateFacts } from './sdp-check.ts'

/** The library takes 30 remote candidates and logs about the rest. */
const MAX_REMOTE_CANDIDATES = 30

export class RemoteCandidates {
  readonly #network: ConnectionNetwork
  readonly #add: (text: string, mid: string) => void
  /** Undefined as soon as they may be used. */
  #held: { readonly facts: CandidateFacts; readonly mid: string }[] | undefined = []
  /** Types by address and port, as the library knows them. */
  readonly #types = new Map<string, CandidateFacts['type']>()
  #count = 0

  /** @param add gives one to the library */
  constructor(network: ConnectionNetwork, add: (text: string, mid: string) => void) {
    this.#network = network
    this.#add = add
  }

  /** Throws AppError `peer.protocol` on nonsense. */
  accept(candidate: string, mid: string): void {
    if (candidate === '') return // a browser's end of candidates
    const facts = checkCandidate(candidate)
    if (++this.#count > MAX_REMOTE_CANDIDATES) return
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

  #use(facts: CandidateFacts, mid: string): void {
    const covered = this.#network.cover(facts)
    this.#types.set(`${covered.address} ${covered.port}`, facts.type)
    if (this.#network.allows(facts, 'remote')) this.#add(covered.text, mid)
  }
}
