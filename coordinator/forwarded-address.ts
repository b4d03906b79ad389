/** Whose request it is, where a web server of the operator's stands in between. */

import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/**
 * The last entry of `X-Forwarded-For`: that one the web server in front has added itself; those before it anybody can
 * write. The socket's own address when there is none that can be read.
 */
export function forwardedAddress({ headers, socket }: IncomingMessage): string {
  const named = headers['x-forwarded-for']
  // Node joins repeated headers by a comma; the type does not know.
  const all = typeof named === 'string' ? named : (named ?? []).join(',')
  const last = (all.split(',').at(-1) ?? '').trim()
  // Some write IPv6 addresses in brackets, and some a port behind.
  const address = /^\[([^\]]+)\](?::\d+)?$/.exec(last)?.[1] ?? /^([\d.]+):\d+$/.exec(last)?.[1] ?? last
  return isIP(address) === 0 ? (socket.remoteAddress ?? '') : address
}
