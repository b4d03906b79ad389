/** The certificate of a TLS lane, as OpenSSL reads it. */

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { fingerprintOf, makeCertificate } from '#engine/connect/tls/certificate.ts'

test('it is a valid one that vouches for itself, with a fingerprint that is told', () => {
  const made = makeCertificate()
  const read = new X509Certificate(made.certificate)
  expect(read.verify(read.publicKey)).toBe(true)
  expect(read.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
  expect(read.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(made.fingerprint)
  expect(fingerprintOf(read.raw)).toBe(made.fingerprint)
  expect(read.checkPrivateKey(createPrivateKey(made.privateKey))).toBe(true)
})

test('it says nothing of who made it, and no two are alike', () => {
  const serials = new Set<string>()
  for (let i = 0; i < 50; i++) {
    const read = new X509Certificate(makeCertificate().certificate)
    expect(read.subject).toBe('CN=lane')
    expect(read.subjectAltName).toBeUndefined()
    serials.add(read.serialNumber)
  }
  expect(serials.size).toBe(50)
})
