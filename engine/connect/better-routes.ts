/** Watches what the connected peers run over, tries for a direct way where it pays, and remembers how it went. */

import type { PeerView, RouteReason } from '#shared/api/views.ts'
import { NO_FACTS, type NetworkFacts } from '#shared/protocol/network-facts.ts'
import type { PeerId } from '#shared/share/keys.ts'
import type { ConnectorOptions, PeerLook } from './connector-options.ts'
import type { KnownPeer } from './known-peer.ts'
import { isOwedToOpenPort, prospectOf, type Prospect } from './route-prospects.ts'

/** What is known of a peer's routes beyond the lanes themselves. */
export interface PeerRoutes extends Pick<PeerView, 'history' | 'betterRoute'> {
  /** Of what runs over a relay: from the facts of both sides and the search for a direct way. */
  readonly relayReason: RouteReason
  /** What runs directly, runs over a port that a router opened. */
  readonly isPortMapped: boolean
}

export interface BetterRoutesParts {
  /** Of this device's network. */
  facts(): NetworkFacts
  /** Undefined for a peer that has not said hello. */
  look(peer: PeerId): PeerLook | undefined
  /** Tries for a direct way, now. */
  begin(known: KnownPeer, predict: boolean): void
}

export class BetterRoutes {
  readonly #parts: BetterRoutesParts

  constructor(parts: BetterRoutesParts) {
    this.#parts = parts
  }

  /** What the own side may tell: under `relay only` no more than that. */
  ownFacts({ monitor, policy }: Pick<ConnectorOptions, 'monitor' | 'policy'>): NetworkFacts {
    const measured = policy === 'relay' ? NO_FACTS : (monitor?.facts ?? NO_FACTS)
    return { ...measured, policy }
  }

  look(known: KnownPeer, nowMs: number): void {
    const prospect = this.#takeIn(known, nowMs)
    if (prospect !== undefined) this.#parts.begin(known, prospect.needsPrediction)
  }

  view(peer: PeerId, known: KnownPeer | undefined, nowMs: number): PeerRoutes {
    // Between two looks the route may have changed, and everything that is shown is to be of one moment.
    if (known !== undefined) this.#takeIn(known, nowMs)
    const own = this.#parts.facts()
    const remote = this.#parts.look(peer)?.facts ?? NO_FACTS
    const { reason } = prospectOf(own, remote)
    const isPortMapped = isOwedToOpenPort(own, remote)
    if (known === undefined) return { history: [], betterRoute: 'none', relayReason: reason, isPortMapped }
    const { history, search } = known
    return {
      history: history.list(),
      betterRoute: search.state,
      relayReason: search.isHopeful ? 'looking' : reason,
      isPortMapped,
    }
  }

  /** @returns what is expected of a direct way, when one is to be tried for now */
  #takeIn(known: KnownPeer, nowMs: number): Prospect | undefined {
    const look = this.#parts.look(known.peer)
    if (look === undefined || known.lanes.size === 0) return undefined
    if (look.kind !== null) known.history.note(look.kind, nowMs)
    const prospect = prospectOf(this.#parts.facts(), look.facts ?? NO_FACTS)
    const view = { isRelayed: look.kind === 'relayed', prospect, isOfferer: known.isOfferer }
    return known.search.look(view, nowMs) ? prospect : undefined
  }
}
