/** Ed25519 by the system's OpenSSL: some twenty times faster than JavaScript, which matters once per piece. */

import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { equalBytes } from '#shared/encoding/bytes.ts'

/** DER around a raw key (RFC 8410): Node takes no raw Ed25519 keys. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** @param seed 32 bytes */
export function privateKeyObject(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' })
}

/** @param bytes 32 bytes */
export function publicKeyObject(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes]), format: 'der', type: 'spki' })
}

/** @returns 64 bytes */
export function signMessage(message: Uint8Array, key: KeyObject): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sign(null, message, key))
}

export function isSignedBy(signature: Uint8Array, message: Uint8Array, key: KeyObject): boolean {
  return verify(null, message, key, signature)
}

/** Remembers the last key: making a key object takes longer than using it, and a share has one. */
export class KeyCache {
  readonly #make: (raw: Uint8Array) => KeyObject
  #raw: Uint8Array | undefined
  #key: KeyObject | undefined

  constructor(make: (raw: Uint8Array) => KeyObject) {
    this.#make = make
  }

  get(raw: Uint8Array): KeyObject {
    if (this.#key === undefined || this.#raw === undefined || !equalBytes(this.#raw, raw)) {
      this.#key = this.#make(raw)
      this.#raw = raw
    }
    return this.#key
  }
}
