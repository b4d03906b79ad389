/** The networks that this device is directly on: where multicast goes, and whose addresses are neighbours. */

import { BlockList, isIP, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isLocalAddress } from '../route.ts'

/** Interfaces that are asked; containers and VPNs make dozens. */
const MAX_LINKS = 8

export interface Link {
  readonly family: 'ipv4' | 'ipv6'
  /** As multicast functions want it: an own address (IPv4), or `::%eth0` (on Windows a number). */
  readonly multicastInterface: string
  readonly address: string
  readonly prefixLength: number
}

export function localLinks(): Link[] {
  const links: Link[] = []
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { internal, family, address, cidr, scopeid } of addresses ?? []) {
      if (internal || cidr === null) continue
      const scope = process.platform === 'win32' ? String(scopeid ?? 0) : name
      const isVersion4 = family === 'IPv4'
      links.push({
        family: isVersion4 ? 'ipv4' : 'ipv6',
        multicastInterface: isVersion4 ? address : `::%${scope}`,
        address,
        prefixLength: Number(cidr.slice(cidr.indexOf('/') + 1)),
      })
    }
  }
  return links
}

/** One for each interface. */
export function interfacesOf(links: readonly Link[], family: Link['family']): string[] {
  const names = links.filter((link) => link.family === family).map((link) => link.multicastInterface)
  return [...new Set(names)].slice(0, MAX_LINKS)
}

/** Whether a packet from there came from a neighbour, and not from behind a router (RFC 6762 §11). */
export function isNeighbour(address: string, links: readonly Link[]): boolean {
  const [bare = ''] = address.split('%')
  return LINK_LOCAL.check(bare, familyOf(bare)) || isOnLink(bare, links)
}

/**
 * Whether a connection to what a name stands for may be tried: only to other devices of the own networks, so that nobody can point
 * us at this device itself or at the world by a name. A link-local IPv6 address says nothing without its interface.
 */
export function isWorthTrying(address: string, links: readonly Link[]): boolean {
  if (isIP(address) === 0 || (isIPv6(address) ? NEVER6.check(address, 'ipv6') : NEVER.check(address)))
    return false
  return isLocalAddress(address) || isOnLink(address, links)
}

const LINK_LOCAL = new BlockList()
LINK_LOCAL.addSubnet('169.254.0.0', 16)
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6')

const NEVER = new BlockList()
NEVER.addSubnet('0.0.0.0', 8)
NEVER.addSubnet('127.0.0.0', 8)
NEVER.addSubnet('224.0.0.0', 3)

/** On its own: Node holds an IPv4 address for a part of ::ffff:0:0/96, and the list above would have them all. */
const NEVER6 = new BlockList()
NEVER6.addAddress('::', 'ipv6')
NEVER6.addAddress('::1', 'ipv6')
NEVER6.addSubnet('::ffff:0:0', 96, 'ipv6')
NEVER6.addSubnet('fe80::', 10, 'ipv6')
NEVER6.addSubnet('ff00::', 8, 'ipv6')

function isOnLink(address: string, links: readonly Link[]): boolean {
  const family = familyOf(address)
  const networks = new BlockList()
  for (const link of links) {
    if (link.family === family) networks.addSubnet(link.address, link.prefixLength, family)
  }
  return networks.check(address, family)
}

function familyOf(address: string): Link['family'] {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}
