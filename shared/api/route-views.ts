/** What a lane runs over, as UIs see it: schemas. Pure. */

import * as v from 'valibot'

/** What a lane runs over. `lan` includes two programs on one computer. */
export const RouteKind = v.picklist(['lan', 'direct', 'relayed'])
export type RouteKind = v.InferOutput<typeof RouteKind>

export const CandidateType = v.picklist(['host', 'srflx', 'prflx', 'relay'])
export type CandidateType = v.InferOutput<typeof CandidateType>

/**
 * LAN and direct:
 * - `same-device`, `same-network`: they meet without a router in between; `hairpin`: one router in front of both turns
 *   packets round
 * - `public-address`: one side can be reached from everywhere; `port-mapped`: a router opened a port on request;
 *   `hole-punched`: both routers let the packets through
 *
 * Relayed, from what both sides know of their networks:
 * - `looking`: a direct way is still being looked for
 * - `relay-only`, `relay-only-there`: the person on this, on the other side wants it so
 * - `udp-blocked`, `udp-blocked-there`: the network lets no UDP out; `no-common-family`: IPv4 alone meets IPv6 alone
 * - `changing-ports`, `changing-ports-there`, `changing-ports-both`: that side's router takes another port for every
 *   destination, and the other side's lets in only what it expects
 * - `no-direct-path`: none of the direct ways carried a packet, and the facts do not say why
 */
export const RouteReason = v.picklist([
  'same-device',
  'same-network',
  'hairpin',
  'public-address',
  'port-mapped',
  'hole-punched',
  'looking',
  'relay-only',
  'relay-only-there',
  'udp-blocked',
  'udp-blocked-there',
  'no-common-family',
  'changing-ports',
  'changing-ports-there',
  'changing-ports-both',
  'no-direct-path',
])
export type RouteReason = v.InferOutput<typeof RouteReason>

export const RouteView = v.object({
  kind: RouteKind,
  localType: CandidateType,
  remoteType: CandidateType,
  localAddress: v.string(),
  remoteAddress: v.string(),
  /** `tls`: a TLS connection of its own, beside the data channels. */
  protocol: v.picklist(['udp', 'tcp', 'tls']),
  /** Why it runs this way. */
  reason: RouteReason,
  /** Host of the own TURN server in use; null when there is none or the relay is the other side's. */
  relayHost: v.nullable(v.string()),
})
export type RouteView = v.InferOutput<typeof RouteView>
