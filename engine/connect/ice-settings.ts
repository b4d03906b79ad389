/** ICE servers and policy in the form the native library takes, and what of them it cannot use. Pure. */

import type { IceServer as NativeIceServer, RtcConfig } from 'node-datachannel'
import { AppError } from '#shared/errors.ts'
import type { IceServerView } from '#shared/api/settings-views.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import type { CandidateFacts } from './sdp-check.ts'
import { locate, MAX_RELAYS, MAX_STUN_SERVERS, type ServerLocation } from './ice-url.ts'

export type RoutePolicy = 'automatic' | 'direct' | 'relay'

export interface PortRange {
  readonly from: number
  readonly to: number
}

/** A TURN server with its login. */
export interface Relay extends ServerLocation {
  readonly username: string
  readonly password: string
}

export interface ChosenServers {
  readonly stun: readonly ServerLocation[]
  readonly relays: readonly Relay[]
  /** URLs that cannot be used, at all or beside the others: never dropped without a word. */
  readonly unused: readonly string[]
}

export interface IceLimits {
  readonly policy: RoutePolicy
  readonly bindAddress: string | undefined
  readonly portRange: PortRange | undefined
}

/** The only address from which a socket reaches nobody but programs of this device. */
const LOOPBACK = '127.0.0.1'

/** @param servers in order of preference: the person's own before a coordinator's */
export function chooseServers(servers: readonly IceServer[]): ChosenServers {
  const stun: ServerLocation[] = []
  const relays: Relay[] = []
  const unused: string[] = []
  for (const server of servers) {
    for (const url of server.urls) {
      const location = locationOf(url)
      if (location?.kind === 'stun' && stun.length < MAX_STUN_SERVERS) stun.push(location)
      else if (location?.kind === 'turn' && relays.length < MAX_RELAYS) {
        relays.push({ ...location, username: server.username ?? '', password: server.credential ?? '' })
      } else unused.push(url)
    }
  }
  return { stun, relays, unused }
}

/** What becomes of each of a person's servers: earlier ones fill what the ICE library takes at a time. */
export function usesOf(
  servers: readonly Pick<IceServerView, 'kind' | 'isEnabled'>[],
): IceServerView['use'][] {
  const room = { stun: MAX_STUN_SERVERS, turn: MAX_RELAYS }
  return servers.map(({ kind, isEnabled }) => {
    if (!isEnabled) return 'off'
    return room[kind]-- > 0 ? 'used' : 'spare'
  })
}

/** @param bridgeTo where on loopback a relay is reached that the library cannot, or must not, speak to itself */
export function iceSettings(
  { stun, relays }: ChosenServers,
  { policy, bindAddress, portRange }: IceLimits,
  bridgeTo: (relay: Relay) => { readonly hostname: string; readonly port: number },
): RtcConfig {
  const turn = (policy === 'direct' ? [] : relays).map((relay): NativeIceServer => {
    const { host, port, username, password } = relay
    const place = needsBridge(relay, policy) ? bridgeTo(relay) : { hostname: host, port }
    return { ...place, username, password, relayType: 'TurnUdp' }
  })
  // Under `relay` the library still sends checks to the other side's addresses. From loopback they cannot leave.
  const bound = policy === 'relay' ? LOOPBACK : bindAddress
  return {
    iceServers: [...(policy === 'relay' ? [] : stun.map(printStun)), ...turn],
    iceTransportPolicy: policy === 'relay' ? 'relay' : 'all',
    ...(bound === undefined ? {} : { bindAddress: bound }),
    ...(portRange === undefined ? {} : { portRangeBegin: portRange.from, portRangeEnd: portRange.to }),
  }
}

/** Which candidates may leave and enter under a policy. The library's own filter does not stop probes to others. */
export function isAllowed(policy: RoutePolicy, candidate: CandidateFacts, side: 'local' | 'remote'): boolean {
  if (policy === 'relay') {
    // A name would be asked for on the own network.
    return side === 'remote' ? !candidate.address.endsWith('.local') : candidate.type === 'relay'
  }
  if (policy === 'direct') return candidate.type !== 'relay'
  return true
}

function needsBridge(relay: Relay, policy: RoutePolicy): boolean {
  return policy === 'relay' || relay.transport !== 'udp'
}

/** A coordinator's may be anything. */
function locationOf(url: string): ServerLocation | undefined {
  try {
    return locate(url)
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

function printStun({ host, port }: ServerLocation): string {
  return `stun:${host.includes(':') ? `[${host}]` : host}:${port}`
}
