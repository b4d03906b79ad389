/** Sealed boxes: published vectors of what they are made of, and every way they must not open. */

import { hkdfSync } from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomBytes, utf8 } from '#shared/encoding/bytes.ts'
import { deriveSealKey, openSeal, seal, SEAL_OVERHEAD_BYTES } from '#shared/share/sealing.ts'
import { refusalOf } from '../refusal.ts'

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const KEY = randomBytes(32)
const PLAIN = utf8('only for friends')

test('XChaCha20-Poly1305 gives the example of draft-irtf-cfrg-xchacha-03, A.3.1', () => {
  const plaintext = utf8(
    'Ladies and Gentlemen of the class of ’99: If I could offer you only one tip for the future, sunscreen would be it.'.replace(
      '’',
      "'",
    ),
  )
  const key = hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f')
  const nonce = hex('404142434445464748494a4b4c4d4e4f5051525354555657')
  const box = hex(
    'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216' +
      'cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13' +
      'b52ec0875924c1c7987947deafd8780acf49',
  )
  expect(xchacha20poly1305(key, nonce, hex('50515253c0c1c2c3c4c5c6c7')).encrypt(plaintext)).toEqual(box)
})

test('HKDF gives test case 1 of RFC 5869', () => {
  const made = hkdf(
    sha256,
    new Uint8Array(22).fill(0x0b),
    hex('000102030405060708090a0b0c'),
    hex('f0f1f2f3f4f5f6f7f8f9'),
    42,
  )
  expect(made).toEqual(
    hex('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865'),
  )
})

test('a key is HKDF over secret, public key and purpose, as Node derives it', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.constantFrom('summary' as const, 'signal' as const),
      (secret, publicKey, purpose) => {
        const expected = new Uint8Array(hkdfSync('sha256', secret, publicKey, `beeline/v1/${purpose}`, 32))
        expect(deriveSealKey(secret, publicKey, purpose)).toEqual(expected)
      },
    ),
  )
})

test('another secret, another share and another purpose have another key', () => {
  const [secret, publicKey] = [new Uint8Array(16), new Uint8Array(32)]
  const keys = [
    deriveSealKey(secret, publicKey, 'summary'),
    deriveSealKey(secret, publicKey, 'signal'),
    deriveSealKey(new Uint8Array(16).fill(1), publicKey, 'summary'),
    deriveSealKey(secret, new Uint8Array(32).fill(1), 'summary'),
  ]
  expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(4)
})

test('what is sealed opens again, and is as much longer as promised', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.string({ unit: 'grapheme' }), (plaintext, context) => {
      const box = seal(KEY, plaintext, context)
      expect(box).toHaveLength(plaintext.length + SEAL_OVERHEAD_BYTES)
      expect(openSeal(KEY, box, context)).toEqual(plaintext)
    }),
  )
})

test('sealing the same twice gives two boxes', () => {
  expect(seal(KEY, PLAIN, 'here')).not.toEqual(seal(KEY, PLAIN, 'here'))
})

describe('a box does not open', () => {
  const box = seal(KEY, PLAIN, 'here')
  const BROKEN = expect.objectContaining({ code: 'seal.broken' })

  test('with another key', () => {
    expect(refusalOf(() => openSeal(randomBytes(32), box, 'here'))).toEqual(BROKEN)
  })

  test.each(['', 'her', 'here ', 'Here', 'there'])('in the context “%s”', (context) => {
    expect(refusalOf(() => openSeal(KEY, box, context))).toEqual(BROKEN)
  })

  test('when any bit of it is flipped', () => {
    for (let at = 0; at < box.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = box.slice()
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        expect(refusalOf(() => openSeal(KEY, changed, 'here'))).toEqual(BROKEN)
      }
    }
  })

  test('when it is cut anywhere, in front or behind', () => {
    for (let length = 0; length < box.length; length++) {
      expect(refusalOf(() => openSeal(KEY, box.subarray(0, length), 'here'))).toEqual(BROKEN)
      expect(refusalOf(() => openSeal(KEY, box.subarray(box.length - length), 'here'))).toEqual(BROKEN)
    }
  })

  test('when a byte is added, in front or behind', () => {
    expect(refusalOf(() => openSeal(KEY, Uint8Array.of(...box, 0), 'here'))).toEqual(BROKEN)
    expect(refusalOf(() => openSeal(KEY, Uint8Array.of(0, ...box), 'here'))).toEqual(BROKEN)
  })
})
