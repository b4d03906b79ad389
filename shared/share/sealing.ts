/** Sealed boxes: XChaCha20-Poly1305 under keys derived from a share's secret (HKDF-SHA-256, RFC 5869). Pure. */

import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, randomBytes, utf8, type Bytes } from '../encoding/bytes.ts'
import { AppError } from '../errors.ts'

/** One key per purpose: a box made for one place does not open in another. */
export type SealPurpose = 'summary' | 'signal'

const NONCE_BYTES = 24
const TAG_BYTES = 16
/** What sealing adds to a plaintext. */
export const SEAL_OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES

/** @returns a 32-byte key */
export function deriveSealKey(secret: Uint8Array, publicKey: Uint8Array, purpose: SealPurpose): Bytes {
  return new Uint8Array(hkdf(sha256, secret, publicKey, utf8(`beeline/v1/${purpose}`), 32))
}

/** @param context authenticated, not contained: who may open it and where (the same on both sides) */
export function seal(key: Uint8Array, plaintext: Uint8Array, context: string): Bytes {
  // A random 192-bit nonce never repeats in practice, so no counter has to survive a restart.
  const nonce = randomBytes(NONCE_BYTES)
  return concatBytes(nonce, xchacha20poly1305(key, nonce, utf8(context)).encrypt(plaintext))
}

/** Throws AppError `seal.broken` for anything but an untouched box of this key and context. */
export function openSeal(key: Uint8Array, box: Uint8Array, context: string): Bytes {
  if (box.length < SEAL_OVERHEAD_BYTES) throw new AppError('seal.broken', { detail: 'too short' })
  const nonce = box.subarray(0, NONCE_BYTES)
  try {
    return new Uint8Array(xchacha20poly1305(key, nonce, utf8(context)).decrypt(box.subarray(NONCE_BYTES)))
  } catch (cause) {
    throw new AppError('seal.broken', { cause })
  }
}
