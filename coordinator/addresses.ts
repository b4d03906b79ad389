/** Counts what each network address has open and asks for. In memory only: an address is neither stored nor logged. */

import { isIPv6 } from 'node:net'
import type { CoordinatorLimits } from './limits.ts'
import { TokenBucket } from './token-bucket.ts'

interface AddressUse {
  sockets: number
  readonly orders: TokenBucket
}

export class Addresses {
  readonly #uses = new Map<string, AddressUse>()
  readonly #limits: CoordinatorLimits

  constructor(limits: CoordinatorLimits) {
    this.#limits = limits
  }

  /** False when the address has too many sockets; then nothing is to be closed. */
  open(key: string, nowMs: number): boolean {
    const use = this.#useOf(key, nowMs)
    if (use.sockets >= this.#limits.socketsPerAddress) return false
    use.sockets++
    return true
  }

  close(key: string): void {
    const use = this.#uses.get(key)
    if (use !== undefined) use.sockets--
  }

  takeOrder(key: string, nowMs: number): boolean {
    return this.#useOf(key, nowMs).orders.take(1, nowMs)
  }

  /** Forgets addresses that have nothing open and are owed nothing. */
  purge(nowMs: number): void {
    for (const [key, use] of this.#uses) {
      if (use.sockets === 0 && use.orders.isFull(nowMs)) this.#uses.delete(key)
    }
  }

  #useOf(key: string, nowMs: number): AddressUse {
    let use = this.#uses.get(key)
    if (use === undefined) {
      const perHour = this.#limits.ordersPerHour
      use = { sockets: 0, orders: new TokenBucket(perHour / 3600, perHour, nowMs) }
      this.#uses.set(key, use)
    }
    return use
  }
}

/** What counts as one address: an IPv4 address, or the /64 of an IPv6 one, since a home has all of that. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  if (!isIPv6(address)) return address
  const [left = '', right] = (address.split('%')[0] ?? '').split('::')
  const head = left === '' ? [] : left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  // An embedded IPv4 address at the end stands for two groups; it is never among the first four.
  const tailLength = tail.length + (tail.at(-1)?.includes('.') === true ? 1 : 0)
  const zeros = right === undefined ? 0 : Math.max(0, 8 - head.length - tailLength)
  const groups = [...head, ...Array.from({ length: zeros }, () => '0'), ...tail]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
