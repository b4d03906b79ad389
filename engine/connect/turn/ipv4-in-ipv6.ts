/** IPv4 addresses written as IPv6 ones. Pure. */

import { isIPv4, isIPv6 } from 'node:net'

/** Of NAT64 (RFC 6052): in a network that has it, packets there reach the IPv4 address. */
export const NAT64_PREFIX = '64:ff9b::'
/** Where everything is thrown away (RFC 6666). */
export const DISCARD_PREFIX = '100::'

/** As an address of one of the prefixes is printed: the gap stands in front of the last two groups. */
const WRITTEN = /^(?:64:ff9b|100)::(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})$/

/** What is no IPv4 address stays. */
export function toIPv6(address: string, prefix: string): string {
  if (!isIPv4(address)) return address
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  // The very form in which the system and the STUN codec print it.
  return normalized(`${prefix}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`)
}

/** The other way round, of either prefix; what is no such address stays. */
export function fromIPv6(address: string): string {
  if (!isIPv6(address) || address.includes('%')) return address
  const [, high = '0', low] = WRITTEN.exec(normalized(address)) ?? []
  if (low === undefined) return address
  const bytes = [high, low].flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 255]
  })
  return bytes.join('.')
}

function normalized(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1)
}
