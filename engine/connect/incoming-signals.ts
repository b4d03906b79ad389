/** What the peers of a share signal: offers are answered or refused, the rest goes to the attempt that it belongs to. */

import type { Signal } from '#shared/protocol/signals.ts'
import type { PeerId } from '#shared/share/keys.ts'
import type { AttemptDesk } from './attempt-desk.ts'
import type { ConnectorOptions } from './connector-options.ts'
import { EarlySignals } from './early-signals.ts'
import type { KnownPeer } from './known-peer.ts'
import type { Signalling } from './signalling.ts'

/** An offer without an answer after so long did not arrive, or the answer did not. Milliseconds. */
const ASTRAY_MS = 1500

export interface IncomingParts {
  find(peer: PeerId): KnownPeer | undefined
  know(peer: PeerId): KnownPeer
  /** Whether a first connection to it may be had. @param connections that it says it has */
  hasPlace(known: KnownPeer, connections: number | undefined): boolean
}

export class IncomingSignals {
  readonly #options: ConnectorOptions
  readonly #signalling: Signalling
  readonly #desk: AttemptDesk
  readonly #parts: IncomingParts
  readonly #early = new EarlySignals()

  constructor(options: ConnectorOptions, signalling: Signalling, desk: AttemptDesk, parts: IncomingParts) {
    this.#options = options
    this.#signalling = signalling
    this.#desk = desk
    this.#parts = parts
  }

  receive(from: PeerId, signal: Signal): void {
    if (this.#options.events.isBanned(from)) this.#signalling.refuse(from, signal, 'banned')
    else if (signal.kind === 'offer') this.#answer(from, signal)
    else this.#deliver(from, signal)
  }

  #answer(from: PeerId, signal: Extract<Signal, { kind: 'offer' }>): void {
    const known = this.#parts.know(from)
    known.isPresent = true
    const { ways = 'any', predict = false } = signal
    if (known.attempts.has(signal.lane) || known.lanes.has(signal.lane)) return // played again
    if (!this.#parts.hasPlace(known, signal.links) || !this.#desk.hasRoom(known))
      return this.#signalling.refuse(from, signal, 'full')
    if (ways === 'direct' && this.#options.policy === 'relay')
      return this.#signalling.refuse(from, signal, 'failed')
    if (this.#desk.isOffering(known, ways)) {
      // Both sides offered at once: the offer of the smaller id stands, here and there, unless it has gone astray.
      const stands = this.#options.session.peerId < from && !this.#desk.isUnheard(known, ways, ASTRAY_MS)
      if (stands) return this.#signalling.refuse(from, signal, 'duplicate')
      this.#desk.close(known, ways)
    }
    clearTimeout(known.retry)
    known.isOfferer = false
    const attempt = this.#desk.connect(known, signal.lane, 'answer', { ways, predict })
    if (attempt === undefined) return
    this.#desk.feed(known, attempt, signal)
    for (const early of this.#early.take(from, signal.lane)) this.#desk.feed(known, attempt, early)
  }

  #deliver(from: PeerId, signal: Signal): void {
    const known = this.#parts.find(from)
    const attempt = known?.attempts.get(signal.lane)
    if (known !== undefined && attempt !== undefined) this.#desk.feed(known, attempt, signal)
    // Perhaps its offer is still on the way.
    else if (known?.lanes.has(signal.lane) !== true) this.#early.keep(from, signal)
  }
}
