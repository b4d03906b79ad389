/** Asks the gateway in all three protocols at once which of them it speaks. */

import { findNatPmp } from './nat-pmp.ts'
import { findPcp } from './pcp.ts'
import type { Gateway, Router, RouterPorts } from './router.ts'
import { findUpnp } from './upnp-igd.ts'

/**
 * Best first: PCP and NAT-PMP are two small packets, with a lease that the router itself ends; UPnP is HTTP and XML. Each is known when
 * it is known, so that a good router need not wait for a search that finds nothing; six seconds at most where the router is silent or
 * slow. They reject with the signal's reason only.
 */
export function findRouters(gateway: Gateway, ports: RouterPorts, signal: AbortSignal): FoundRouters {
  const found = [
    findPcp(gateway, ports.mapping, signal),
    findNatPmp(gateway, ports.mapping, signal),
    findUpnp(gateway, ports.search, signal),
  ]
  // Whoever stops at the first does not look at the others.
  for (const one of found) one.catch(() => undefined)
  return found
}

/** One for each protocol; undefined where the gateway does not speak it. */
export type FoundRouters = readonly Promise<Router | undefined>[]
