/** Routes and states of a connection in words: the one place where the command line names them. Pure. */

import type { PeerView, RouteKind, RouteReason, RouteView } from '#shared/api/views.ts'
import { unreachable, type ErrorCode } from '#shared/errors.ts'
import { formatSeconds } from './format.ts'
import { displayWidth, safeText } from './terminal-text.ts'

/** What is wrong with a peer, short enough for a table; the others are “failed”. */
const FAILURE_WORDS: Partial<Record<ErrorCode, string>> = {
  'peer.unreachable': 'cannot be reached',
  'peer.silent': 'stopped answering',
  'peer.bad-piece': 'shut out: sent bad data',
  'peer.protocol': 'not understood',
  'peer.version': 'other version of Beeline',
}

/** Why a relay is in between, to follow “because”; the others need no excuse. */
const RELAY_REASONS: Partial<Record<RouteReason, string>> = {
  'relay-only': 'you chose to hide your address',
  'relay-only-there': 'the other side chose to hide its address',
  'udp-blocked': 'your network lets no UDP out',
  'udp-blocked-there': 'the other side’s network lets no UDP out',
  'no-common-family': 'one side has only IPv4, the other only IPv6',
  'changing-ports':
    'your router takes another port for every destination, and theirs lets in only what it expects',
  'changing-ports-there':
    'their router takes another port for every destination, and yours lets in only what it expects',
  'changing-ports-both': 'both routers take another port for every destination',
  'no-direct-path': 'no direct way carried a packet',
}

/** In a history. */
const KIND_WORDS: Readonly<Record<RouteKind, string>> = {
  lan: 'local',
  direct: 'direct',
  relayed: 'relayed',
}
/** Changes of one connection that are told; the latest of more. */
const MAX_TOLD = 4

function routeWords(route: RouteView): string {
  const tls = route.protocol === 'tls' ? ', TLS' : ''
  switch (route.kind) {
    case 'lan': {
      if (route.reason === 'same-device') return `direct, this computer${tls}`
      return `direct, ${route.reason === 'hairpin' ? 'same router' : 'same network'}${tls}`
    }
    case 'direct':
      return `direct, through the internet${tls}`
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
      return peer.route === null ? 'connected' : `${routeWords(peer.route)}${tlsWords(peer)}`
    default:
      return unreachable(peer.state)
  }
}

/** What came of the try for a faster connection; empty where it is open or there was none. */
function tlsWords({ route, tls }: Pick<PeerView, 'route' | 'tls'>): string {
  // Through the internet routers may stand in the way, and nobody has to do anything about it.
  return route?.kind === 'lan' && tls === 'blocked' ? ' (TLS: blocked)' : ''
}

/** Why a connection is relayed, and whether that may change; undefined for one that is not. */
export function relaySentence(peer: Pick<PeerView, 'state' | 'route' | 'betterRoute'>): string | undefined {
  if (peer.state !== 'connected' || peer.route?.kind !== 'relayed') return undefined
  const why = relayReason(peer.route.reason)
  if (why === undefined) return 'relayed for now; a direct way is being looked for'
  switch (peer.betterRoute) {
    case 'trying':
      return `relayed, because ${why}; a direct way is being tried`
    case 'later':
      return `relayed, because ${why}; tried again later`
    case 'none':
      return `relayed, because ${why}`
    default:
      return unreachable(peer.betterRoute)
  }
}

/** What follows “because”. */
export function relayReason(reason: RouteReason): string | undefined {
  return RELAY_REASONS[reason]
}

/** “relayed after 0.8 s, direct after 2.1 s”; undefined where nothing has changed. */
export function historyWords(history: PeerView['history']): string | undefined {
  if (history.length < 2) return undefined
  const told = history.slice(-MAX_TOLD)
  const words = told.map(({ kind, sinceMs }) => `${KIND_WORDS[kind]} after ${formatSeconds(sinceMs)}`)
  return `${told.length < history.length ? '… ' : ''}${words.join(', ')}`
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
