/** What a connector is given, and whom it tells. */

import type { RouteKind } from '#shared/api/views.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import type { NetworkFacts } from '#shared/protocol/network-facts.ts'
import type { LaneId } from '#shared/protocol/signals.ts'
import type { PeerId, ShareKeys } from '#shared/share/keys.ts'
import type { Lane } from '#shared/swarm/lane.ts'
import type { MeshLink } from '#shared/swarm/mesh.ts'
import type { TopicSession } from '../coordinator-client/client.ts'
import type { PortRange, RoutePolicy } from './ice-settings.ts'
import type { NetworkMonitor } from './nat/network-monitor.ts'
import type { ServerHealth } from './server-health.ts'
import type { EarlyStream } from './tls/early-stream.ts'

export interface ConnectorOptions {
  readonly keys: ShareKeys
  readonly session: TopicSession
  readonly policy: RoutePolicy
  /** The person's own. */
  readonly iceServers: readonly IceServer[]
  readonly bindAddress: string | undefined
  /** Of UDP sockets; any when undefined. */
  readonly portRange: PortRange | undefined
  /** Peers at a time. */
  readonly maxConnections?: number
  /** What is known of STUN and TURN servers; all shares of an engine share it. */
  readonly health?: ServerHealth | undefined
  /** The person's HTTP proxy; undefined: as the environment says. */
  readonly proxy?: string | undefined
  /** Certificates of authorities that TURN servers may have, instead of the system's, PEM: tests. */
  readonly turnCa?: string
  /** Lanes that may take any way take the relay: tests of what comes afterwards. */
  readonly isRelayFirst?: boolean | undefined
  /** Of the device's network; without it nothing is known of it. */
  readonly monitor?: NetworkMonitor | undefined
  /** What becomes of the lanes; without it none is looked after once it is open. */
  readonly swarm?: PeerPort
  /** TLS lanes; undefined where none are wanted. */
  readonly streams?: StreamPort | undefined
  readonly events: ConnectorEvents
  readonly log: (event: string, fields: Record<string, string | number | boolean>) => void
}

/** A connected peer, as the swarm knows it. */
export interface PeerLook {
  /** Of its best lane; null while unknown. */
  readonly kind: RouteKind | null
  /** What it says of its network; undefined before it has. */
  readonly facts: NetworkFacts | undefined
}

interface PeerPort {
  /** Undefined before it has said hello. */
  look(peer: PeerId): PeerLook | undefined
  /** Over a lane to it, or by a neighbour. False when there is none that lives. */
  signal(peer: PeerId, box: string): boolean
  /** Whether a neighbour would pass a signal along to the peer. */
  canReach(peer: PeerId): boolean
  /** Peers that neighbours are connected to and this device is not. */
  strangers(): readonly PeerId[]
  /** Something is missing here. */
  isHungry(): boolean
  /** What each connection is worth to the mesh. */
  links(): readonly MeshLink[]
  /** Ends the connection to a peer, which makes room for another. */
  part(peer: PeerId): void
  /** Its lanes that this connector did not open end too. */
  closeStreams(peer: PeerId): void
}

interface StreamPort {
  /** One that is begun while this lane is being opened. */
  early(peer: PeerId, lane: LaneId): EarlyStream
}

interface ConnectorEvents {
  opened(peer: PeerId, lane: Lane): void
  isBanned(peer: PeerId): boolean
  changed(): void
  /** Something the person entered, or the coordinator gave, that cannot be used. */
  unusedServers(urls: readonly string[]): void
  /** No lane of some peer answers: perhaps it is this device's network. */
  silent?(): void
}
