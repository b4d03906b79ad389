/** Opens a TLS lane to where the other side listens. */

import type { OnReadOpts } from 'node:net'
import { connect, type ConnectionOptions } from 'node:tls'
import { fingerprintOf } from './certificate.ts'
import { TlsLane, type TlsLaneOptions } from './tls-lane.ts'
import { TLS_LANE_SETTINGS, TLS_OPEN_MS } from './tls-settings.ts'

/**
 * What is read from the socket at once, bytes. One buffer for ever: without it every 16 KiB would be fresh memory, which
 * costs the receiving side a third of its processor time. Larger ones gained nothing.
 */
const READ_BYTES = 64 * 1024

export interface DialOptions {
  /** From the candidate pair in use, never from the other side's words. */
  readonly host: string
  readonly port: number
  /** SHA-256 of its certificate, hex. */
  readonly fingerprint: string
  readonly lane: TlsLaneOptions
  readonly signal: AbortSignal
}

/** Rejects with AppError `peer.unreachable`. The token goes only to who has the certificate. */
export async function dialLane({
  host,
  port,
  fingerprint,
  lane: options,
  signal,
}: DialOptions): Promise<TlsLane> {
  let isVerified = false
  const settings: ConnectionOptions & { readonly onread: OnReadOpts } = {
    ...TLS_LANE_SETTINGS,
    host,
    port,
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
  const timer = setTimeout(giveUp, TLS_OPEN_MS)
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  socket.on('secureConnect', () => {
    isVerified = fingerprintOf(socket.getPeerCertificate(true).raw) === fingerprint
    if (isVerified) lane.showToken()
    else lane.close()
  })
  try {
    await lane.proven
    return lane
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}
