/** Why a connection runs as it does, in one sentence. Pure. */

import type { PeerView, RouteView } from '#shared/api/views.ts'
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
  switch (route.kind) {
    case 'lan':
      if (route.reason === 'same-device') return words.sameDevice
      return route.reason === 'same-network' ? words.sameNetwork : words.lan
    case 'direct':
      if (route.reason === 'public-address') return words.publicAddress
      return route.reason === 'hole-punched' ? words.holePunched : words.direct
    case 'relayed':
      return relayWords(route, text)
  }
}

function relayWords(route: RouteView, text: Messages): string {
  const words = text.details.route
  const { reason, relayHost } = route
  if (reason === 'relay-only') return relayHost === null ? words.relayOnly : words.relayOnlyVia(relayHost)
  if (reason !== 'no-direct-path') return words.relayed
  if (relayHost === null) return words.noDirectPath
  // Each side has its own relay, and the bytes go through both.
  const isThroughBoth = route.localType === 'relay' && route.remoteType === 'relay'
  return isThroughBoth ? words.noDirectPathBoth(relayHost) : words.noDirectPathVia(relayHost)
}

/** A relayed connection is not the last word, unless the person wanted it so. */
export function canBecomeDirect(peer: Pick<PeerView, 'state' | 'route'>): boolean {
  return (
    peer.state === 'connected' && peer.route?.kind === 'relayed' && peer.route.reason === 'no-direct-path'
  )
}

/** How a connection is drawn and counted. */
export type Standing = 'lan' | 'direct' | 'relayed' | 'connecting' | 'failed'
export const STANDINGS: readonly Standing[] = ['lan', 'direct', 'relayed', 'connecting', 'failed']

export function standingOf(peer: Pick<PeerView, 'state' | 'route'>): Standing {
  if (peer.state === 'failed') return 'failed'
  return peer.state === 'connecting' || peer.route === null ? 'connecting' : peer.route.kind
}
