/** Says what a lane runs over, from the candidate pair that ICE chose. Pure. */

import { BlockList, isIPv6 } from 'node:net'
import type { SelectedCandidateInfo } from 'node-datachannel'
import type { CandidateType, RouteKind, RouteView } from '#shared/api/views.ts'

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

export function isLocalAddress(address: string): boolean {
  return LOCAL_NETWORKS.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

type Chosen = Pick<SelectedCandidateInfo, 'address' | 'port' | 'type' | 'transportType'>

export function routeOf(pair: { readonly local: Chosen; readonly remote: Chosen }): RouteView {
  const { local, remote } = pair
  return {
    kind: kindOf(local, remote),
    localType: typeOf(local.type),
    remoteType: typeOf(remote.type),
    localAddress: printAddress(local),
    remoteAddress: printAddress(remote),
    protocol: local.transportType.toUpperCase() === 'UDP' ? 'udp' : 'tcp',
  }
}

function kindOf(local: Chosen, remote: Chosen): RouteKind {
  if (local.type === 'relay' || remote.type === 'relay') return 'relayed'
  // prflx too: within one network a check often arrives before the candidate that announces its address.
  if (isLocalAddress(remote.address)) return 'lan'
  return isSameNetwork(local.address, remote.address) ? 'lan' : 'direct'
}

/** One IPv6 /64 or the very same address is one network; public IPv4 gives no such hint. */
function isSameNetwork(left: string, right: string): boolean {
  if (left === right) return true
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
