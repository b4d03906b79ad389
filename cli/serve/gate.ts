/**
 * Who may speak to the server of the page at all, by the request's own headers. A page of another site can make a
 * browser send us requests, and a name of its own can lead to this computer (DNS rebinding); neither can change what
 * the browser writes into `Host` and `Origin`. Pure.
 */

import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

export interface GateSettings {
  readonly port: number
  /** Others in the network may come, so their ways to name this computer count. */
  readonly isOpenToNetwork: boolean
  /** Names of this computer besides `localhost`. */
  readonly hostNames: readonly string[]
  /** Where a reverse proxy or a tunnel shows the page: `https://files.example.org`. */
  readonly origins: readonly string[]
}

export class Gate {
  readonly #settings: GateSettings
  readonly #origins: ReadonlySet<string>
  readonly #authorities: ReadonlySet<string>

  constructor(settings: GateSettings) {
    this.#settings = settings
    this.#origins = new Set(settings.origins.map((origin) => new URL(origin).origin))
    this.#authorities = new Set(settings.origins.map((origin) => new URL(origin).host))
  }

  /** Whether the page was addressed by a name that can only mean this computer. */
  isOwnHost(headers: IncomingHttpHeaders): boolean {
    const host = headers.host?.toLowerCase()
    if (host === undefined) return false
    if (this.#authorities.has(host)) return true
    const match = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(host)
    if (match === null || Number(match[2] ?? 80) !== this.#settings.port) return false
    const name = (match[1] ?? '').replace(/^\[|\]$/g, '')
    if (name === 'localhost' || name === '127.0.0.1' || name === '::1') return true
    if (!this.#settings.isOpenToNetwork) return false
    // Nobody else's name can stand where an address stands.
    return isIP(name) !== 0 || this.#settings.hostNames.some((own) => own.toLowerCase() === name)
  }

  /** Whether a page that this server has sent is asking; for everything that does more than read a file. */
  isOwnOrigin(headers: IncomingHttpHeaders): boolean {
    const { origin, host } = headers
    if (origin === undefined || host === undefined) return false
    return origin === `http://${host.toLowerCase()}` || this.#origins.has(origin)
  }

  /** Whether the browser has come by TLS, so that a cookie may be kept to it. */
  isTls(headers: IncomingHttpHeaders): boolean {
    return headers.origin?.startsWith('https://') === true
  }
}
