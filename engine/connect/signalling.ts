/**
 * Sealed signals between the peers of one share: over a lane that the two have, where there is one, else through the
 * coordinator. So another lane does not depend on the coordinator.
 */

import { toAppError } from '#shared/errors.ts'
import { SignalBox, type Signal } from '#shared/protocol/signals.ts'
import type { PeerId, ShareKeys } from '#shared/share/keys.ts'
import type { TopicSession } from '../coordinator-client/client.ts'

export interface SignallingOptions {
  readonly keys: ShareKeys
  readonly session: TopicSession
  /** False when there is no lane that lives. */
  readonly sendOverLane: (to: PeerId, box: string) => boolean
  readonly received: (from: PeerId, signal: Signal) => void
  readonly log: (event: string, fields: Record<string, string | number | boolean>) => void
}

export class Signalling {
  readonly #options: SignallingOptions
  readonly #box: SignalBox
  readonly #unsubscribe: () => void

  constructor(options: SignallingOptions) {
    this.#options = options
    this.#box = new SignalBox(options.keys)
    this.#unsubscribe = options.session.onSignal((from, box) => this.receive(from, box))
  }

  send(to: PeerId, signal: Signal): void {
    const { session, sendOverLane } = this.#options
    const box = this.#box.seal(signal, session.peerId, to)
    if (!sendOverLane(to, box)) session.signal(to, box)
  }

  refuse(to: PeerId, signal: Signal, reason: Extract<Signal, { kind: 'refuse' }>['reason']): void {
    if (signal.kind === 'offer') this.send(to, { kind: 'refuse', lane: signal.lane, reason })
  }

  /** From wherever it comes: the seal shows who sealed it. */
  receive(from: PeerId, box: string): void {
    const { session, received, log } = this.#options
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
}
