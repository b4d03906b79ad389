/** Ed25519 in pure JavaScript, for pages without `crypto.subtle`. The engine swaps in the system's, 20 × faster. */

import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, equalBytes, type Bytes } from '../encoding/bytes.ts'

export const SIGNATURE_BYTES = 64

export function sign(message: Uint8Array, privateKey: Uint8Array): Bytes {
  return new Uint8Array(ed25519.sign(message, privateKey))
}

/** False for every malformed signature or key; never throws. */
export function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false
  try {
    // RFC 8032 rules, as OpenSSL applies them: ZIP-215 would accept forms that the engine refuses.
    if (!ed25519.verify(signature, message, publicKey, { zip215: false })) return false
    return isExact(signature, message, publicKey)
  } catch {
    return false // a public key that is no point of the curve
  }
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
