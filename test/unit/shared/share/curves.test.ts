/** Ed25519 and X25519: the vectors of RFC 8032, and one verdict of both implementations. */

import { createHash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, utf8 } from '#shared/encoding/bytes.ts'
import { areComplete, SYSTEM_CURVES } from '#engine/system-curves.ts'
import { JAVASCRIPT_CURVES } from '#shared/share/curves.ts'
import { createShareKeys } from '#shared/share/keys.ts'

const hex = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'hex'))

const BOTH = [JAVASCRIPT_CURVES, SYSTEM_CURVES] as const
const { publicKeyOf, sign, verify } = JAVASCRIPT_CURVES
const isValidForSystem = SYSTEM_CURVES.verify

/** RFC 8032 §7.1: name, private key, public key, message, signature. */
const VECTORS: [string, string, string, string, string][] = [
  [
    'TEST 1',
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    'TEST 2',
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'TEST 3',
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
  [
    'TEST SHA(abc)',
    '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    createHash('sha512').update('abc').digest('hex'),
    'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  ],
]

test.each(VECTORS)(
  '%s of RFC 8032 comes out to the byte',
  (_name, privateKey, publicKey, message, signature) => {
    for (const one of BOTH) {
      expect(one.publicKeyOf(hex(privateKey))).toEqual(hex(publicKey))
      expect(one.sign(hex(message), hex(privateKey))).toEqual(hex(signature))
      expect(one.verify(hex(signature), hex(message), hex(publicKey))).toBe(true)
    }
  },
)

test('this implementation and the system’s sign alike and accept each other', () => {
  const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(seed, fc.uint8Array({ maxLength: 100 }), (privateKey, message) => {
      const signature = sign(message, privateKey)
      expect(SYSTEM_CURVES.sign(message, privateKey)).toEqual(signature)
      expect(verify(signature, message, publicKeyOf(privateKey))).toBe(true)
    }),
    { numRuns: 30 },
  )
})

test('both refuse whatever differs in one bit, in signature, message or key', () => {
  const { privateKey, publicKey } = createShareKeys()
  const message = utf8('a message')
  const signature = sign(message, privateKey)
  const lengths = [signature.length, message.length, publicKey.length]
  fc.assert(
    fc.property(fc.nat(2), fc.nat(), fc.nat(7), (which, position, bit) => {
      const parts = [signature.slice(), message.slice(), publicKey.slice()] as const
      const at = position % (lengths[which] ?? 1)
      const part = parts[which]
      if (part === undefined) throw new Error('unreachable')
      part[at] = (part[at] ?? 0) ^ (1 << bit)
      expect(verify(...parts)).toBe(false)
      expect(isValidForSystem(...parts)).toBe(false)
    }),
    { numRuns: 200 },
  )
})

describe('both refuse', () => {
  const { Point } = ed25519
  const ORDER = Point.Fn.ORDER
  const message = utf8('a message')
  const littleEndian = (value: bigint): Uint8Array<ArrayBuffer> =>
    hex(value.toString(16).padStart(64, '0')).reverse()
  const fromLittleEndian = (bytes: Uint8Array): bigint =>
    BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`)

  /** The eight points whose multiple by eight is the neutral one, from one that generates them. */
  const generator = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
  const smallOrder = [Point.ZERO]
  for (let i = 1; i < 8; i++) smallOrder.push((smallOrder[i - 1] ?? Point.ZERO).add(generator))

  /** A signature by the book, but with strange points added to key and commitment. */
  function cheat(inCommitment: typeof Point.ZERO, inKey: typeof Point.ZERO) {
    const [privateScalar, nonce] = [1234567890123456789n, 987654321n]
    const publicKey = Point.BASE.multiply(privateScalar).add(inKey).toBytes()
    const commitment = Point.BASE.multiply(nonce).add(inCommitment).toBytes()
    const digest = createHash('sha512').update(commitment).update(publicKey).update(message).digest()
    const response = (nonce + (fromLittleEndian(digest) % ORDER) * privateScalar) % ORDER
    return { publicKey, commitment, response }
  }

  test('a second form of a valid signature (S + L)', () => {
    const { publicKey, commitment, response } = cheat(Point.ZERO, Point.ZERO)
    const first = concatBytes(commitment, littleEndian(response))
    const second = concatBytes(commitment, littleEndian(response + ORDER))
    expect(verify(first, message, publicKey)).toBe(true)
    expect(isValidForSystem(first, message, publicKey)).toBe(true)
    expect(verify(second, message, publicKey)).toBe(false)
    expect(isValidForSystem(second, message, publicKey)).toBe(false)
  })

  test.each([1, 2, 3, 4, 5, 6, 7])('a commitment with small-order part %d', (index) => {
    const { publicKey, commitment, response } = cheat(smallOrder[index] ?? Point.ZERO, Point.ZERO)
    const signature = concatBytes(commitment, littleEndian(response))
    expect(verify(signature, message, publicKey)).toBe(false)
    expect(isValidForSystem(signature, message, publicKey)).toBe(false)
  })

  test('or accept together a key with a small-order part', () => {
    for (const part of smallOrder) {
      const { publicKey, commitment, response } = cheat(Point.ZERO, part)
      const signature = concatBytes(commitment, littleEndian(response))
      expect(verify(signature, message, publicKey)).toBe(isValidForSystem(signature, message, publicKey))
    }
  })

  test.each([
    ['an empty signature', new Uint8Array(0)],
    ['a signature of 63 bytes', new Uint8Array(63)],
    ['a signature of 65 bytes', new Uint8Array(65)],
    ['a signature of zeros', new Uint8Array(64)],
    ['a signature of ones', new Uint8Array(64).fill(255)],
  ])('%s', (_what, signature) => {
    const { publicKey } = createShareKeys()
    expect(verify(signature, message, publicKey)).toBe(false)
    expect(isValidForSystem(signature, message, publicKey)).toBe(false)
  })
})

test.each([
  ['empty', new Uint8Array(0)],
  ['short', new Uint8Array(31)],
  ['long', new Uint8Array(33)],
  ['no point of the curve', new Uint8Array(32).fill(2)],
  ['all ones', new Uint8Array(32).fill(255)],
  ['the neutral point', Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0))],
  ['a point of order four', new Uint8Array(32)],
])('a key that is %s verifies nothing and does not throw', (_what, publicKey) => {
  const message = utf8('a message')
  const neutral = Uint8Array.from({ length: 64 }, (_, i) => (i === 0 ? 1 : 0))
  const signature = sign(message, createShareKeys().privateKey)
  for (const one of BOTH) expect(one.verify(signature, message, publicKey)).toBe(false)
  expect(verify(neutral, message, publicKey)).toBe(false)
})

test('keys made by one and by the other agree, whoever computes it', () => {
  for (let round = 0; round < 10; round++) {
    const [mine, theirs] = [JAVASCRIPT_CURVES.makeExchangeKeys(), SYSTEM_CURVES.makeExchangeKeys()]
    const agreed = JAVASCRIPT_CURVES.agree(mine.secretKey, theirs.publicKey)
    expect(agreed).toHaveLength(32)
    for (const one of BOTH) {
      expect(one.agree(mine.secretKey, theirs.publicKey)).toEqual(agreed)
      expect(one.agree(theirs.secretKey, mine.publicKey)).toEqual(agreed)
    }
  }
})

test.each([
  ['empty', new Uint8Array(0)],
  ['short', new Uint8Array(31)],
  ['long', new Uint8Array(33)],
  ['zero', new Uint8Array(32)],
  ['one', Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0))],
  ['of order eight', hex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800')],
])('both refuse to agree with a key that is %s', (_what, theirKey) => {
  for (const one of BOTH) {
    const { secretKey } = one.makeExchangeKeys()
    expect(() => one.agree(secretKey, theirKey)).toThrow(/key|secret|length|deriv|32|parse|size/i)
  }
})

test('a system that lacks one of them is found out', () => {
  expect(areComplete(SYSTEM_CURVES)).toBe(true)
  const missing = (): never => {
    throw new Error('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM')
  }
  for (const name of ['publicKeyOf', 'sign', 'makeExchangeKeys', 'agree'] as const)
    expect(areComplete({ ...SYSTEM_CURVES, [name]: missing })).toBe(false)
  expect(areComplete({ ...SYSTEM_CURVES, verify: () => false })).toBe(false)
})
