/**
 * Sealed signals between the peers of one share: over a lane that the two have, and through the coordinator, whichever
 * is first. The coordinator may be gone, or the lane dead without anybody's knowing it yet; and behind the blocks of a
 * busy relay a signal comes seconds late, when foreseen ports are long stale.
 */

import { toAppError } from '#shared/errors.ts'
import { SignalBox, type Signal } from '#shared/protocol/signals.ts'
import type { PeerId, ShareKeys } from '#shared/share/keys.ts'
import type { TopicSession } from '../coordinator-client/client.ts'

/** Signals remembered, to know their second copy: of some dozen lanes that are being opened at one time. */
const MAX_REMEMBERED = 1024

export interface SignallingOptions {
  readonly keys: ShareKeys
  readonly session: TopicSession
  /** Where there is a lane that is taken to live. */
  readonly sendOverLane: (to: PeerId, box: string) => void
  readonly received: (from: PeerId, signal: Signal) => void
  readonly log: (event: string, fields: Record<string, string | number | boolean>) => void
}

export class Signalling {
  readonly #options: SignallingOptions
  readonly #box: SignalBox
  readonly #unsubscribe: () => void
  readonly #heard = new Set<string>()

  constructor(options: SignallingOptions) {
    this.#options = options
    this.#box = new SignalBox(options.keys)
    this.#unsubscribe = options.session.onSignal((from, box) => this.receive(from, box))
  }

  send(to: PeerId, signal: Signal): void {
    const { session, sendOverLane } = this.#options
    const box = this.#box.seal(signal, session.peerId, to)
    sendOverLane(to, box)
    session.signal(to, box)
  }

  refuse(to: PeerId, signal: Signal, reason: Extract<Signal, { kind: 'refuse' }>['reason']): void {
    if (signal.kind === 'offer') this.send(to, { kind: 'refuse', lane: signal.lane, reason })
  }

  /** From wherever it comes: the seal shows who sealed it. */
  receive(from: PeerId, box: string): void {
    const { session, received, log } = this.#options
    if (this.#isSecond(box)) return
    let signal: Signal
    try {
      signal = this.#box.open(box, from, session.peerId)
    } catch (error) {
      log('signal.refused', { code: toAppError(error).code })
      return
    }
    received(from, signal)
  }

  close(): void {
    this.#unsubscribe()
  }

  /** Every box is sealed anew, so two that are equal are copies. */
  #isSecond(box: string): boolean {
    if (this.#heard.delete(box)) return true
    this.#heard.add(box)
    const [oldest] = this.#heard
    if (this.#heard.size > MAX_REMEMBERED && oldest !== undefined) this.#heard.delete(oldest)
    return false
  }
}
