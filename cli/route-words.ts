/** Routes and states of a connection in words: the one place where the command line names them. Pure. */

import type { PeerView, RouteView } from '#shared/api/views.ts'
import { unreachable, type ErrorCode } from '#shared/errors.ts'
import { displayWidth, safeText } from './terminal-text.ts'

/** What is wrong with a peer, short enough for a table; the others are “failed”. */
const FAILURE_WORDS: Partial<Record<ErrorCode, string>> = {
  'peer.unreachable': 'cannot be reached',
  'peer.silent': 'stopped answering',
  'peer.bad-piece': 'shut out: sent bad data',
  'peer.protocol': 'not understood',
  'peer.version': 'other version of Beeline',
}

function routeWords(route: RouteView): string {
  switch (route.kind) {
    case 'lan':
      return 'direct, same network'
    case 'direct':
      return 'direct, through the internet'
    case 'relayed': {
      const host = safeText(route.relayHost ?? addressOf(route))
      return host === '' ? 'relayed' : `relayed through ${host}`
    }
    default:
      return unreachable(route.kind)
  }
}

/** How a peer is connected, or why it is not. */
export function connectionWords(peer: PeerView): string {
  switch (peer.state) {
    case 'connecting':
      return 'connecting…'
    case 'failed':
      return (peer.failure === null ? undefined : FAILURE_WORDS[peer.failure]) ?? 'failed'
    case 'connected':
      return peer.route === null ? 'connected' : routeWords(peer.route)
    default:
      return unreachable(peer.state)
  }
}

/** A peer chooses its name itself, or none. */
export function peerName(peer: PeerView): string {
  const name = safeText(peer.name).trim()
  // A name of nothing but joiners is as good as none.
  return displayWidth(name) === 0 ? `someone (${peer.peer.slice(0, 4)})` : name
}

/** The side that allocated the relay sees its address as its own candidate. */
function addressOf(route: RouteView): string {
  const address = route.localType === 'relay' ? route.localAddress : route.remoteAddress
  return /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? address.replace(/^([^:]*):\d+$/, '$1')
}
