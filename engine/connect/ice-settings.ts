/** ICE servers and policy in the form the native library takes. Pure. */

import { isIPv6 } from 'node:net'
import type { IceServer as NativeIceServer, RtcConfig } from 'node-datachannel'
import type { CandidateFacts } from './sdp-check.ts'
import type { ServerLocation } from './ice-url.ts'
import type { ChosenServers, Relay } from './server-roster.ts'

export type RoutePolicy = 'automatic' | 'direct' | 'relay'

/** Which ways one connection may take; `direct`: one that is to be better than the relay in use. */
export type Ways = 'any' | 'direct'

export interface PortRange {
  readonly from: number
  readonly to: number
}

export interface IceLimits {
  readonly policy: RoutePolicy
  readonly bindAddress: string | undefined
  readonly portRange: PortRange | undefined
}

/** What `iceSettings` must know of this device and of one connection. */
export interface IceCircumstances extends IceLimits {
  readonly ways: Ways
  /** Relays are kept in reserve: a bridge lets nothing through to them until it is told. */
  readonly isReserving: boolean
  /** This device has an IPv4 address beside loopback. */
  readonly hasIPv4: boolean
}

/** The only addresses from which a socket reaches nobody but programs of this device. */
export const LOOPBACK = '127.0.0.1'
/** Without an IPv4 address beside loopback the library knows no IPv4 address at all: it resolves with AI_ADDRCONFIG. */
export const LOOPBACK_IPV6 = '::1'

/** @param bridgeTo the port on loopback at which a relay is reached that the library cannot, or must not, speak to itself */
export function iceSettings(
  { stun, relays }: ChosenServers,
  circumstances: IceCircumstances,
  bridgeTo: (relay: Relay) => number,
): RtcConfig {
  const { policy, ways, bindAddress, portRange, hasIPv4 } = circumstances
  const loopback = hasIPv4 ? LOOPBACK : LOOPBACK_IPV6
  const turn = (policy === 'direct' || ways === 'direct' ? [] : relays).map((relay): NativeIceServer => {
    const { host, port, username, password } = relay
    const place = needsBridge(relay, circumstances)
      ? { hostname: loopback, port: bridgeTo(relay) }
      : { hostname: host, port }
    return { ...place, username, password, relayType: 'TurnUdp' }
  })
  // Under `relay` the library still sends checks to the other side's addresses. From loopback they cannot leave.
  const bound = policy === 'relay' ? loopback : bindAddress
  return {
    iceServers: [...(policy === 'relay' ? [] : stun.map(printStun)), ...turn],
    iceTransportPolicy: policy === 'relay' ? 'relay' : 'all',
    ...(bound === undefined ? {} : { bindAddress: bound }),
    ...(portRange === undefined ? {} : { portRangeBegin: portRange.from, portRangeEnd: portRange.to }),
  }
}

/** Which candidates may leave and enter under a policy. The library's own filter does not stop probes to others. */
export function isAllowed(
  policy: RoutePolicy,
  candidate: CandidateFacts,
  side: 'local' | 'remote',
  ways: Ways = 'any',
): boolean {
  if (policy === 'relay') {
    // There is no direct way that would not tell the address.
    if (ways === 'direct') return false
    // A name would be asked for on the own network.
    return side === 'remote' ? !candidate.address.endsWith('.local') : candidate.type === 'relay'
  }
  if (policy === 'direct' || ways === 'direct') return candidate.type !== 'relay'
  return true
}

/**
 * The library speaks to a relay over UDP only, and over IPv4 wherever the relay's name has such an address, which a
 * device with IPv6 alone does not reach.
 */
function needsBridge(relay: Relay, { policy, bindAddress, hasIPv4, isReserving }: IceCircumstances): boolean {
  if (policy === 'relay' || relay.transport !== 'udp') return true
  // From an IPv6 address of a card no bridge on 127.0.0.1 can be reached.
  if (isReserving && !isIPv6(bindAddress ?? '')) return true
  return bindAddress === undefined && (!hasIPv4 || isIPv6(relay.host))
}

function printStun({ host, port }: ServerLocation): string {
  return `stun:${host.includes(':') ? `[${host}]` : host}:${port}`
}
