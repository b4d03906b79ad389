/** ICE servers and policy in the form the native library takes, and what of them it cannot use. Pure. */

import type { IceServer as NativeIceServer, RtcConfig } from 'node-datachannel'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import type { CandidateFacts } from './sdp-check.ts'
import { MAX_RELAYS, MAX_STUN_SERVERS } from './ice-url.ts'

export type RoutePolicy = 'automatic' | 'direct' | 'relay'

export interface IceSettings {
  readonly config: RtcConfig
  /** Server URLs that this library cannot use: never dropped without a word. */
  readonly unused: readonly string[]
}

const DEFAULT_PORT = 3478
const URL_FORM =
  /^(stun|stuns|turn|turns):(\[[0-9A-Fa-f:.]+\]|[^:?[\]]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/

/** @param servers in order of preference: the person's own before a coordinator's */
export function iceSettings(
  servers: readonly IceServer[],
  policy: RoutePolicy,
  bindAddress: string | undefined,
): IceSettings {
  const stun: string[] = []
  const turn: NativeIceServer[] = []
  const unused: string[] = []
  for (const server of servers) {
    for (const url of server.urls) {
      const [, scheme, host, port = String(DEFAULT_PORT), transport = 'udp'] = URL_FORM.exec(url) ?? []
      if (scheme === 'stun' && host !== undefined) {
        if (stun.length < MAX_STUN_SERVERS) stun.push(`stun:${host}:${port}`)
        else unused.push(url)
      } else if (scheme === 'turn' && host !== undefined && transport === 'udp' && turn.length < MAX_RELAYS) {
        turn.push({
          hostname: host.replace(/^\[|\]$/g, ''),
          port: Number(port),
          username: server.username ?? '',
          password: server.credential ?? '',
          relayType: 'TurnUdp',
        })
      } else unused.push(url)
    }
  }
  return {
    config: {
      iceServers: [...stun, ...(policy === 'direct' ? [] : turn)],
      iceTransportPolicy: policy === 'relay' ? 'relay' : 'all',
      ...(bindAddress === undefined ? {} : { bindAddress }),
    },
    unused,
  }
}

/** Which candidates may leave and enter under a policy. The library's own filter does not stop probes to others. */
export function isAllowed(policy: RoutePolicy, candidate: CandidateFacts, side: 'local' | 'remote'): boolean {
  if (policy === 'relay') return side === 'remote' || candidate.type === 'relay'
  if (policy === 'direct') return candidate.type !== 'relay'
  return true
}
