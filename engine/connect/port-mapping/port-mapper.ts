/**
 * Asks the router to open UDP ports, so that others reach this device although the router lets in nobody unasked. One for the
 * process. It sends nothing before it is asked for a port, and nobody ever has to wait for it: a connection goes on without.
 */

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { MappedPort } from '../nat/network-monitor.ts'
import { findRouters, type FoundRouters } from './find-routers.ts'
import { findGateway } from './gateway.ts'
import { Lease, LEASE_S } from './lease.ts'
import { judgeOutside } from './outside-address.ts'
import { ROUTER_PORTS, type Gateway, type Mapping, type MappingProtocol } from './router.ts'
import type { Router, RouterPorts } from './router.ts'

/** Ports open at one time. Home routers have room for some dozens, of all devices together. */
const MAX_LEASES = 24
/** For how long a network is believed to have no router that opens ports. Milliseconds. */
const ABSENT_FOR_MS = 5 * 60_000
/** How long the end of the process may wait for routers to take back what they gave. Milliseconds. */
const CLOSE_LIMIT_MS = 2000

/**
 * - `unknown`: nobody has asked yet; `off`: the person does not want it
 * - `absent`: no router answers; `refused`: one does, and opens nothing
 * - `second-router`: one opens ports, but it stands behind another router, so that they lead nowhere
 * - `works`: a port was opened, and the address is the internet's
 */
export type PortMappingState =
  | { readonly kind: 'unknown' | 'off' | 'absent' | 'refused' }
  | {
      readonly kind: 'works' | 'second-router'
      readonly protocol: MappingProtocol
      readonly externalAddress: string
    }

export interface PortMapper extends AsyncDisposable {
  readonly state: PortMappingState
  /** @returns unsubscribe */
  onState(listener: () => void): () => void
  /** Undefined where no router opens ports, or the person does not want it. Rejects with the signal's reason only. */
  open(localPort: number, signal: AbortSignal): Promise<MappedPort | undefined>
  /** Finds out the state, by a port of its own if need be. Rejects with the signal's reason only. */
  check(signal: AbortSignal): Promise<PortMappingState>
  /** False takes effect at once: what is open is given back. */
  setEnabled(isEnabled: boolean): void
  /** The device has moved to another network: what was open is given up, and routers are looked for again when next asked. */
  forget(): void
}

export interface PortMapperOptions {
  readonly isEnabled: boolean
  readonly log?: (event: string, fields: Record<string, string | number | boolean>) => void
  /** Tests: another router than the system's. */
  readonly gateway?: () => Promise<Gateway | undefined>
  readonly ports?: RouterPorts
}

export function openPortMapper(options: PortMapperOptions): PortMapper {
  return new RunningPortMapper(options)
}

/** Of one network, until the device moves or the person switches it off. */
interface Era {
  readonly ended: AbortController
  routers: Promise<FoundRouters> | undefined
  /** Until when `open` does not ask again; by `performance.now`. */
  quietUntilMs: number
}

class RunningPortMapper implements PortMapper {
  readonly #options: PortMapperOptions
  readonly #listeners = new Set<() => void>()
  readonly #leases = new Set<Lease>()
  /** What still has to reach the router before the end. */
  readonly #pending = new Set<Promise<unknown>>()
  #state: PortMappingState
  #era = newEra()
  #isClosed = false
  #opening = 0

  constructor(options: PortMapperOptions) {
    this.#options = options
    this.#state = { kind: options.isEnabled ? 'unknown' : 'off' }
  }

  get state(): PortMappingState {
    return this.#state
  }

  onState(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async open(localPort: number, signal: AbortSignal): Promise<MappedPort | undefined> {
    signal.throwIfAborted()
    const opening = this.#open(localPort)
    this.#keep(opening)
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await Promise.race([opening, aborted])
    } catch (error) {
      // The router may grant it nevertheless.
      this.#keep(opening.then((lease) => lease?.[Symbol.asyncDispose]()))
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  async check(signal: AbortSignal): Promise<PortMappingState> {
    if (this.#state.kind === 'off' || this.#leases.size > 0) return this.#state
    // Whoever asks wants to know it now.
    this.#era.quietUntilMs = 0
    const socket = createSocket('udp4')
    try {
      socket.bind(0)
      await once(socket, 'listening', { signal })
      const mapped = await this.open(socket.address().port, signal)
      if (mapped !== undefined) this.#keep(mapped[Symbol.asyncDispose]())
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      socket.close()
    }
    return this.#state
  }

  setEnabled(isEnabled: boolean): void {
    if (isEnabled === (this.#state.kind !== 'off') || this.#isClosed) return
    this.#beginAgain({ kind: isEnabled ? 'unknown' : 'off' })
  }

  forget(): void {
    if (this.#state.kind !== 'off' && !this.#isClosed) this.#beginAgain({ kind: 'unknown' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#beginAgain({ kind: 'off' })
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, CLOSE_LIMIT_MS)
    await Promise.race([this.#settled(), late])
    clearTimeout(timer)
  }

  #beginAgain(state: PortMappingState): void {
    this.#era.ended.abort()
    this.#era = newEra()
    for (const lease of this.#leases) this.#keep(lease[Symbol.asyncDispose]())
    this.#tell(state)
  }

  /** Never rejects. */
  async #open(localPort: number): Promise<Lease | undefined> {
    const era = this.#era
    const isRefused = this.#state.kind === 'off' || performance.now() < era.quietUntilMs
    if (isRefused || this.#leases.size + this.#opening >= MAX_LEASES) return undefined
    this.#opening++
    try {
      return await this.#openAt(era, localPort)
    } catch {
      // The era has ended while routers were looked for.
      return undefined
    } finally {
      this.#opening--
    }
  }

  async #openAt(era: Era, localPort: number): Promise<Lease | undefined> {
    era.routers ??= this.#findRouters(era.ended.signal)
    let state: PortMappingState = { kind: 'absent' }
    const routers = await era.routers
    for (const found of routers) {
      const router = await found
      if (era.ended.signal.aborted) return undefined
      if (router === undefined) continue
      // Not ended with the era: a port that the router opens meanwhile must be given back.
      const outcome = await router.map({ localPort, wantedPort: localPort, lifetimeS: LEASE_S })
      if (outcome.kind === 'refused' && state.kind === 'absent') state = { kind: 'refused' }
      if (outcome.kind !== 'mapped') continue
      const { mapping } = outcome
      const worth = judgeOutside(mapping.externalAddress)
      if (worth === 'public' && !era.ended.signal.aborted) {
        const lease = this.#lease(router, mapping)
        // What has worked is asked first the next time.
        era.routers = Promise.resolve([found, ...routers.filter((other) => other !== found)])
        this.#tell({ kind: 'works', protocol: router.protocol, externalAddress: mapping.externalAddress })
        return lease
      }
      await router.unmap(mapping)
      if (worth === 'nonsense') state = { kind: 'refused' }
      if (worth !== 'second-router') continue
      // The same router by another protocol stands in the same place.
      state = {
        kind: 'second-router',
        protocol: router.protocol,
        externalAddress: mapping.externalAddress,
      }
      break
    }
    if (era.ended.signal.aborted) return undefined
    // One port that is not granted says nothing of those that are.
    if (this.#leases.size === 0) {
      era.quietUntilMs = performance.now() + ABSENT_FOR_MS
      era.routers = undefined
      this.#tell(state)
    }
    return undefined
  }

  #lease(router: Router, mapping: Mapping): Lease {
    const lease: Lease = new Lease(router, mapping, (isLost) => {
      this.#leases.delete(lease)
      if (isLost && this.#leases.size === 0) this.forget()
    })
    this.#leases.add(lease)
    return lease
  }

  async #findRouters(signal: AbortSignal): Promise<FoundRouters> {
    const gateway = await (this.#options.gateway ?? findGateway)()
    if (gateway === undefined) return []
    return findRouters(gateway, this.#options.ports ?? ROUTER_PORTS, signal)
  }

  #tell(state: PortMappingState): void {
    const old = this.#state
    this.#state = state
    if (JSON.stringify(old) === JSON.stringify(state)) return
    this.#options.log?.('port-mapping.state', {
      kind: state.kind,
      ...('protocol' in state ? { protocol: state.protocol } : {}),
    })
    for (const listener of this.#listeners) listener()
  }

  /** It never rejects. */
  #keep(work: PromiseLike<unknown>): void {
    const kept: Promise<unknown> = Promise.resolve(work).finally(() => this.#pending.delete(kept))
    this.#pending.add(kept)
  }

  async #settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending)
  }
}

function newEra(): Era {
  return { ended: new AbortController(), routers: undefined, quietUntilMs: 0 }
}
