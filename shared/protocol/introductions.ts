/**
 * Signals that a common neighbour passes along are sealed a second time, with a key that only the two ends have (X25519,
 * RFC 7748; HKDF-SHA-256, RFC 5869): every member of a share has the key of the inner seal. Pure.
 */

import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import * as v from 'valibot'
import { fromBase64Url, toBase64Url } from '../encoding/base64url.ts'
import { utf8, type Bytes } from '../encoding/bytes.ts'
import { AppError } from '../errors.ts'
import { curves } from '../share/curves.ts'
import type { PeerId, Topic } from '../share/keys.ts'
import { openSeal, seal, SEAL_OVERHEAD_BYTES } from '../share/sealing.ts'
import { MAX_SIGNAL_BYTES } from './coordinator-messages.ts'

/** In `hello`: passes signals along, tells of its neighbours, and can be told of. */
export const INTRODUCE_FEATURE = 'introduce'

/** An X25519 public key, made for one share and one run. */
export const IntroductionKey = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/), v.brand('IntroductionKey'))
export type IntroductionKey = v.InferOutput<typeof IntroductionKey>

/** A sealed signal, sealed again. */
export const MAX_PASSED_BYTES = MAX_SIGNAL_BYTES + SEAL_OVERHEAD_BYTES
/** Keys with other peers that are kept, each of which may take a millisecond; as many as a device deals with at a time. */
const MAX_AGREED = 64

export class IntroductionSeal {
  readonly publicKey: IntroductionKey
  readonly #secretKey: Uint8Array
  readonly #topic: Topic
  readonly #agreed = new Map<IntroductionKey, Bytes>()

  constructor(topic: Topic) {
    const { secretKey, publicKey } = curves().makeExchangeKeys()
    this.#topic = topic
    this.#secretKey = secretKey
    this.publicKey = v.parse(IntroductionKey, toBase64Url(publicKey))
  }

  /**
   * Throws AppError `peer.protocol` for a key that nobody can have made honestly.
   *
   * @param box a sealed signal, base64url
   */
  seal(box: string, from: PeerId, to: PeerId, theirKey: IntroductionKey): string {
    const bytes = fromBase64Url(box)
    if (bytes === undefined) throw new AppError('internal', { detail: 'a signal that is not base64url' })
    return toBase64Url(seal(this.#agree(theirKey), bytes, this.#context(from, to)))
  }

  /** Throws AppError `seal.broken` or `peer.protocol`. @returns the sealed signal, base64url */
  open(box: string, from: PeerId, to: PeerId, theirKey: IntroductionKey): string {
    const bytes = fromBase64Url(box)
    if (bytes === undefined || bytes.length > MAX_PASSED_BYTES)
      throw new AppError('peer.protocol', { detail: 'a passed signal has an impossible length' })
    return toBase64Url(openSeal(this.#agree(theirKey), bytes, this.#context(from, to)))
  }

  #agree(theirKey: IntroductionKey): Bytes {
    const known = this.#agreed.get(theirKey)
    if (known !== undefined) return known
    let shared: Uint8Array
    try {
      shared = curves().agree(this.#secretKey, fromBase64Url(theirKey) ?? new Uint8Array(0))
    } catch (cause) {
      throw new AppError('peer.protocol', { detail: 'an impossible key', cause })
    }
    const key = new Uint8Array(hkdf(sha256, shared, utf8(this.#topic), utf8('beeline/v1/introduction'), 32))
    this.#agreed.set(theirKey, key)
    const [oldest] = this.#agreed.keys()
    if (this.#agreed.size > MAX_AGREED && oldest !== undefined) this.#agreed.delete(oldest)
    return key
  }

  #context(from: PeerId, to: PeerId): string {
    return `${this.#topic}\n${from}\n${to}`
  }
}
