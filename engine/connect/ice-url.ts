/** Relay (TURN) and STUN addresses as a person types them. What the ICE library would silently ignore is refused. Pure. */

import { parseHost } from '#shared/share/link.ts'
import { AppError } from '#shared/errors.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'

/** TURN servers that the ICE library takes; it ignores further ones silently. */
export const MAX_RELAYS = 2
/** STUN servers that the ICE library takes. */
export const MAX_STUN_SERVERS = 1
/** Of STUN and TURN over UDP (RFC 8489, RFC 8656). */
const DEFAULT_PORT = 3478
/** Longest user name or password that a coordinator could pass on too. */
const MAX_CREDENTIAL_LENGTH = 512

/**
 * Reads `turn:user:password@host[:port][?transport=udp]`, user and password percent-encoded where they must be.
 * Throws AppError `relay.bad-url` or `relay.unsupported`; the detail never repeats the address, which has a password.
 */
export function parseRelayUrl(text: string): IceServer {
  const { scheme, rest } = splitScheme(text)
  if (scheme === 'turns') throw new AppError('relay.unsupported', { detail: 'turns: (TURN over TLS)' })
  if (scheme === 'stun' || scheme === 'stuns') throw bad('this is a STUN server: give it with --stun')
  if (scheme !== 'turn') throw bad('it does not begin with turn:')
  const [address = '', query, ...more] = rest.split('?')
  if (more.length > 0) throw bad('it has two question marks')
  if (query !== undefined) checkTransport(query)
  const at = address.lastIndexOf('@')
  if (at < 0) throw bad('user and password are missing')
  const [user = '', ...password] = address.slice(0, at).split(':')
  if (password.length === 0) throw bad('the password is missing')
  return {
    urls: [`turn:${parseAddress(address.slice(at + 1))}?transport=udp`],
    username: decodeCredential(user, 'user'),
    credential: decodeCredential(password.join(':'), 'password'),
  }
}

/** Reads `stun:host[:port]`. Throws AppError `relay.bad-url` or `relay.unsupported`. */
export function parseStunUrl(text: string): IceServer {
  const { scheme, rest } = splitScheme(text)
  if (scheme === 'stuns') throw new AppError('relay.unsupported', { detail: 'stuns: (STUN over TLS)' })
  if (scheme === 'turn' || scheme === 'turns') throw bad('this is a relay: give it with --relay')
  if (scheme !== 'stun') throw bad('it does not begin with stun:')
  if (rest.includes('@')) throw bad('a STUN server takes no user and password')
  return { urls: [`stun:${parseAddress(rest)}`] }
}

/** The person's own servers. Throws AppError `relay.*`, also for more than the ICE library would use. */
export function parseIceServers(relays: readonly string[], stuns: readonly string[]): IceServer[] {
  const servers = [...stuns.map(parseStunUrl), ...relays.map(parseRelayUrl)]
  if (relays.length > MAX_RELAYS) throw new AppError('relay.too-many', { detail: `${relays.length} relays` })
  if (stuns.length > MAX_STUN_SERVERS) {
    throw new AppError('relay.too-many', { detail: `${stuns.length} STUN servers` })
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

function checkTransport(query: string): void {
  const match = /^transport=([a-z]+)$/i.exec(query)
  if (match === null) throw bad('after “?” only transport=udp may follow')
  if (match[1]?.toLowerCase() !== 'udp') {
    throw new AppError('relay.unsupported', { detail: `transport=${match[1] ?? ''}` })
  }
}

/** @returns `host:port`, the port always there */
function parseAddress(text: string): string {
  const port = /:([0-9]{1,5})$/.exec(text.replace(/^\[[^\]]*\]/, ''))?.[1]
  let host: string
  try {
    // A link's host keeps the same rules; with a port of its own so that none counts as the default.
    host = parseHost(port === undefined ? `${text}:${DEFAULT_PORT}` : text, false)
  } catch (cause) {
    throw cause instanceof AppError ? bad(cause.detail ?? 'the host cannot be read') : cause
  }
  // A URL drops port 80, which http has as its default.
  return /:\d+$/.test(host.replace(/^\[[^\]]*\]/, '')) ? host : `${host}:${Number(port)}`
}

function decodeCredential(text: string, what: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    throw bad(`the ${what} has a % that is not followed by two hex digits (write a % as %25)`)
  }
  if (decoded === '') throw bad(`the ${what} is empty`)
  if (decoded.length > MAX_CREDENTIAL_LENGTH || /\p{Cc}/u.test(decoded))
    throw bad(`the ${what} is not usable`)
  return decoded
}
