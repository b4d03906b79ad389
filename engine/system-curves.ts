/** Curve25519 by the system's OpenSSL (BoringSSL in Electron): some fifty times faster than JavaScript. */

import { createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto'
import { SIGNATURE_BYTES, useCurves, type Curves } from '#shared/share/curves.ts'
import { isSignedBy, privateKeyObject, publicKeyObject, rawKey, signMessage } from './store/key-objects.ts'

export const SYSTEM_CURVES: Curves = {
  publicKeyOf: (seed) => rawKey(createPublicKey(privateKeyObject(seed))),

  sign: (message, seed) => signMessage(message, privateKeyObject(seed)),

  verify(signature, message, publicKey) {
    if (signature.length !== SIGNATURE_BYTES) return false
    try {
      return isSignedBy(signature, message, publicKeyObject(publicKey))
    } catch {
      return false // a key of a wrong length
    }
  },

  makeExchangeKeys() {
    const { privateKey, publicKey } = generateKeyPairSync('x25519')
    return { secretKey: rawKey(privateKey), publicKey: rawKey(publicKey) }
  },

  agree(secretKey, theirKey) {
    const privateKey = privateKeyObject(secretKey, 'x25519')
    return new Uint8Array(diffieHellman({ privateKey, publicKey: publicKeyObject(theirKey, 'x25519') }))
  },
}

/** Before the first share is opened. Where the system lacks one of them (its cryptography is not Node's in Electron), JavaScript's stay. */
export function useSystemCurves(): void {
  if (areComplete(SYSTEM_CURVES)) useCurves(SYSTEM_CURVES)
}

/** Tried, because that is all that tells. */
export function areComplete(curves: Curves): boolean {
  try {
    const { secretKey, publicKey } = curves.makeExchangeKeys()
    const agreed = curves.agree(secretKey, publicKey)
    return curves.verify(curves.sign(agreed, secretKey), agreed, curves.publicKeyOf(secretKey))
  } catch {
    return false
  }
}
