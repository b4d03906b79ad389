/**
 * A TLS lane that is begun while the WebRTC connection beside it is being opened: ports, token and certificate travel with its offer and
 * answer, sealed like its own fingerprints, and as soon as ICE has found a way, five round trips before data channels open, the
 * TLS lane takes it too. It goes to no other address than the one from which ICE has got an answer.
 */

import type { RouteView } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import type { Signal } from '#shared/protocol/signals.ts'
import type { OpenedLane } from './tls-attempt.ts'
import { canListen, isFollowable, waysOf } from './tls-prospect.ts'
import { drawPort, wordsOf, type Ticket, type TlsOpening, type TlsWords } from './tls-opening.ts'

/** Six round trips of a long way. What takes longer is begun anew when the data channels are open. Milliseconds. */
const LIMIT_MS = 1500

export interface EarlyStreamParts {
  readonly opening: TlsOpening
  /** Something is missing here. */
  isHungry(): boolean
  begin(run: (signal: AbortSignal) => Promise<OpenedLane>): void
}

export class EarlyStream {
  readonly #parts: EarlyStreamParts
  readonly #ownPort = drawPort()
  /** Of the side that answers, where the other one would dial. */
  #ticket: Ticket | undefined
  #theirPort: number | undefined
  /** Of the side that answers, as the other one has heard it. */
  #words: TlsWords | undefined
  #hasBegun = false

  constructor(parts: EarlyStreamParts) {
    this.#parts = parts
  }

  /** The same, with what belongs to the TLS lane. */
  tell(signal: Signal): Signal {
    if (signal.kind === 'offer' && this.#parts.isHungry()) return { ...signal, tls: { port: this.#ownPort } }
    if (signal.kind !== 'answer' || this.#theirPort === undefined) return signal
    this.#ticket = this.#parts.opening.draw()
    return { ...signal, tls: wordsOf(this.#ticket, this.#ownPort) }
  }

  hear(signal: Signal): void {
    if (signal.kind === 'offer') this.#theirPort = signal.tls?.port
    else if (signal.kind === 'answer' && this.#parts.isHungry()) this.#words = signal.tls
  }

  /** ICE has found a way. */
  reached(route: RouteView | null): void {
    const [ticket, theirPort, words] = [this.#ticket, this.#theirPort, this.#words]
    if (this.#hasBegun || !isFollowable(route)) return
    this.#hasBegun = true
    if (words !== undefined) this.#parts.begin((signal) => this.#dial(route, words, limited(signal)))
    else if (ticket !== undefined && theirPort !== undefined)
      this.#parts.begin((signal) => this.#receive(route, ticket, theirPort, limited(signal)))
  }

  async #dial(route: RouteView, words: TlsWords, signal: AbortSignal): Promise<OpenedLane> {
    const [way] = waysOf(route)
    const ownPort = way === 'meet' ? this.#ownPort : undefined
    return await this.#parts.opening.dial(route, words, signal, { ownPort, isPatient: true })
  }

  async #receive(
    route: RouteView,
    ticket: Ticket,
    theirPort: number,
    signal: AbortSignal,
  ): Promise<OpenedLane> {
    const { opening } = this.#parts
    const [way] = waysOf(route)
    if (way === 'meet') {
      const ports = { own: this.#ownPort, theirs: theirPort }
      return await opening.meet(ticket, route, ports, signal)
    }
    if (!canListen(route)) throw new AppError('peer.unreachable', { detail: 'behind a router' })
    const { promise, resolve, reject } = Promise.withResolvers<OpenedLane>()
    signal.addEventListener('abort', () =>
      reject(new AppError('peer.unreachable', { detail: 'nobody called' })),
    )
    // Nobody waits for it where nothing can listen.
    promise.catch(() => undefined)
    await opening.listen(ticket, route, signal, resolve, this.#ownPort)
    return await promise
  }
}

function limited(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
}
