/** What the outside address that a router tells is worth. Pure. */

import { BlockList, isIPv4 } from 'node:net'
import { isLocalAddress } from '../route.ts'

/** Between a provider's own router and its customers (RFC 6598). */
const SHARED = new BlockList()
SHARED.addSubnet('100.64.0.0', 10)

/** No device has one of these: “this network”, multicast, reserved, broadcast. */
const NOBODY = new BlockList()
NOBODY.addSubnet('0.0.0.0', 8)
NOBODY.addSubnet('224.0.0.0', 3)

export function isSharedAddress(address: string): boolean {
  return isIPv4(address) && SHARED.check(address)
}

/**
 * `public`: the world can send there. `second-router`: the router stands behind another one, so that what it opens leads nowhere.
 * `nonsense`: no address that a router could have.
 */
export function judgeOutside(address: string): 'public' | 'second-router' | 'nonsense' {
  if (!isIPv4(address) || NOBODY.check(address)) return 'nonsense'
  return isLocalAddress(address) || isSharedAddress(address) ? 'second-router' : 'public'
}
