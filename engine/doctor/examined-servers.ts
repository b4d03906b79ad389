/** The STUN and TURN servers that an examination tries: the person's own and the coordinator's, each once. Pure. */

import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import { AppError } from '#shared/errors.ts'
import { parseServer, type ServerLocation } from '../connect/ice-url.ts'
import type { TestedServer } from '../connect/turn/server-test.ts'

/**
 * Of one coordinator. More would be one that makes its devices knock at the doors of others; a real one names a few. A
 * person's own are all tried.
 */
const MAX_COORDINATOR_SERVERS = 8

export type ExaminedServer = {
  readonly kind: 'stun' | 'turn'
  /** The address without a login, for people. */
  readonly subject: string
} & (
  | { readonly access: TestedServer; readonly location: ServerLocation; readonly problem?: never }
  /** It cannot be used, and never was tried. */
  | { readonly problem: AppError; readonly access?: never; readonly location?: never }
)

/** Own ones. */
export function examinedServers(servers: readonly IceServer[]): ExaminedServer[] {
  return withoutDoubles(servers.flatMap(readServer))
}

/** What a coordinator adds to those that are tried already. */
export function addedServers(
  servers: readonly IceServer[],
  known: readonly ExaminedServer[],
): ExaminedServer[] {
  const all = withoutDoubles([...known, ...servers.flatMap(readServer)])
  return all.slice(known.length, known.length + MAX_COORDINATOR_SERVERS)
}

function readServer({ urls, username = '', credential = '' }: IceServer): ExaminedServer[] {
  return urls.map((url) => {
    try {
      const {
        kind,
        transport,
        host,
        port,
        url: subject,
      } = parseServer({ url, username, password: credential })
      return {
        kind,
        subject,
        access: { kind, url: subject, username, password: credential },
        location: { kind, transport, host, port },
      }
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      // Nothing more of it is repeated: it may hold a login.
      const scheme = /^(stun|turn)s?:/i.exec(url)?.[0].toLowerCase() ?? ''
      return { kind: scheme.startsWith('turn') ? 'turn' : 'stun', subject: `${scheme}…`, problem: thrown }
    }
  })
}

function withoutDoubles(servers: readonly ExaminedServer[]): ExaminedServer[] {
  const known = new Map<string, ExaminedServer>()
  for (const server of servers) {
    const { access, subject } = server
    const name = JSON.stringify([subject, access?.username, access?.password])
    if (!known.has(name)) known.set(name, server)
  }
  return [...known.values()]
}
