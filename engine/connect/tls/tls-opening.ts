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
import { dialLane } from './dial-lane.ts'
import { meetLane } from './meet-lane.ts'
import { listenForLane } from './tls-invitation.ts'
import type { TlsLane, TlsLaneOptions } from './tls-lane.ts'
import { canDial, hostOf, streamRoute } from './tls-prospect.ts'

export type TlsOffer = Extract<TlsMessage, { type: 'tls.offer' | 'tls.meet' }>
/** What an offer says beside its port. */
type OfferWords = Pick<TlsOffer, 'lane' | 'token' | 'fingerprint'>

/** Ports for private use (RFC 6335 §6): hardly ever taken, and few routers change them. */
const FIRST_PORT = 49_152
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

  /** Listens until the signal. Rejects with AppError `peer.unreachable` when nothing can listen there. */
  async invite(followed: RouteView, signal: AbortSignal, opened: (lane: TlsLane) => void): Promise<TlsOffer> {
    const { certificate, lane, words } = this.#draw(followed)
    const host = hostOf(followed.localAddress) ?? ''
    const port = await listenForLane({ certificate, host, lane, signal, opened })
    return { type: 'tls.offer', port, ...words }
  }

  /**
   * Dials from a port of its own to the one from which the other side is about to dial.
   * @returns what makes it do so, and the lane, which rejects with AppError `peer.unreachable`
   */
  meet(
    followed: RouteView,
    ownPort: number,
    theirPort: number,
    signal: AbortSignal,
  ): { readonly offer: TlsOffer; readonly lane: Promise<TlsLane> } {
    const { certificate, lane, words } = this.#draw(followed)
    const [host, bindAddress] = [hostOf(followed.remoteAddress) ?? '', this.#bindAddress]
    return {
      offer: { type: 'tls.meet', port: ownPort, ...words },
      lane: meetLane({ certificate, host, port: theirPort, ownPort, bindAddress, lane, signal }),
    }
  }

  /** Rejects with AppError `peer.unreachable`. @param ownPort to dial from: the other side dials at the same time */
  async dial(followed: RouteView, offer: TlsOffer, signal: AbortSignal, ownPort?: number): Promise<TlsLane> {
    const host = hostOf(followed.remoteAddress)
    const token = fromBase64Url(offer.token)
    if (host === undefined || token?.length !== STREAM_TOKEN_BYTES)
      throw new AppError('peer.protocol', { detail: 'offer of no lane' })
    if (ownPort === undefined && !canDial(followed))
      throw new AppError('peer.unreachable', { detail: 'behind a router' })
    return await dialLane({
      host,
      port: offer.port,
      ownPort,
      bindAddress: this.#bindAddress,
      fingerprint: offer.fingerprint,
      lane: { id: offer.lane, isOffered: true, route: streamRoute(followed), token },
      signal,
    })
  }

  #draw(followed: RouteView): {
    readonly certificate: Certificate
    readonly lane: TlsLaneOptions
    readonly words: OfferWords
  } {
    const certificate = (this.#certificate ??= makeCertificate())
    const token = new Uint8Array(randomBytes(STREAM_TOKEN_BYTES))
    const id = v.parse(LaneId, toHex(randomBytes(8)))
    const { fingerprint } = certificate
    return {
      certificate,
      lane: { id, isOffered: false, route: streamRoute(followed), token },
      words: { lane: id, token: toBase64Url(token), fingerprint },
    }
  }
}
