/** Says what a lane runs over and why, from the candidate pair that ICE chose. Pure. */

import { BlockList, isIPv6 } from 'node:net'
import type { SelectedCandidateInfo } from 'node-datachannel'
import type { CandidateType, RouteKind, RouteReason, RouteView } from '#shared/api/views.ts'

/** Addresses that only mean something in their own network (RFC 1918, 3927, 4193, 4291). */
const LOCAL_NETWORKS = new BlockList()
LOCAL_NETWORKS.addSubnet('10.0.0.0', 8)
LOCAL_NETWORKS.addSubnet('172.16.0.0', 12)
LOCAL_NETWORKS.addSubnet('192.168.0.0', 16)
LOCAL_NETWORKS.addSubnet('169.254.0.0', 16)
LOCAL_NETWORKS.addSubnet('127.0.0.0', 8)
LOCAL_NETWORKS.addSubnet('fc00::', 7, 'ipv6')
LOCAL_NETWORKS.addSubnet('fe80::', 10, 'ipv6')
LOCAL_NETWORKS.addAddress('::1', 'ipv6')

/** Of providers and of VPNs (RFC 6598): not local, and not reachable from everywhere either. */
const SHARED_NETWORKS = new BlockList()
SHARED_NETWORKS.addSubnet('100.64.0.0', 10)

export function isLocalAddress(address: string): boolean {
  return LOCAL_NETWORKS.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

type Chosen = Pick<SelectedCandidateInfo, 'address' | 'port' | 'type' | 'transportType'>

export interface ChosenPair {
  readonly local: Chosen
  readonly remote: Chosen
}

/** What a pair does not tell. */
export interface RouteContext {
  /** The person on this side allows nothing but relays. */
  readonly isRelayOnly: boolean
  readonly isOfThisDevice: (address: string) => boolean
  /** Host of the own TURN server that gave this relay candidate; null when it cannot be told. */
  readonly relayHostOf: (address: string, port: number) => string | null
}

export function routeOf(pair: ChosenPair, context: RouteContext): RouteView {
  const { remote } = pair
  // Without a router, what a server was shown is the own address; the library may name either.
  const isOwn = pair.local.type === 'srflx' && context.isOfThisDevice(pair.local.address)
  const local = isOwn ? { ...pair.local, type: 'host' as const } : pair.local
  const kind = kindOf({ local, remote }, context)
  return {
    kind,
    localType: typeOf(local.type),
    remoteType: typeOf(remote.type),
    localAddress: printAddress(local),
    remoteAddress: printAddress(remote),
    protocol: local.transportType.toUpperCase() === 'UDP' ? 'udp' : 'tcp',
    reason: reasonOf(kind, { local, remote }, context),
    relayHost: local.type === 'relay' ? context.relayHostOf(local.address, local.port) : null,
  }
}

function kindOf({ local, remote }: ChosenPair, context: RouteContext): RouteKind {
  if (local.type === 'relay' || remote.type === 'relay') return 'relayed'
  // prflx too: within one network a check often arrives before the candidate that announces its address.
  if (isLocalAddress(remote.address)) return 'lan'
  if (local.address === remote.address) return isOneDevice({ local, remote }, context) ? 'lan' : 'direct'
  return isOneSubnet(local.address, remote.address) ? 'lan' : 'direct'
}

function reasonOf(kind: RouteKind, pair: ChosenPair, context: RouteContext): RouteReason {
  const { local, remote } = pair
  if (kind === 'relayed') return context.isRelayOnly ? 'relay-only' : 'no-direct-path'
  if (kind === 'lan') return isOneDevice(pair, context) ? 'same-device' : 'same-network'
  // Both are seen under the address of one router, and it lets them meet there.
  if (local.address === remote.address) return 'hairpin'
  const hosts = [local, remote].filter(({ type }) => type === 'host')
  if (hosts.some(({ address }) => isPublicAddress(address))) return 'public-address'
  // Two addresses of one provider or VPN that reach each other without a router that changes them.
  return hosts.length === 2 ? 'same-network' : 'hole-punched'
}

/** One address may also be that of a router in front of two devices; then it is neither's own. */
function isOneDevice({ local, remote }: ChosenPair, { isOfThisDevice }: RouteContext): boolean {
  if (isOfThisDevice(remote.address)) return true
  return local.address === remote.address && [local, remote].some(({ type }) => type === 'host')
}

function isPublicAddress(address: string): boolean {
  if (isLocalAddress(address)) return false
  return isIPv6(address) || !SHARED_NETWORKS.check(address, 'ipv4')
}

/** One IPv6 /64 is one network; public IPv4 gives no such hint. */
function isOneSubnet(left: string, right: string): boolean {
  if (!isIPv6(left) || !isIPv6(right)) return false
  const network = new BlockList()
  network.addSubnet(left, 64, 'ipv6')
  return network.check(right, 'ipv6')
}

function typeOf(type: string): CandidateType {
  return type === 'host' || type === 'srflx' || type === 'relay' ? type : 'prflx'
}

function printAddress(candidate: Chosen): string {
  const { address, port } = candidate
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`
}
