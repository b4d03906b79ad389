/** Keys of Curve25519 as the system's OpenSSL takes them, which is some twenty times faster than JavaScript: it matters once per piece. */

import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { equalBytes } from '#shared/encoding/bytes.ts'

/** DER around a raw key (RFC 8410): Node takes no raw ones. */
const PKCS8_PREFIX = {
  ed25519: der('302e020100300506032b657004220420'),
  x25519: der('302e020100300506032b656e04220420'),
}
const SPKI_PREFIX = { ed25519: der('302a300506032b6570032100'), x25519: der('302a300506032b656e032100') }
const RAW_BYTES = 32

type Curve = keyof typeof SPKI_PREFIX

function der(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}

/** Throws when the system refuses it. @param raw 32 bytes; of Ed25519 the seed */
export function privateKeyObject(raw: Uint8Array, curve: Curve = 'ed25519'): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX[curve], raw]),
    format: 'der',
    type: 'pkcs8',
  })
}

/** Throws when the system refuses it. @param raw 32 bytes */
export function publicKeyObject(raw: Uint8Array, curve: Curve = 'ed25519'): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX[curve], raw]), format: 'der', type: 'spki' })
}

/** @returns 32 bytes */
export function rawKey(key: KeyObject): Uint8Array<ArrayBuffer> {
  const type = key.type === 'private' ? 'pkcs8' : 'spki'
  return new Uint8Array(key.export({ format: 'der', type }).subarray(-RAW_BYTES))
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
