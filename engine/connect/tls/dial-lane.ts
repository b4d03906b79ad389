/** Opens a TLS lane to where the other side listens, or from where it dials too. */

import type { TcpNetConnectOpts } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { connect, type ConnectionOptions } from 'node:tls'
import { fingerprintOf } from './certificate.ts'
import { TlsLane, type TlsLaneOptions } from './tls-lane.ts'
import { REFUSED_PAUSE_MS, TLS_LANE_SETTINGS, TLS_OPEN_MS } from './tls-settings.ts'

/**
 * What is read from the socket at once, bytes. One buffer for ever: without it every 16 KiB would be fresh memory, which
 * costs the receiving side a third of its processor time. Larger ones gained nothing.
 */
const READ_BYTES = 64 * 1024

export interface DialOptions {
  /** From the candidate pair in use, never from the other side's words. */
  readonly host: string
  readonly port: number
  /** To dial from, where the other side dials at the same time; any when undefined. */
  readonly ownPort?: number | undefined
  /** Nobody may listen there yet: it is tried again when it is refused. So it is where both dial. */
  readonly isPatient?: boolean
  /** Nothing leaves by another address; undefined: the system's choice. */
  readonly bindAddress?: string | undefined
  /** SHA-256 of its certificate, hex. */
  readonly fingerprint: string
  readonly lane: TlsLaneOptions
  readonly signal: AbortSignal
}

/**
 * Rejects with AppError `peer.unreachable`. The token goes only to who has the certificate, and what is said on the lane right behind it:
 * that certificate shows who the other side is, so nobody waits a round trip for its token.
 */
export async function dialLane(options: DialOptions): Promise<TlsLane> {
  const ending = AbortSignal.any([options.signal, AbortSignal.timeout(TLS_OPEN_MS)])
  for (;;) {
    const call = { hasConnected: false }
    try {
      return await dialOnce(options, ending, call)
    } catch (error) {
      const isEarly = (options.isPatient === true || options.ownPort !== undefined) && !call.hasConnected
      if (!isEarly || ending.aborted) throw error
      await pause(REFUSED_PAUSE_MS, undefined, { signal: ending }).catch(() => undefined)
    }
  }
}

async function dialOnce(
  { host, port, ownPort, bindAddress, fingerprint, lane: options }: DialOptions,
  signal: AbortSignal,
  call: { hasConnected: boolean },
): Promise<TlsLane> {
  let isVerified = false
  const settings: ConnectionOptions & Pick<TcpNetConnectOpts, 'localPort' | 'localAddress' | 'onread'> = {
    ...TLS_LANE_SETTINGS,
    host,
    port,
    localPort: ownPort,
    localAddress: bindAddress,
    // Nobody vouches for the certificate: its fingerprint is compared below.
    rejectUnauthorized: false,
    onread: {
      buffer: Buffer.alloc(READ_BYTES),
      callback: (length, buffer) => {
        if (isVerified) lane.feed(buffer.subarray(0, length))
        else lane.close()
        return true
      },
    },
  }
  const socket = connect(settings)
  const lane = new TlsLane(socket, options)
  const giveUp = (): void => lane.close()
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  socket.on('connect', () => {
    call.hasConnected = true
  })
  const verified = Promise.withResolvers<void>()
  socket.on('secureConnect', () => {
    isVerified = fingerprintOf(socket.getPeerCertificate(true).raw) === fingerprint
    if (!isVerified) return lane.close()
    lane.showToken()
    verified.resolve()
  })
  try {
    // The second is for a lane that ends before.
    await Promise.race([verified.promise, lane.proven])
    return lane
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
