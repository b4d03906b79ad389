/**
 * What two peers of a share tell each other through a coordinator to open a lane. Always sealed with a key of the
 * share, so the coordinator can neither read addresses nor swap DTLS fingerprints. Pure.
 */

import * as v from 'valibot'
import { fromBase64Url, toBase64Url } from '../encoding/base64url.ts'
import { fromUtf8, utf8, type Bytes } from '../encoding/bytes.ts'
import { AppError } from '../errors.ts'
import { deriveSealKey, openSeal, seal, SEAL_OVERHEAD_BYTES } from '../share/sealing.ts'
import { topicOf, type PeerId, type ShareKeys } from '../share/keys.ts'
import { MAX_SIGNAL_BYTES } from './coordinator-messages.ts'

/** Names one lane of a pair; chosen at random by the side that offers. */
export const LaneId = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/), v.brand('LaneId'))
export type LaneId = v.InferOutput<typeof LaneId>

/** Of TCP. */
export const TlsPort = v.pipe(v.number(), v.safeInteger(), v.minValue(1024), v.maxValue(65_535))
/** Of a TLS lane. `token`: 32 bytes, base64url, good for one lane; `fingerprint`: SHA-256 of the certificate, hex. */
export const TlsOfferWords = {
  lane: LaneId,
  port: TlsPort,
  token: v.pipe(v.string(), v.regex(/^[\w-]{43}$/)),
  fingerprint: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
}

const Sdp = v.pipe(v.string(), v.maxLength(8192))

export const Signal = v.variant('kind', [
  v.object({
    kind: v.literal('offer'),
    lane: LaneId,
    sdp: Sdp,
    /** Which ways the lane may take; any when left out. `direct`: one that is better than the relay in use. */
    ways: v.optional(v.picklist(['any', 'direct'])),
    /** The offerer foresees its router's ports and tells those in place of its own addresses; the answerer shall too. */
    predict: v.optional(v.boolean()),
    /** How many connections the offerer has: who has next to none is let in where everything is taken. */
    links: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
    /** It wants blocks, and would dial a TLS lane from this port as soon as a way is found. */
    tls: v.optional(v.object({ port: TlsPort })),
  }),
  v.object({
    kind: v.literal('answer'),
    lane: LaneId,
    sdp: Sdp,
    /** To where, where the offerer said so: it is called, or met half-way, on the way that ICE finds. */
    tls: v.optional(v.object(TlsOfferWords)),
  }),
  v.object({
    kind: v.literal('candidate'),
    lane: LaneId,
    candidate: v.pipe(v.string(), v.maxLength(512)),
    mid: v.pipe(v.string(), v.maxLength(16)),
  }),
  /** The lane will not come: the other side need not wait for its limit. */
  v.object({
    kind: v.literal('refuse'),
    lane: LaneId,
    reason: v.picklist(['full', 'banned', 'duplicate', 'failed']),
  }),
])
export type Signal = v.InferOutput<typeof Signal>

/** Seals and opens the signals of one share. */
export class SignalBox {
  readonly #key: Bytes
  readonly #topic: string

  constructor(keys: ShareKeys) {
    this.#key = deriveSealKey(keys.secret, keys.publicKey, 'signal')
    this.#topic = topicOf(keys.publicKey)
  }

  seal(signal: Signal, from: PeerId, to: PeerId): string {
    return toBase64Url(seal(this.#key, utf8(JSON.stringify(signal)), this.#context(from, to)))
  }

  /** Throws AppError `seal.broken` or `peer.protocol`. A box copied to another pair of peers does not open. */
  open(box: string, from: PeerId, to: PeerId): Signal {
    const bytes = box.length > MAX_SIGNAL_BYTES * 2 ? undefined : fromBase64Url(box)
    if (bytes === undefined || bytes.length > MAX_SIGNAL_BYTES || bytes.length < SEAL_OVERHEAD_BYTES) {
      throw new AppError('peer.protocol', { detail: 'a signal has an impossible length' })
    }
    const plain = openSeal(this.#key, bytes, this.#context(from, to))
    try {
      return v.parse(Signal, JSON.parse(fromUtf8(plain)), { abortEarly: true })
    } catch (cause) {
      throw new AppError('peer.protocol', { detail: 'a signal is malformed', cause })
    }
  }

  #context(from: PeerId, to: PeerId): string {
    return `${this.#topic}\n${from}\n${to}`
  }
}
