/** Why a connection runs as it does, and over what it ran before, in words. Pure. */

import type { PeerView, RouteKind, RouteView } from '#shared/api/views.ts'
import type { Format } from '../../text/format.ts'
import type { Messages } from '../../text/messages.ts'

/** Of the connection as a whole: what it is at, or what its busiest lane runs over. */
export function connectionWords(peer: Pick<PeerView, 'state' | 'route' | 'failure'>, text: Messages): string {
  switch (peer.state) {
    case 'failed':
      return text.errors[peer.failure ?? 'peer.unreachable']
    case 'connecting':
      return text.details.route.connecting
    case 'connected':
      return peer.route === null ? text.details.route.unknown : routeWords(peer.route, text)
  }
}

export function routeWords(route: RouteView, text: Messages): string {
  const words = text.details.route
  switch (route.reason) {
    case 'same-device':
    case 'same-network':
      return route.protocol === 'tls' ? words.tls[route.reason] : words.reached[route.reason]
    case 'hairpin':
    case 'public-address':
    case 'port-mapped':
    case 'hole-punched':
      if (route.kind === 'relayed') return words.relayed
      return route.protocol === 'tls' ? words.tls[route.reason] : words.reached[route.reason]
    case 'looking':
      return route.kind === 'relayed' ? words.looking(viaWords(route, text)) : words[route.kind]
    case 'relay-only':
    case 'relay-only-there':
    case 'udp-blocked':
    case 'udp-blocked-there':
    case 'no-common-family':
    case 'changing-ports':
    case 'changing-ports-there':
    case 'changing-ports-both':
    case 'no-direct-path':
      return route.kind === 'relayed'
        ? words.because(viaWords(route, text), words.why[route.reason])
        : words[route.kind]
  }
}

function viaWords(route: RouteView, text: Messages): string {
  const words = text.details.route.via
  const { relayHost } = route
  if (relayHost === null) return route.remoteType === 'relay' ? words.theirs : words.somewhere
  // Each side has its own relay, and the bytes go through both.
  const isThroughBoth = route.localType === 'relay' && route.remoteType === 'relay'
  return isThroughBoth ? words.both(relayHost) : words.host(relayHost)
}

/** What would make a relayed connection direct, where a person could do something; undefined where not. */
export function helpWords(peer: Pick<PeerView, 'state' | 'route'>, text: Messages): string | undefined {
  const words = text.details.route.help
  if (peer.state !== 'connected' || peer.route?.kind !== 'relayed') return undefined
  const byReason: Partial<Record<RouteView['reason'], string>> = {
    'udp-blocked': words.udp,
    'udp-blocked-there': words.udpThere,
    'no-common-family': words.family,
    'changing-ports': words.ports,
    'changing-ports-both': words.ports,
    'changing-ports-there': words.portsThere,
  }
  return byReason[peer.route.reason]
}

/** Whether a better route is being looked for; undefined when there is nothing to say, or the sentence says it. */
export function searchWords(
  peer: Pick<PeerView, 'state' | 'route' | 'betterRoute'>,
  text: Messages,
): string | undefined {
  if (peer.state !== 'connected' || peer.betterRoute === 'none') return undefined
  return text.details.peers.betterRoute[peer.betterRoute]
}

/** Whether a faster TLS connection is tried, or could not be had; undefined when there is nothing to say. */
export function tlsWords(peer: Pick<PeerView, 'state' | 'tls'>, text: Messages): string | undefined {
  if (peer.state !== 'connected' || peer.tls === 'none' || peer.tls === 'open') return undefined
  return text.details.peers.tls[peer.tls]
}

/** Entries of the history that are told one by one; of a longer one the last. */
const MAX_TOLD = 4

export interface Stay {
  readonly kind: RouteKind
  /** Milliseconds; null: it lasts. */
  readonly forMs: number | null
}

/** How long it ran over each route, oldest first; the last lasts. */
export function staysOf(history: PeerView['history']): readonly Stay[] {
  return history.map(({ kind, sinceMs }, i) => {
    const next = history[i + 1]
    return { kind, forMs: next === undefined ? null : Math.max(0, next.sinceMs - sinceMs) }
  })
}

/** “Open after 0.8 s: relayed for 1.3 s, direct since then.” Undefined before anything is open. */
export function historyWords(
  history: PeerView['history'],
  text: Messages,
  format: Pick<Format, 'span' | 'count'>,
): string | undefined {
  const words = text.details.history
  const [first] = history
  if (first === undefined) return undefined
  const opened = format.span(first.sinceMs)
  if (history.length === 1) return words.unchanged(opened, words.kinds[first.kind])
  const told = staysOf(history)
    .slice(-MAX_TOLD)
    .map(({ kind, forMs }) => {
      const name = words.kinds[kind]
      return forMs === null ? words.since(name) : words.lasted(name, format.span(forMs))
    })
  const stays = told.join(', ')
  const changes = history.length - 1
  return history.length > MAX_TOLD
    ? words.changedOften(opened, format.count(changes), stays)
    : words.changed(opened, stays)
}

/** How a connection is drawn and counted. */
export type Standing = 'lan' | 'direct' | 'relayed' | 'connecting' | 'failed'
export const STANDINGS: readonly Standing[] = ['lan', 'direct', 'relayed', 'connecting', 'failed']

export function standingOf(peer: Pick<PeerView, 'state' | 'route'>): Standing {
  if (peer.state === 'failed') return 'failed'
  return peer.state === 'connecting' || peer.route === null ? 'connecting' : peer.route.kind
}
