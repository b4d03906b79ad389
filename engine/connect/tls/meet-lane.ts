/**
 * Opens a TLS lane between two devices that both dial, each from a port that the other one knows, so that what comes in looks like an answer
 * to the routers and firewalls in between (TCP simultaneous open, RFC 9293 §3.5; RFC 5128 §3.4). This end speaks first of all as a server.
 */

import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createSecureContext, TLSSocket } from 'node:tls'
import { AppError } from '#shared/errors.ts'
import type { Certificate } from './certificate.ts'
import { greetStranger } from './greet-stranger.ts'
import { TlsLane, type TlsLaneOptions } from './tls-lane.ts'
import { REFUSED_PAUSE_MS, TLS_LANE_SETTINGS, TLS_OPEN_MS } from './tls-settings.ts'

export interface MeetOptions {
  readonly certificate: Certificate
  /** From the candidate pair in use, never from the other side's words. */
  readonly host: string
  readonly port: number
  readonly ownPort: number
  readonly bindAddress: string | undefined
  readonly lane: TlsLaneOptions
  readonly signal: AbortSignal
}

/** Rejects with AppError `peer.unreachable` when nothing gets through in time. */
export async function meetLane(options: MeetOptions): Promise<TlsLane> {
  const ending = AbortSignal.any([options.signal, AbortSignal.timeout(TLS_OPEN_MS)])
  for (;;) {
    const met = await meetOnce(options, ending)
    if (met !== undefined) return met
    // A router on the other side refuses what comes before its own device has dialled.
    await pause(REFUSED_PAUSE_MS, undefined, { signal: ending }).catch(() => undefined)
    if (ending.aborted) throw new AppError('peer.unreachable', { detail: 'nobody met' })
  }
}

/** Undefined when no connection came about. Rejects when one did, and it was not the peer's. */
async function meetOnce(options: MeetOptions, signal: AbortSignal): Promise<TlsLane | undefined> {
  const { certificate, host, port, ownPort, bindAddress } = options
  const socket = connect({ host, port, localPort: ownPort, localAddress: bindAddress })
  const isConnected = await new Promise<boolean>((resolve) => {
    const end = (): void => {
      socket.destroy()
      resolve(false)
    }
    socket.once('connect', () => {
      signal.removeEventListener('abort', end)
      resolve(true)
    })
    socket.once('close', () => {
      signal.removeEventListener('abort', end)
      resolve(false)
    })
    // Told by its end.
    socket.on('error', () => undefined)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
  if (!isConnected) return undefined
  const secureContext = createSecureContext({
    ...TLS_LANE_SETTINGS,
    cert: certificate.certificate,
    key: certificate.privateKey,
  })
  const secured = new TLSSocket(socket, { isServer: true, secureContext })
  const lane = new TlsLane(secured, options.lane)
  secured.on('data', (bytes: Uint8Array) => lane.feed(bytes))
  await greetStranger(lane, options.signal)
  lane.showToken()
  return lane
}
