/** A way to one STUN or TURN server, as its users see it: whole messages over a socket of its own. */

import type { ProxyAddress } from '../proxy/proxy-choice.ts'
import type { AppError } from '#shared/errors.ts'
import type { FrameKind } from './stream-frames.ts'

export type TransportKind = 'udp' | 'tcp' | 'tls'

export interface ServerAddress {
  readonly kind: TransportKind
  /** As configured: the name that a certificate must be for. */
  readonly host: string
  /** An IP address, so that each step of a test is one thing. */
  readonly address: string
  readonly port: number
  /** Further addresses of the same name, for a stream to try. */
  readonly others?: readonly string[]
}

export interface TransportListener {
  /** One STUN message or ChannelData. */
  message(bytes: Uint8Array): void
  /** Once; nothing comes afterwards. */
  closed(error: AppError): void
}

export interface TurnTransport {
  readonly kind: TransportKind
  /** False when it had to be dropped: the network has no more room at the moment, or it is closed. */
  send(bytes: Uint8Array): boolean
  /** `closed` is not called. */
  close(): void
}

export interface TransportOptions {
  /** What may arrive; channel data only where channels are bound. */
  readonly frames: readonly FrameKind[]
  /** Certificates of authorities to trust instead of the system's, PEM: for tests. */
  readonly ca?: string | undefined
  /** Bytes that may wait in a stream's queue. */
  readonly maxQueuedBytes: number
  /** For a stream: the way to the server. It is given the server's name. */
  readonly proxy?: ProxyAddress | undefined
}
