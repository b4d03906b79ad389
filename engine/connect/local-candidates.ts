/**
 * The own candidates of one connection: which of them the other side is told, and when. Where ports are foreseen, the order is
 * everything: each packet to a new place takes one of the router's ports, so nothing may be sent between looking and telling.
 */

import { isIPv4 } from 'node:net'
import { NO_FACTS } from '#shared/protocol/network-facts.ts'
import type { Signal } from '#shared/protocol/signals.ts'
import type { Ways } from './ice-settings.ts'
import type { MappedPort, NetworkMonitor, PortPrediction } from './nat/network-monitor.ts'
import { inCheckingOrder } from './nat/nat-behaviour.ts'
import type { ConnectionNetwork } from './network.ts'
import { RelayReserve, udpOf } from './relay-reserve.ts'
import { isLocalAddress } from './route.ts'
import { checkCandidate, type CandidateFacts } from './sdp-check.ts'

/** How long the library may take to ask its STUN server, which takes a port too, before ports are looked for. Milliseconds. */
const GATHER_LIMIT_MS = 800
/** How long foreseeing may take; after that this side goes on as one that foresees nothing. Milliseconds. */
const PREDICT_LIMIT_MS = 1500
/**
 * When the candidates are told that were kept back for a prediction. Twelve checks at a pace of 50 ms, and their first
 * repetition after 500 ms, are over by then. Milliseconds.
 */
const REST_MS = 1500
/** Type preference of a server-reflexive candidate (RFC 8445 §5.1.2.2), and the greatest local one. */
const SRFLX_PREFERENCE = 100
const MAX_LOCAL_PREFERENCE = 65_535

export interface LocalCandidatesParts {
  readonly network: ConnectionNetwork
  readonly role: 'offer' | 'answer'
  readonly ways: Ways
  /** Foresee ports where this side's router has a regular step. */
  readonly predict: boolean
  readonly monitor?: NetworkMonitor | undefined
  /** ICE has found a way. */
  readonly reached?: () => void
  readonly tell: (candidate: Pick<Extract<Signal, { kind: 'candidate' }>, 'candidate' | 'mid'>) => void
}

export class LocalCandidates {
  readonly #parts: LocalCandidatesParts
  /** The own ones at relays. */
  readonly relayed: CandidateFacts[] = []
  readonly #reserve: RelayReserve | undefined
  #port: number | undefined
  readonly #closing = new AbortController()
  /** Not told yet, in the library's order. */
  #held: { readonly facts: CandidateFacts; readonly text: string; readonly mid: string }[] = []
  /** The library has taken what ports it needs. */
  readonly #gathered = Promise.withResolvers<void>()
  #timer: NodeJS.Timeout | undefined
  #mid = '0'
  /** `first`: what does not take ports for nothing; `all`: each as it comes. */
  #telling: 'nothing' | 'first' | 'all' = 'nothing'
  #prediction: PortPrediction | undefined
  #asksForPort = true
  #isSettled = false
  #mapped: MappedPort | undefined
  #isMappedTold = false

  constructor(parts: LocalCandidatesParts) {
    this.#parts = parts
    const { network, role, monitor } = parts
    if (role === 'offer') return
    const udp = udpOf(monitor?.facts ?? NO_FACTS)
    this.#reserve = new RelayReserve({ udp, allow: (port) => network.allowRelays(port) })
  }

  /** The library has found one. Throws AppError `peer.protocol` on what it should never say. */
  add(found: string, mid: string): void {
    const { network, ways } = this.#parts
    const known = checkCandidate(found)
    const facts = network.uncover(known)
    const text = facts === known ? found : facts.text
    if (facts.type === 'relay') this.relayed.push(facts)
    // A relay may answer when another way is found already.
    if (facts.type === 'relay' && this.#isSettled) network.settled(facts)
    network.noteOwn(facts)
    if (this.#closing.signal.aborted) return
    if (facts.type === 'host') this.#reserve?.addOwn(facts)
    if (!network.allows(facts, 'local', ways)) return
    this.#mid = mid
    this.#held.push({ facts, text, mid })
    if (facts.type === 'srflx') this.#gathered.resolve()
    if (facts.type === 'host') {
      this.#port = facts.port
      void this.#openPort(facts)
    }
    this.#tellHeld()
  }

  /** What the other side tells of itself. */
  hearRemote(facts: CandidateFacts): void {
    this.#reserve?.addRemote(facts)
  }

  /** The relays are told when ICE is connected. */
  hearIceState(state: string): void {
    if (this.#isSettled || (state !== 'connected' && state !== 'completed')) return
    this.#isSettled = true
    this.#reserve?.[Symbol.dispose]()
    for (const facts of this.relayed) this.#parts.network.settled(facts)
    this.#parts.reached?.()
  }

  /** The library will find no more. */
  gathered(): void {
    this.#gathered.resolve()
  }

  /**
   * They may be told from now on. Resolves when the other side's may be used: where ports are foreseen, when those are told.
   * Never rejects.
   */
  async begin(): Promise<void> {
    if (!this.#parts.predict) {
      this.#telling = 'all'
      return this.#tellHeld()
    }
    const { signal } = this.#closing
    try {
      this.#prediction = await this.#predict(signal)
    } catch {
      if (signal.aborted) return
      // Too late to be of use.
    }
    if (signal.aborted) return
    this.#telling = 'first'
    const { address, ports } = this.#prediction ?? { address: '', ports: [] }
    for (const [index, port] of inCheckingOrder(ports, this.#parts.role).entries()) {
      this.#tellSrflx(address, port, index)
    }
    this.#tellHeld()
    this.#timer = setTimeout(() => {
      this.#telling = 'all'
      this.#tellHeld()
    }, REST_MS)
  }

  /** What was opened for it closes too. */
  close(): void {
    this.#closing.abort()
    this.#reserve?.[Symbol.dispose]()
    clearTimeout(this.#timer)
    this.#gathered.resolve()
    void this.#mapped?.[Symbol.asyncDispose]()
  }

  /** The agent is gone, and with it what it had at relays. */
  releaseRelays(): void {
    const { network } = this.#parts
    for (const relayed of this.relayed) network.release(relayed)
    if (this.#port !== undefined) network.forgetAgent(this.#port)
  }

  async #predict(signal: AbortSignal): Promise<PortPrediction | undefined> {
    const { monitor } = this.#parts
    if (monitor === undefined) return undefined
    this.#timer = setTimeout(() => this.#gathered.resolve(), GATHER_LIMIT_MS)
    await this.#gathered.promise
    clearTimeout(this.#timer)
    return await monitor.predict(AbortSignal.any([signal, AbortSignal.timeout(PREDICT_LIMIT_MS)]))
  }

  #tellHeld(): void {
    if (this.#telling === 'nothing' || this.#closing.signal.aborted) return
    const isToTell = (facts: CandidateFacts): boolean => this.#telling === 'all' || this.#isFirst(facts)
    const told = this.#held.filter(({ facts }) => isToTell(facts))
    this.#held = this.#held.filter(({ facts }) => !isToTell(facts))
    for (const { text, mid } of told) this.#parts.tell({ candidate: text, mid })
    // It is a way in by itself, so it is told whatever is foreseen.
    if (this.#mapped !== undefined && !this.#isMappedTold) {
      this.#isMappedTold = true
      this.#tellSrflx(this.#mapped.address, this.#mapped.port, 0)
    }
  }

  /** A check to a private address of another network is one port of the other side's router for nothing. */
  #isFirst({ type, address }: CandidateFacts): boolean {
    if (type === 'host') return !isLocalAddress(address)
    return this.#prediction === undefined || !isIPv4(address)
  }

  /** Once per connection: the library has one socket for all addresses of a family. */
  async #openPort({ address, port }: CandidateFacts): Promise<void> {
    if (!this.#asksForPort || !isIPv4(address) || !isLocalAddress(address)) return
    this.#asksForPort = false
    const { signal } = this.#closing
    try {
      const mapped = await this.#parts.monitor?.openPort(port, signal)
      if (mapped === undefined) return
      if (signal.aborted) return await mapped[Symbol.asyncDispose]()
      this.#mapped = mapped
      this.#tellHeld()
    } catch {
      // The connection is closed, or goes on without.
    }
  }

  #tellSrflx(address: string, port: number, index: number): void {
    const priority = SRFLX_PREFERENCE * 2 ** 24 + (MAX_LOCAL_PREFERENCE - index) * 2 ** 8 + 255
    const candidate = `a=candidate:f${index} 1 UDP ${priority} ${address} ${port} typ srflx raddr 0.0.0.0 rport 0`
    // What others can make nothing of must not go out either.
    checkCandidate(candidate)
    this.#parts.tell({ candidate, mid: this.#mid })
  }
}
