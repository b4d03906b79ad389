/** STUN and TURN addresses as a person types them. What the program would silently ignore is refused. Pure. */

import { parseHost } from '#shared/share/link.ts'
import { AppError } from '#shared/errors.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'

/** TURN servers that the ICE library takes at a time; it ignores further ones silently, so they stand by. */
export const MAX_RELAYS = 2
/** STUN servers that the ICE library takes at a time. */
export const MAX_STUN_SERVERS = 1
/** Of a command line, as many as a coordinator may pass on. */
const MAX_SERVERS = 16
/** Of STUN and TURN over UDP and TCP, and of TURN over TLS (RFC 8489, RFC 8656). */
const DEFAULT_PORT = 3478
const DEFAULT_TLS_PORT = 5349
/** Longest user name or password that a coordinator could pass on too. */
const MAX_CREDENTIAL_LENGTH = 512

/** How a server is spoken to. */
type ServerTransport = 'udp' | 'tcp' | 'tls'

export interface ServerLocation {
  readonly kind: 'stun' | 'turn'
  readonly transport: ServerTransport
  /** Name or address, IPv6 without brackets. */
  readonly host: string
  readonly port: number
}

export interface ServerSettings {
  readonly url: string
  readonly username: string
  readonly password: string
}

export interface ParsedServer extends ServerLocation {
  /** Normalized: lower case, with the port, and the transport where it is a relay. */
  readonly url: string
  readonly iceServer: IceServer
}

/**
 * Reads `stun:host[:port]`, `turn:host[:port][?transport=udp|tcp]` or `turns:host[:port][?transport=tcp]`; user and
 * password of a relay come beside it. Throws AppError `relay.bad-url` or `relay.unsupported`; the detail never repeats
 * the address, in which a person may have put a password.
 */
export function parseServer({ url, username, password }: ServerSettings): ParsedServer {
  if (url.includes('@')) throw bad('user and password have fields of their own, so the address has no “@”')
  const location = locate(url)
  const normalized = printLocation(location)
  // What a form still holds of a relay does not matter to a STUN server.
  if (location.kind === 'stun') return { ...location, url: normalized, iceServer: { urls: [normalized] } }
  checkCredential(username, 'user')
  checkCredential(password, 'password')
  return { ...location, url: normalized, iceServer: { urls: [normalized], username, credential: password } }
}

/** Where a server's URL leads, for URLs of others too. Throws AppError `relay.bad-url` or `relay.unsupported`. */
export function locate(url: string): ServerLocation {
  const { scheme, rest } = splitScheme(url)
  if (scheme === 'stuns') throw new AppError('relay.unsupported', { detail: 'stuns: (STUN over TLS)' })
  if (scheme !== 'stun' && scheme !== 'turn' && scheme !== 'turns') {
    throw bad('it does not begin with stun:, turn: or turns:')
  }
  const [address = '', query, ...more] = rest.split('?')
  if (more.length > 0) throw bad('it has two question marks')
  if (scheme === 'stun') {
    if (query !== undefined) throw bad('a STUN address ends with the port')
    return { kind: 'stun', transport: 'udp', ...parseAddress(address, DEFAULT_PORT) }
  }
  if (scheme === 'turn') {
    const transport = query === undefined ? 'udp' : readTransport(query)
    return { kind: 'turn', transport, ...parseAddress(address, DEFAULT_PORT) }
  }
  if (query !== undefined && readTransport(query) === 'udp') {
    throw new AppError('relay.unsupported', { detail: 'turns: with transport=udp (TURN over DTLS)' })
  }
  return { kind: 'turn', transport: 'tls', ...parseAddress(address, DEFAULT_TLS_PORT) }
}

/** Reads `turn:user:password@host…` or `turns:…`, user and password percent-encoded where they must be. Throws as above. */
export function parseRelayUrl(text: string): IceServer {
  const { scheme, rest } = splitScheme(text)
  if (scheme === 'stun' || scheme === 'stuns') throw bad('this is a STUN server: give it with --stun')
  if (scheme !== 'turn' && scheme !== 'turns') throw bad('it does not begin with turn: or turns:')
  // What follows the question mark has no credentials.
  const at = (rest.split('?')[0] ?? '').lastIndexOf('@')
  if (at < 0) throw bad('user and password are missing')
  const [user = '', ...password] = rest.slice(0, at).split(':')
  if (password.length === 0) throw bad('the password is missing')
  return parseServer({
    url: `${scheme}:${rest.slice(at + 1)}`,
    username: decodeCredential(user, 'user'),
    password: decodeCredential(password.join(':'), 'password'),
  }).iceServer
}

/** Reads `stun:host[:port]`. Throws as above. */
export function parseStunUrl(text: string): IceServer {
  const { scheme } = splitScheme(text)
  if (scheme === 'turn' || scheme === 'turns') throw bad('this is a relay: give it with --relay')
  if (text.includes('@')) throw bad('a STUN server takes no user and password')
  return parseServer({ url: text, username: '', password: '' }).iceServer
}

/** The person's own servers, in order of preference. Throws AppError `relay.*`, also for more than anybody needs. */
export function parseIceServers(relays: readonly string[], stuns: readonly string[]): IceServer[] {
  const servers = [...stuns.map(parseStunUrl), ...relays.map(parseRelayUrl)]
  if (servers.length > MAX_SERVERS) {
    throw new AppError('relay.too-many', { detail: `${servers.length} servers` })
  }
  return servers
}

function bad(detail: string): AppError {
  return new AppError('relay.bad-url', { detail })
}

function splitScheme(text: string): { scheme: string; rest: string } {
  const match = /^([a-z]+):(.*)$/i.exec(text.trim())
  if (match === null) return { scheme: '', rest: text }
  const rest = match[2] ?? ''
  if (rest.startsWith('//')) throw bad('there is no // in such an address')
  return { scheme: (match[1] ?? '').toLowerCase(), rest }
}

function readTransport(query: string): 'udp' | 'tcp' {
  const transport = /^transport=([a-z]+)$/i.exec(query)?.[1]?.toLowerCase()
  if (transport === undefined) throw bad('after “?” only transport=udp or transport=tcp may follow')
  if (transport !== 'udp' && transport !== 'tcp') {
    throw new AppError('relay.unsupported', { detail: `transport=${transport}` })
  }
  return transport
}

function parseAddress(text: string, defaultPort: number): { host: string; port: number } {
  const port = /:([0-9]{1,5})$/.exec(text.replace(/^\[[^\]]*\]/, ''))?.[1]
  try {
    // A link's host keeps the same rules; with a port that is not its default, so that it is never dropped.
    const host = parseHost(port === undefined ? `${text}:${defaultPort}` : text, false)
    return { host: host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'), port: Number(port ?? defaultPort) }
  } catch (cause) {
    throw cause instanceof AppError ? bad(cause.detail ?? 'the host cannot be read') : cause
  }
}

function printLocation({ kind, transport, host, port }: ServerLocation): string {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  if (kind === 'stun') return `stun:${address}`
  return transport === 'tls' ? `turns:${address}?transport=tcp` : `turn:${address}?transport=${transport}`
}

function decodeCredential(text: string, what: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw bad(`the ${what} has a % that is not followed by two hex digits (write a % as %25)`)
  }
}

function checkCredential(text: string, what: string): void {
  if (text === '') throw bad(`the ${what} is empty`)
  if (text.length > MAX_CREDENTIAL_LENGTH || /\p{Cc}/u.test(text)) throw bad(`the ${what} is not usable`)
}
