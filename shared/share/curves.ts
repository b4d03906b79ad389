/**
 * What a share needs of Curve25519: signatures (Ed25519, RFC 8032) and agreed keys (X25519, RFC 7748). In JavaScript, for
 * pages without `crypto.subtle`; a program on a system with its own puts that in place, which takes a fiftieth of the time. Pure.
 */

import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, equalBytes, type Bytes } from '../encoding/bytes.ts'

export const SIGNATURE_BYTES = 64

export interface Curves {
  /** @param seed 32 bytes @returns 32 bytes */
  readonly publicKeyOf: (seed: Uint8Array) => Bytes
  /** @returns 64 bytes */
  readonly sign: (message: Uint8Array, seed: Uint8Array) => Bytes
  /** By the equation of RFC 8032 without a factor of eight. False for every malformed signature or key; never throws. */
  readonly verify: (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean
  /** 32 bytes each. */
  readonly makeExchangeKeys: () => { readonly secretKey: Bytes; readonly publicKey: Bytes }
  /** Throws for a key that is none, and for points of small order, which give zeros (RFC 7748 §6.1). @returns 32 bytes */
  readonly agree: (secretKey: Uint8Array, theirKey: Uint8Array) => Bytes
}

export const JAVASCRIPT_CURVES: Curves = {
  publicKeyOf: (seed) => new Uint8Array(ed25519.getPublicKey(seed)),

  sign: (message, seed) => new Uint8Array(ed25519.sign(message, seed)),

  verify(signature, message, publicKey) {
    if (signature.length !== SIGNATURE_BYTES) return false
    try {
      // RFC 8032 rules, as OpenSSL applies them: ZIP-215 would accept forms that the engine refuses.
      if (!ed25519.verify(signature, message, publicKey, { zip215: false })) return false
      return isExact(signature, message, publicKey)
    } catch {
      return false // a public key that is no point of the curve
    }
  },

  makeExchangeKeys() {
    const { secretKey, publicKey } = x25519.keygen()
    return { secretKey: new Uint8Array(secretKey), publicKey: new Uint8Array(publicKey) }
  },

  agree: (secretKey, theirKey) => new Uint8Array(x25519.getSharedSecret(secretKey, theirKey)),
}

let chosen = JAVASCRIPT_CURVES

/** From here on, for the whole program. Both must agree in every verdict. */
export function useCurves(curves: Curves): void {
  chosen = curves
}

export function curves(): Curves {
  return chosen
}

/**
 * The equation of RFC 8032 without the factor of eight that noble allows itself. An owner could otherwise make
 * signatures that a page accepts and an engine refuses, and so have honest peers banned who passed them on.
 */
function isExact(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  const { Point } = ed25519
  const commitment = signature.subarray(0, 32)
  const response = Point.Fn.fromBytes(signature.subarray(32))
  const digest = sha512(concatBytes(commitment, publicKey, message))
  const challenge = Point.Fn.create(fromLittleEndian(digest))
  const expected = Point.BASE.multiplyUnsafe(response).subtract(
    Point.fromBytes(publicKey).multiplyUnsafe(challenge),
  )
  return equalBytes(expected.toBytes(), commitment)
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte)
  return value
}
