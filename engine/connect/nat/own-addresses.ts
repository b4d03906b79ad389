/** The addresses of this device, as far as the way to others depends on them. */

import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isLocalAddress } from '../route.ts'
import type { AddressFamily } from './network-probe.ts'

export interface OwnAddress {
  readonly address: string
  readonly family: AddressFamily
  readonly isInternal: boolean
}

export function ownAddresses(): OwnAddress[] {
  return Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .map(({ address, family, internal }) => ({
      address,
      family: family === 'IPv6' ? 'ipv6' : 'ipv4',
      isInternal: internal,
    }))
}

/** Whether packets of a family can leave this device, by any address or by the one that is demanded. */
export function hasFamily(
  family: AddressFamily,
  bindAddress: string | undefined,
  own: readonly OwnAddress[] = ownAddresses(),
): boolean {
  if (bindAddress !== undefined) return isIPv6(bindAddress) === (family === 'ipv6')
  return own.some((one) => one.family === family && !one.isInternal && !isOfTheCable(one.address))
}

/**
 * Two texts are the same when nothing happened that connections depend on: networks of IPv6, whose addresses in them come and
 * go by the hour (RFC 8981), and addresses of IPv4.
 */
export function signatureOf(own: readonly OwnAddress[]): string {
  const parts = own
    .filter(({ address, isInternal }) => !isInternal && !isOfTheCable(address))
    .map(({ address, family }) => (family === 'ipv4' ? address : networkOf(address)))
  return [...new Set(parts)].toSorted().join(' ')
}

/** Made up by the device itself, for its own cable (RFC 3927, RFC 4291). */
function isOfTheCable(address: string): boolean {
  return isLocalAddress(address) && /^(?:169\.254\.|fe[89ab])/i.test(address)
}

/** The first 64 bits, in full. */
function networkOf(address: string): string {
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...middle, ...right].slice(0, 4).join(':')
}
