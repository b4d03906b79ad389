/** Under which addresses others on the network reach this computer, the likeliest first. Pure but for the list itself. */

import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os'

export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/** Bridges of containers and virtual machines, and tunnels: reachable by few, so named after all others. */
const VIRTUAL_NAME =
  /^(docker|br-|veth|virbr|vmnet|vboxnet|lxc|lxd|cni|flannel|podman|bridge|tun|tap|utun|wg|tailscale|zt|ppp|ipsec|vEthernet)/i

/** IPv4 before IPv6, private before public, real before virtual; loopback only when there is nothing else. */
export function reachableHosts(interfaces: Interfaces = networkInterfaces()): [string, ...string[]] {
  const found: { readonly host: string; readonly rank: number }[] = []
  for (const [name, infos] of Object.entries(interfaces)) {
    for (const info of infos ?? []) {
      const rank = rankOf(info)
      if (rank === undefined) continue
      const host = info.family === 'IPv6' ? `[${info.address}]` : info.address
      found.push({ host, rank: VIRTUAL_NAME.test(name) ? rank + VIRTUAL_PENALTY : rank })
    }
  }
  const [first = '127.0.0.1', ...others] = found.sort((a, b) => a.rank - b.rank).map(({ host }) => host)
  return [first, ...others]
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || host.startsWith('127.')
}

/** Whether an address only works inside the own network: what decides how a link is explained. */
export function isLocalHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  return (
    isLoopback(host) || isPrivate4(bare) || isLinkLocal4(bare) || isUnique6(bare) || bare.endsWith('.local')
  )
}

/** Larger than any rank of `rankOf`. */
const VIRTUAL_PENALTY = 10

/** Lower is better; undefined for what no other computer can use. */
function rankOf(info: NetworkInterfaceInfo): number | undefined {
  if (info.internal) return undefined
  if (info.family === 'IPv4') return isPrivate4(info.address) ? 0 : isLinkLocal4(info.address) ? 4 : 1
  // Link-local IPv6 needs a zone, which a URL cannot carry.
  if (/^fe[89ab]/i.test(info.address)) return undefined
  return isUnique6(info.address) ? 2 : 3
}

function isPrivate4(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)[\d.]+$/.test(address)
}

function isLinkLocal4(address: string): boolean {
  return /^169\.254\.[\d.]+$/.test(address)
}

function isUnique6(address: string): boolean {
  return /^f[cd][0-9a-f]{2}:/i.test(address)
}
