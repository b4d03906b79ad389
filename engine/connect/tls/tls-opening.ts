/** The ways to a TLS lane that takes the way of another lane: to listen, to dial, and to meet half-way. */

import { randomBytes, randomInt } from 'node:crypto'
import * as v from 'valibot'
import type { RouteView } from '#shared/api/views.ts'
import { fromBase64Url, toBase64Url } from '#shared/encoding/base64url.ts'
import { toHex } from '#shared/encoding/bytes.ts'
import { AppError } from '#shared/errors.ts'
import type { TlsMessage } from '#shared/protocol/peer-messages.ts'
import { LaneId } from '#shared/protocol/signals.ts'
import { STREAM_TOKEN_BYTES } from '#shared/protocol/stream-messages.ts'
import { makeCertificate, type Certificate } from './certificate.ts'
import { dialLane, type DialOptions } from './dial-lane.ts'
import { meetLane } from './meet-lane.ts'
import { listenForLane } from './tls-invitation.ts'
import type { TlsLane, TlsLaneOptions } from './tls-lane.ts'
import { canDial, hostOf, streamRoute } from './tls-prospect.ts'

export type TlsOffer = Extract<TlsMessage, { type: 'tls.offer' | 'tls.meet' }>
/** Of a lane: where it is dialled, and what both know of it. */
export type TlsWords = Omit<TlsOffer, 'type'>

/** What the side knows of a lane that is to be dialled, or met, by the other one. */
export interface Ticket {
  readonly id: LaneId
  readonly token: Uint8Array
  readonly certificate: Certificate
}

/** Ports for private use (RFC 6335 §6), of these the ones that Linux does not give away by itself: hardly ever taken. */
const FIRST_PORT = 61_000
const END_PORT = 65_536

/** One to dial from, which a router hopefully keeps. Whether it is free is seen when it is used. */
export function drawPort(): number {
  return randomInt(FIRST_PORT, END_PORT)
}

export class TlsOpening {
  readonly #bindAddress: string | undefined
  #certificate: Certificate | undefined

  /** @param bindAddress nothing leaves by another one */
  constructor(bindAddress: string | undefined) {
    this.#bindAddress = bindAddress
  }

  /** A lane that is to be: before it is known which way it takes. */
  draw(): Ticket {
    const certificate = (this.#certificate ??= makeCertificate())
    const token = new Uint8Array(randomBytes(STREAM_TOKEN_BYTES))
    return { id: v.parse(LaneId, toHex(randomBytes(8))), token, certificate }
  }

  /**
   * Listens until the signal, or until the peer has called. Rejects with AppError `peer.unreachable` when nothing can listen there.
   * @param port any when left out. @returns the port
   */
  async listen(
    ticket: Ticket,
    followed: RouteView,
    signal: AbortSignal,
    opened: (lane: TlsLane) => void,
    port?: number,
  ): Promise<number> {
    const host = hostOf(followed.localAddress) ?? ''
    const { certificate } = ticket
    const lane = laneOf(ticket, followed)
    return await listenForLane({
      certificate,
      host,
      ...(port !== undefined && { port }),
      lane,
      signal,
      opened,
    })
  }

  /** Dials from a port of its own to the one from which the other side dials. Rejects with AppError `peer.unreachable`. */
  async meet(
    ticket: Ticket,
    followed: RouteView,
    ports: { readonly own: number; readonly theirs: number },
    signal: AbortSignal,
  ): Promise<TlsLane> {
    return await meetLane({
      certificate: ticket.certificate,
      host: hostOf(followed.remoteAddress) ?? '',
      port: ports.theirs,
      ownPort: ports.own,
      bindAddress: this.#bindAddress,
      lane: laneOf(ticket, followed),
      signal,
    })
  }

  /** Rejects with AppError `peer.unreachable`. */
  async dial(
    followed: RouteView,
    offer: TlsWords,
    signal: AbortSignal,
    how: Pick<DialOptions, 'ownPort' | 'isPatient'> = {},
  ): Promise<TlsLane> {
    const host = hostOf(followed.remoteAddress)
    const token = fromBase64Url(offer.token)
    if (host === undefined || token?.length !== STREAM_TOKEN_BYTES)
      throw new AppError('peer.protocol', { detail: 'offer of no lane' })
    if (how.ownPort === undefined && !canDial(followed))
      throw new AppError('peer.unreachable', { detail: 'behind a router' })
    return await dialLane({
      host,
      port: offer.port,
      ...how,
      bindAddress: this.#bindAddress,
      fingerprint: offer.fingerprint,
      lane: { id: offer.lane, isOffered: true, route: streamRoute(followed), token },
      signal,
    })
  }
}

/** What the other side is told of a lane that it is to dial. */
export function wordsOf({ id, token, certificate }: Ticket, port: number): TlsWords {
  return { lane: id, port, token: toBase64Url(token), fingerprint: certificate.fingerprint }
}

function laneOf({ id, token }: Ticket, followed: RouteView): TlsLaneOptions {
  return { id, isOffered: false, route: streamRoute(followed), token }
}
