/**
 * Dials a coordinator while the rest of the program is still being loaded, so that the round trips of the connection are over by the
 * time there is somebody to use it.
 */

import type { CoordinatorAddress } from '#shared/share/link.ts'
import { AppError } from '#shared/errors.ts'
import { dial, type Dialled } from './dial.ts'
import { DEFAULT_TIMING } from './timing.ts'

type Addresses = readonly CoordinatorAddress[]

export class EarlyDial implements Disposable {
  readonly #addresses: Addresses
  readonly #proxy: string | undefined
  readonly #ending = new AbortController()
  /** Undefined once it is somebody's. */
  #dialling: Promise<Dialled> | undefined

  /** Begins at once. @param proxy as for `dial` */
  constructor(addresses: Addresses, proxy?: string) {
    this.#addresses = addresses
    this.#proxy = proxy
    this.#dialling = dial(addresses, 0, DEFAULT_TIMING, this.#ending.signal, proxy)
    // Whoever takes it hears of it.
    this.#dialling.catch(() => undefined)
  }

  /**
   * What `dial` would have given, for the first who wants the same; undefined for everybody else.
   * @param signal as for `dial`
   */
  take(addresses: Addresses, proxy: string | undefined, signal: AbortSignal): Promise<Dialled> | undefined {
    const dialling = this.#dialling
    if (dialling === undefined || proxy !== this.#proxy || !areSame(addresses, this.#addresses))
      return undefined
    this.#dialling = undefined
    const giveUp = (): void => this.#ending.abort(signal.reason)
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
    return dialling.finally(() => signal.removeEventListener('abort', giveUp))
  }

  /** Closes what nobody has taken. */
  [Symbol.dispose](): void {
    const dialling = this.#dialling
    if (dialling === undefined) return
    this.#dialling = undefined
    this.#ending.abort(new AppError('coordinator.unreachable', { detail: 'nobody needs it' }))
    dialling.then(
      ({ socket }) => socket.terminate(),
      () => undefined,
    )
  }
}

function areSame(some: Addresses, others: Addresses): boolean {
  return (
    some.length === others.length &&
    some.every(({ host, isTls }, i) => host === others[i]?.host && isTls === others[i].isTls)
  )
}
