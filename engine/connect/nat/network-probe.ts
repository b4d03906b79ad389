/**
 * Measures how this device's network treats UDP, with few packets to STUN servers over sockets of its own: which address
 * the world sees, how ports are mapped (RFC 5780 §4.3), whose packets are let in (§4.4), whether the router turns packets
 * round. The monitor and the doctor ask here.
 */

import type { Filtering, Mapping } from '#shared/protocol/network-facts.ts'
import type { ServerLocation } from '../ice-url.ts'
import type { Endpoint } from '../turn/stun-values.ts'
import { FamilyProber } from './family-prober.ts'
import { findDestinations } from './stun-destinations.ts'

export type AddressFamily = 'ipv4' | 'ipv6'

/** What was found of one family. */
export interface FamilyProbe {
  /** `unknown` also where servers answered but are too few: two addresses are needed to tell one mapping from another. */
  readonly mapping: Mapping
  /** `unknown` where no server has a second address to answer from. */
  readonly filtering: Filtering
  /** The own address as the world sees it, from one socket; undefined when nobody answered. */
  readonly mapped: Endpoint | undefined
  /** Of `mapping: 'step'`: how far each new port is from the last one; negative where they count down. */
  readonly step: number | undefined
  /** Two own sockets reach each other by their outside addresses. Undefined: not measured, or there is no router. */
  readonly turnsRound: boolean | undefined
}

/** One address of one server. */
export interface ServerProbe {
  readonly server: ServerLocation
  readonly family: AddressFamily
  /** An IP address. */
  readonly address: string
  /** From a request to its answer; undefined when there was none in time. Milliseconds. */
  readonly roundTripMs: number | undefined
  /** What it said that this device's address is. */
  readonly mapped: Endpoint | undefined
}

export interface NetworkProbe {
  readonly ipv4: FamilyProbe
  readonly ipv6: FamilyProbe
  /** Those that were asked, in order: a few of each family, whatever the number of servers. */
  readonly servers: readonly ServerProbe[]
  /** Milliseconds, names included. */
  readonly durationMs: number
}

export interface ProbeOptions {
  /** Only this address of the own device is used, and its family. */
  readonly bindAddress?: string | undefined
  /** Whether to ask also what connections do not need to know. True when left out. */
  readonly hairpin?: boolean
  /** Called with what is known so far, each time something is added: mapping long before filtering. */
  readonly onProgress?: (probe: NetworkProbe) => void
}

/**
 * Resolves within about two seconds after the names are resolved, often in a quarter of one. Servers of TURN over UDP are
 * asked as well, as they answer plain requests too; those over TCP and TLS are left out. Rejects with the signal's reason only.
 */
export async function probeNetwork(
  servers: readonly ServerLocation[],
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<NetworkProbe> {
  const startedMs = performance.now()
  const destinations = await findDestinations(servers, options.bindAddress, signal)
  const probers = {
    ipv4: new FamilyProber('ipv4', destinations.ipv4, options),
    ipv6: new FamilyProber('ipv6', destinations.ipv6, options),
  }
  const found = (): NetworkProbe => ({
    ipv4: probers.ipv4.found,
    ipv6: probers.ipv6.found,
    servers: [...probers.ipv4.servers, ...probers.ipv6.servers],
    durationMs: performance.now() - startedMs,
  })
  const progress = (): void => options.onProgress?.(found())
  await Promise.all([probers.ipv4.run(progress, signal), probers.ipv6.run(progress, signal)])
  return found()
}
