/**
 * When the answering side of a connection may use its own relays: only if the offering side's do not do. One relay is enough, and an
 * answerer that has none while ICE is young cannot meet the deadlock of the native library: docs/decisions/0034-relays-in-reserve.md.
 */

import { isIP } from 'node:net'
import type { NetworkFacts } from '#shared/protocol/network-facts.ts'
import type { CandidateFacts } from './sdp-check.ts'

/** What has opened neither directly nor over the offerer's relay in so long, after the first candidate, needs more. Milliseconds. */
const RESERVE_MS = 1500
/** The same while it is not known whether this network lets UDP out at all: where it does not, nothing else would help. Milliseconds. */
const UNSURE_MS = 1000
/** An offerer that has a relay has told it by then: it asked for it before it had the answer. Milliseconds. */
const NONE_MS = 600
/**
 * Waited for piece by piece: where the whole process stands still for a while, the connection does too, and that time must
 * not count, or a busy machine lets in what is not needed. Milliseconds.
 */
const STEP_MS = 50

export interface RelayReserveParts {
  /** Whether this network lets it out: otherwise the other side's relay cannot be reached. */
  readonly udp: 'works' | 'blocked' | 'unknown'
  /** The agent with this port may use its relays. Called once. */
  readonly allow: (port: number) => void
}

export class RelayReserve implements Disposable {
  readonly #parts: RelayReserveParts
  /** Of this side's addresses: 4, 6. */
  readonly #families = new Set<number>()
  #port: number | undefined
  #isOver = false
  #isAllowed = false
  #steps: NodeJS.Timeout | undefined
  /** Milliseconds that the process was awake since the first candidate of the other side. */
  #waitedMs = 0
  #hasRelay = false

  constructor(parts: RelayReserveParts) {
    this.#parts = parts
    if (parts.udp === 'blocked') this.#end()
  }

  /** A host candidate of this side. */
  addOwn({ address, port }: CandidateFacts): void {
    this.#families.add(isIP(address))
    // One socket for all of them.
    if (this.#port !== undefined) return
    this.#port = port
    if (this.#isAllowed) this.#parts.allow(port)
  }

  /** A candidate of the other side. Its relay is of use where this side has an address of the same family. */
  addRemote({ type, address }: CandidateFacts): void {
    if (this.#isOver) return
    this.#steps ??= setInterval(() => this.#step(), STEP_MS)
    if (type !== 'relay') return
    if (this.#families.has(isIP(address))) this.#hasRelay = true
    else this.#end()
  }

  /** There is a way, or the connection is closed: nothing is allowed any more. */
  [Symbol.dispose](): void {
    this.#isOver = true
    clearInterval(this.#steps)
  }

  #step(): void {
    this.#waitedMs += STEP_MS
    const reserveMs = this.#parts.udp === 'works' ? RESERVE_MS : UNSURE_MS
    if (this.#waitedMs >= (this.#hasRelay ? reserveMs : NONE_MS)) this.#end()
  }

  #end(): void {
    if (this.#isOver) return
    this[Symbol.dispose]()
    this.#isAllowed = true
    if (this.#port !== undefined) this.#parts.allow(this.#port)
  }
}

export function udpOf({ ipv4, ipv6 }: Pick<NetworkFacts, 'ipv4' | 'ipv6'>): RelayReserveParts['udp'] {
  const mappings = [ipv4.mapping, ipv6.mapping].filter((mapping) => mapping !== 'none')
  if (mappings.some((mapping) => mapping !== 'blocked' && mapping !== 'unknown')) return 'works'
  return mappings.includes('unknown') ? 'unknown' : 'blocked'
}
