/**
 * Which HTTP proxy, if any, a TCP connection goes through: the person's setting, else what the environment says, in the
 * manner of curl and Go. Pure.
 */

import { BlockList, isIP } from 'node:net'
import { AppError } from '#shared/errors.ts'
import { isLocalAddress } from '../route.ts'

export interface ProxyAddress {
  /** The proxy itself is spoken to over TLS. */
  readonly isTls: boolean
  readonly host: string
  readonly port: number
  /** Only from the environment: settings have no place for a password. */
  readonly login: { readonly username: string; readonly password: string } | undefined
}

export interface ProxyTarget {
  /** Name or address, IPv6 without brackets. */
  readonly host: string
  readonly port: number
  /** For `ws://` and `http://` another variable counts than for everything else. */
  readonly isPlainHttp: boolean
}

export type Environment = Readonly<Record<string, string | undefined>>

/** What programs of a person may set: one host name, or address and port, has no more. */
const MAX_LENGTH = 512

/**
 * @param configured the person's setting; undefined: as the environment says
 * @returns undefined: directly. Throws AppError `settings.bad-value` when the setting cannot be used
 */
export function chooseProxy(
  configured: string | undefined,
  target: ProxyTarget,
  environment: Environment,
): ProxyAddress | undefined {
  // A proxy is a way out of a network, and would look for these in its own.
  if (target.host === 'localhost' || (isIP(target.host) !== 0 && isLocalAddress(target.host)))
    return undefined
  if (isExcepted(target, variable(environment, 'no_proxy'))) return undefined
  if (configured !== undefined) return parseProxy(configured)
  const named = variable(environment, target.isPlainHttp ? 'http_proxy' : 'https_proxy')
  const text = named ?? variable(environment, 'all_proxy')
  if (text === undefined) return undefined
  try {
    // Many write only `host:port` there.
    return readProxy(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  } catch (error) {
    // Meant for other programs, as `socks5://` is: whoever gets along without must not be cut off by it.
    if (error instanceof AppError) return undefined
    throw error
  }
}

/** Reads a setting: `http://host[:port]` or `https://…`, without a login. Throws AppError `settings.bad-value`. */
export function parseProxy(text: string): ProxyAddress {
  const proxy = readProxy(text.trim())
  if (proxy.login !== undefined) {
    throw bad('it has a user or password: those go into the environment variable HTTPS_PROXY')
  }
  return proxy
}

/** As `parseProxy` reads it again. */
export function printProxy({ isTls, host, port }: ProxyAddress): string {
  return `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function readProxy(text: string): ProxyAddress {
  const url = text.length > MAX_LENGTH ? null : URL.parse(text)
  if (url === null) throw bad('it is not an address like http://proxy.example:3128')
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw bad(`only proxies of the kind http:// and https:// can be used, not ${url.protocol}//`)
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.hostname === '') {
    throw bad('it is more than an address: http://host:port')
  }
  const isTls = url.protocol === 'https:'
  return {
    isTls,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
    login:
      url.username === '' && url.password === ''
        ? undefined
        : { username: decode(url.username), password: decode(url.password) },
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw bad('user or password has a % that is not followed by two hex digits')
  }
}

/** Lower case first, as curl does. */
function variable(environment: Environment, name: string): string | undefined {
  const text = environment[name] ?? environment[name.toUpperCase()]
  return text === undefined || text.trim() === '' ? undefined : text.trim()
}

/** `*`, `host` with all below it, `.host`, an address, a network like `10.0.0.0/8`; each but the last with `:port` if so wished. */
function isExcepted({ host, port }: ProxyTarget, list: string | undefined): boolean {
  return (list ?? '').split(/[\s,]+/).some((entry) => {
    if (entry === '') return false
    if (entry === '*') return true
    if (entry.includes('/')) return isIn(host, entry)
    const [, name = '', onlyPort] =
      isIP(entry) === 0 ? (/^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? []) : [entry, entry]
    if (onlyPort !== undefined && Number(onlyPort) !== port) return false
    const bare = name
      .replace(/^\[(.*)\]$/, '$1')
      .replace(/^\*?\./, '')
      .toLowerCase()
    return bare !== '' && (host.toLowerCase() === bare || host.toLowerCase().endsWith(`.${bare}`))
  })
}

function isIn(host: string, network: string): boolean {
  const [address = '', bits] = network.split('/')
  const family = isIP(address)
  const length = Number(bits)
  if (family === 0 || isIP(host) !== family || !Number.isInteger(length)) return false
  if (length < 0 || length > (family === 4 ? 32 : 128)) return false
  const list = new BlockList()
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  list.addSubnet(address, length, kind)
  return list.check(host, kind)
}

function bad(reason: string): AppError {
  return new AppError('settings.bad-value', { detail: `network.proxy: ${reason}` })
}
