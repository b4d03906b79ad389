/** The link (URL): coordinator address and share keys, the keys in the fragment that never reaches a server. Pure. */

import { fromBase64Url, toBase64Url } from '../encoding/base64url.ts'
import { concatBytes } from '../encoding/bytes.ts'
import { AppError } from '../errors.ts'
import { PUBLIC_KEY_BYTES, SECRET_BYTES, type ShareKeys } from './keys.ts'

export interface Link extends ShareKeys {
  /**
   * The coordinator first, then other addresses of the same one (a computer with several networks), so TLS is spoken
   * on all of them or on none.
   */
  readonly coordinators: readonly [CoordinatorAddress, ...CoordinatorAddress[]]
}

export interface CoordinatorAddress {
  /** `host` or `host:port`, as a URL prints it: lower case, IPv6 in brackets, no default port. */
  readonly host: string
  /** False for a coordinator without a certificate (on a LAN). What is sealed stays sealed either way. */
  readonly isTls: boolean
}

/** Other addresses a link may carry. More would make it unwieldy, and a few networks per computer is plenty. */
export const MAX_OTHER_ADDRESSES = 3
/** Longer than any link we print, four of the longest hosts included; a page or a terminal may hand us anything. */
const MAX_LINK_LENGTH = 2048
/** Of a name in the DNS. */
const MAX_HOST_NAME_LENGTH = 253

/** `app` is the form for the operating system's handler, `web` the one to pass on: a browser opens it too. */
export type LinkForm = 'web' | 'app'

export function printLink(link: Link, form: LinkForm = 'web'): string {
  const [first, ...others] = link.coordinators
  const key = toBase64Url(concatBytes(link.publicKey, link.secret))
  const more = others.slice(0, MAX_OTHER_ADDRESSES).map((other) => `&at=${other.host}`)
  // The app form has no room for a second scheme in front, so its path says whether TLS is spoken.
  const start =
    form === 'app'
      ? `beeline://${first.host}${first.isTls ? '/get' : '/lan'}`
      : `${first.isTls ? 'https' : 'http'}://${first.host}/get`
  return `${start}#${key}${more.join('')}`
}

/**
 * Reads both forms. Throws AppError: `link.not-a-link`, `link.no-key`, `link.bad-key` or `link.bad-coordinator`,
 * with the reason as detail.
 */
export function parseLink(text: string): Link {
  const trimmed = text.trim()
  if (trimmed.length === 0) throw new AppError('link.not-a-link', { detail: 'it is empty' })
  if (trimmed.length > MAX_LINK_LENGTH) throw new AppError('link.not-a-link', { detail: 'it is too long' })
  const match = /^(https|http|beeline):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(?:#(.*))?$/is.exec(trimmed)
  if (match === null)
    throw new AppError('link.not-a-link', { detail: 'it does not begin with https:// or beeline://' })
  const scheme = (match[1] ?? '').toLowerCase()
  const path = match[3] ?? ''
  const fragment = match[5]
  const isApp = scheme === 'beeline'
  if (!(isApp ? ['/get', '/lan'] : ['/get']).includes(path)) {
    throw new AppError('link.not-a-link', { detail: 'its path is not /get' })
  }
  if (match[4] !== undefined) throw new AppError('link.not-a-link', { detail: 'it has a query' })
  const isTls = isApp ? path === '/get' : scheme === 'https'
  const host = parseHost(match[2] ?? '', isTls)
  if (fragment === undefined || fragment === '') throw new AppError('link.no-key')
  const [key = '', ...parameters] = fragment.split('&')
  return { ...parseKey(key), coordinators: [{ host, isTls }, ...parseOthers(parameters, isTls)] }
}

/** Throws AppError `link.bad-coordinator`. Credentials, paths and anything a URL parser would repair are refused. */
export function parseHost(text: string, isTls: boolean): string {
  const bad = (detail: string): AppError => new AppError('link.bad-coordinator', { detail })
  if (text === '') throw bad('the host is missing')
  if (
    !/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::(?:0|[1-9][0-9]{0,4}))?$/.test(
      text,
    )
  ) {
    throw bad('the host has letters that no host has')
  }
  const scheme = isTls ? 'https' : 'http'
  if (!URL.canParse(`${scheme}://${text}/`)) throw bad('the host or port is out of range')
  const url = new URL(`${scheme}://${text}/`)
  if (url.port === '0') throw bad('port 0')
  const name = text.replace(/:[0-9]+$/, '').toLowerCase()
  if (name.length > MAX_HOST_NAME_LENGTH) throw bad('the host is too long')
  if (name.includes('..')) throw bad('the host has an empty part')
  // `2130706433` and `0x7f.1` would become 127.0.0.1: nobody who reads such a link knows where it leads.
  if (!name.startsWith('[') && url.hostname !== name) throw bad('the host is not written in full')
  return url.host
}

function parseKey(text: string): ShareKeys {
  const bytes = fromBase64Url(text)
  if (bytes === undefined) throw new AppError('link.bad-key', { detail: 'it is not base64url' })
  if (bytes.length !== PUBLIC_KEY_BYTES + SECRET_BYTES) {
    throw new AppError('link.bad-key', { detail: `it has ${bytes.length} bytes instead of 48` })
  }
  return { publicKey: bytes.slice(0, PUBLIC_KEY_BYTES), secret: bytes.slice(PUBLIC_KEY_BYTES) }
}

function parseOthers(parameters: readonly string[], isTls: boolean): CoordinatorAddress[] {
  if (parameters.length > MAX_OTHER_ADDRESSES) {
    throw new AppError('link.bad-coordinator', { detail: 'too many addresses' })
  }
  return parameters.map((parameter) => {
    if (!parameter.startsWith('at='))
      throw new AppError('link.bad-key', { detail: 'an unknown part follows the key' })
    return { host: parseHost(parameter.slice(3), isTls), isTls }
  })
}
