/** One port that a router keeps open for us: renewed while it is wanted, given back afterwards. */

import type { MappedPort } from '../nat/network-monitor.ts'
import type { Mapping, Router } from './router.ts'

/**
 * What is asked for. Long enough that renewals are rare, short enough that a port of a process that was killed does not stay open for
 * the evening. Seconds.
 */
export const LEASE_S = 20 * 60
/** A router that grants less is asked no more often than this. Milliseconds. */
const MIN_RENEWAL_MS = 15_000

export class Lease implements MappedPort {
  readonly #router: Router
  readonly #onEnd: (isLost: boolean) => void
  #mapping: Mapping
  #expiresMs: number
  #timer: NodeJS.Timeout | undefined
  #renewal: Promise<void> = Promise.resolve()
  #closing: Promise<void> | undefined

  /** @param onEnd is told once: it was given back, or it is lost, because the router did not renew it */
  constructor(router: Router, mapping: Mapping, onEnd: (isLost: boolean) => void) {
    this.#router = router
    this.#mapping = mapping
    this.#onEnd = onEnd
    this.#expiresMs = performance.now() + lifetimeMs(mapping)
    this.#plan()
  }

  get address(): string {
    return this.#mapping.externalAddress
  }

  get port(): number {
    return this.#mapping.externalPort
  }

  /** Resolves when the router has been told, or did not answer; bounded to a few seconds. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#onEnd(false)
    await this.#renewal
    await this.#router.unmap(this.#mapping)
  }

  /** Half of what is left: two or three tries before it ends, and an early one when the router has been asleep. */
  #plan(): void {
    const leftMs = this.#expiresMs - performance.now()
    this.#timer = setTimeout(
      () => {
        this.#renewal = this.#renew()
      },
      Math.max(leftMs / 2, MIN_RENEWAL_MS),
    )
    // A port that is open is no reason for a process to live.
    this.#timer.unref()
  }

  async #renew(): Promise<void> {
    const { localPort, externalPort } = this.#mapping
    const outcome = await this.#router.map({ localPort, wantedPort: externalPort, lifetimeS: LEASE_S })
    if (outcome.kind === 'mapped') {
      this.#mapping = outcome.mapping
      this.#expiresMs = performance.now() + lifetimeMs(outcome.mapping)
    } else if (performance.now() >= this.#expiresMs) {
      if (this.#closing === undefined) this.#onEnd(true)
      return
    }
    if (this.#closing === undefined) this.#plan()
  }
}

/** A router may say anything; nobody believes more than was asked for. */
function lifetimeMs({ lifetimeS }: Mapping): number {
  return Math.min(lifetimeS, LEASE_S) * 1000
}
