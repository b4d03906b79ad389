/** How many devices are connected over each kind of route. Pure. */

import type { PeerView, RouteKind } from '#shared/api/views.ts'

/** The shortest way first. */
const KINDS: readonly RouteKind[] = ['lan', 'direct', 'relayed']

export function countRoutes(
  peers: readonly Pick<PeerView, 'state' | 'route'>[],
): { readonly kind: RouteKind; readonly count: number }[] {
  const connected = peers.filter(({ state }) => state === 'connected')
  return KINDS.map((kind) => ({
    kind,
    count: connected.filter(({ route }) => route?.kind === kind).length,
  })).filter(({ count }) => count > 0)
}
