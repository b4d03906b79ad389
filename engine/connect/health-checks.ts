/** Asks STUN and TURN servers in the background whether they work, where that decides which one is used next. */

import { toAppError } from '#shared/errors.ts'
import type { ProxyAddress } from './proxy/proxy-choice.ts'
import { dueServers, nameOf, type Relay, type Servers } from './server-roster.ts'
import type { ServerLocation } from './ice-url.ts'
import type { ServerHealth } from './server-health.ts'
import { Allocation } from './turn/allocation.ts'
import { resolveHosts } from './turn/resolve-host.ts'
import { METHOD } from './turn/stun-message.ts'
import { TurnClient, type TurnClientOptions } from './turn/turn-client.ts'

/** Connections that begin now tell by themselves how their servers do: first they are given time for it. Milliseconds. */
const START_DELAY_MS = 2500
/** Servers asked at one time: a person's list may be long. */
const AT_ONCE = 2

export interface HealthChecksOptions {
  readonly health: ServerHealth
  /** Those that connections may get, as they are now. */
  readonly servers: () => Servers
  readonly proxyTo: (server: ServerLocation) => ProxyAddress | undefined
  readonly ca: string | undefined
  readonly log: (event: string, fields: Record<string, string | number | boolean>) => void
}

export class HealthChecks implements Disposable {
  readonly #options: HealthChecksOptions
  readonly #closing = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #isRunning = false

  constructor(options: HealthChecksOptions) {
    this.#options = options
  }

  /** In a moment, if anything is to be found out at all. */
  wake(): void {
    const { servers, health } = this.#options
    if (this.#isRunning || this.#timer !== undefined || this.#closing.signal.aborted) return
    if (dueServers(servers(), health).length === 0) return
    this.#timer = setTimeout(() => void this.#run(), START_DELAY_MS).unref()
  }

  [Symbol.dispose](): void {
    this.#closing.abort()
    clearTimeout(this.#timer)
  }

  /** Until the first ones in order that work are known. */
  async #run(): Promise<void> {
    const { servers, health } = this.#options
    this.#timer = undefined
    this.#isRunning = true
    while (!this.#closing.signal.aborted) {
      const due = dueServers(servers(), health).slice(0, AT_ONCE)
      if (due.length === 0) break
      await Promise.all(due.map((server) => this.#check(server)))
    }
    this.#isRunning = false
  }

  /** Does not throw. */
  async #check(server: ServerLocation | Relay): Promise<void> {
    const { health, log } = this.#options
    const { signal } = this.#closing
    try {
      await this.#ask(server, signal)
      health.answered(nameOf(server))
    } catch (error) {
      if (signal.aborted) return
      health.failed(nameOf(server))
      log('server.failed', { kind: server.kind, transport: server.transport, code: toAppError(error).code })
    }
  }

  async #ask(server: ServerLocation | Relay, signal: AbortSignal): Promise<void> {
    const { proxyTo, ca } = this.#options
    const { kind, transport, host, port } = server
    const proxy = proxyTo(server)
    // The proxy looks up the name itself; perhaps nobody else can.
    const [address, ...others] = proxy === undefined ? await resolveHosts(host, signal) : [host]
    const options: TurnClientOptions = {
      server: { kind: transport, host, address, others, port },
      credentials:
        'username' in server ? { username: server.username, password: server.password } : undefined,
      ca,
      proxy,
    }
    if (kind === 'turn') {
      await using _allocation = await Allocation.open(options, signal)
      return
    }
    using client = await TurnClient.open(options, signal)
    await client.request(METHOD.binding, () => [], signal)
  }
}
