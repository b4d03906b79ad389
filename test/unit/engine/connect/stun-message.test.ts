/** STUN messages, against the test vectors of RFC 5769 and against anything else. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ATTRIBUTE,
  attributeOf,
  decodeStun,
  encodeStun,
  hasFingerprint,
  hasIntegrity,
  longTermKey,
  METHOD,
  type StunMessage,
} from '#engine/connect/turn/stun-message.ts'
import {
  addressOf,
  cleanText,
  decodeXorAddress,
  encodeXorAddress,
  errorOf,
} from '#engine/connect/turn/stun-values.ts'
import { serverRefusal } from '#engine/connect/turn/turn-errors.ts'
import { concatBytes, fromUtf8, utf8 } from '#shared/encoding/bytes.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'))
const SHORT_TERM_KEY = utf8('VOkJxbRl1RmTxUk/WvJxBt')

const REQUEST = bytes(`
  00010058 2112a442 b7e7a701 bc34d686 fa87dfae
  80220010 5354554e 20746573 7420636c 69656e74
  00240004 6e0001ff 80290008 932ff9b1 51263b36
  00060009 6576746a 3a683676 59202020
  00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2
  80280004 e57a3bcf`)
const IPV4_RESPONSE = bytes(`
  0101003c 2112a442 b7e7a701 bc34d686 fa87dfae
  8022000b 74657374 20766563 746f7220
  00200008 0001a147 e112a643
  00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7
  80280004 c07d4c96`)
const IPV6_RESPONSE = bytes(`
  01010048 2112a442 b7e7a701 bc34d686 fa87dfae
  8022000b 74657374 20766563 746f7220
  00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9
  00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41
  80280004 c8fb0b4c`)
const LONG_TERM_REQUEST = bytes(`
  00010060 2112a442 78ad3433 c6ad72c0 29da412e
  00060012 e3839ee3 8388e383 aae38383 e382afe3 82b90000
  0015001c 662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 36347341
  0014000b 6578616d 706c652e 6f726700
  00080014 f6702465 6dd64a3e 02b8e071 2e85c9a2 8ca89666`)

describe('the vectors of RFC 5769', () => {
  test.each([
    ['request', REQUEST, 'request'],
    ['IPv4 response', IPV4_RESPONSE, 'success'],
    ['IPv6 response', IPV6_RESPONSE, 'success'],
  ])('%s: read, with integrity and fingerprint', (_what, vector, kind) => {
    expect(decodeStun(vector)).toMatchObject({ method: METHOD.binding, class: kind })
    expect(hasFingerprint(vector)).toBe(true)
    expect(hasIntegrity(vector, SHORT_TERM_KEY)).toBe(true)
    expect(hasIntegrity(vector, utf8('another key'))).toBe(false)
  })

  test.each([
    [IPV4_RESPONSE, '192.0.2.1'],
    [IPV6_RESPONSE, '2001:db8:1234:5678:11:2233:4455:6677'],
  ])('addresses, read and written', (vector, address) => {
    const message = decodeStun(vector)
    if (message === undefined) throw new Error('not read')
    expect(addressOf(message, ATTRIBUTE.xorMappedAddress)).toEqual({ address, port: 32_853 })
    expect(encodeXorAddress({ address, port: 32_853 }, message.transactionId)).toEqual(
      attributeOf(message, ATTRIBUTE.xorMappedAddress),
    )
  })

  test('long-term credentials, read and written', () => {
    const message = decodeStun(LONG_TERM_REQUEST)
    if (message === undefined) throw new Error('not read')
    const realm = attributeOf(message, ATTRIBUTE.realm) ?? new Uint8Array()
    expect(fromUtf8(realm)).toBe('example.org')
    const key = longTermKey('\u30de\u30c8\u30ea\u30c3\u30af\u30b9', realm, 'TheMatrIX')
    expect(hasIntegrity(LONG_TERM_REQUEST, key)).toBe(true)
    expect(hasFingerprint(LONG_TERM_REQUEST)).toBe(false)
    const unsigned = message.attributes.filter(({ type }) => type !== ATTRIBUTE.messageIntegrity)
    expect(encodeStun({ ...message, attributes: unsigned }, { key })).toEqual(LONG_TERM_REQUEST)
  })
})

const anyMessage: fc.Arbitrary<StunMessage> = fc.record({
  method: fc.integer({ min: 0, max: 0xfff }),
  class: fc.constantFrom('request', 'indication', 'success', 'error'),
  transactionId: fc.uint8Array({ minLength: 12, maxLength: 12 }),
  attributes: fc.array(
    fc.record({
      type: fc.integer({ min: 0, max: 0xffff }).filter((type) => type !== 8 && type !== 0x8028),
      value: fc.uint8Array({ maxLength: 40 }),
    }),
    { maxLength: 8 },
  ),
})

describe('a message', () => {
  test('that is written can be read, and says whether it is whole', () => {
    fc.assert(
      fc.property(anyMessage, fc.uint8Array({ minLength: 1, maxLength: 80 }), (message, key) => {
        expect(decodeStun(encodeStun(message))).toEqual(message)
        const sealed = encodeStun(message, { key, hasFingerprint: true })
        expect(hasIntegrity(sealed, key)).toBe(true)
        expect(hasFingerprint(sealed)).toBe(true)
        expect(decodeStun(sealed)?.attributes.slice(0, -2)).toEqual(message.attributes)
      }),
    )
  })

  test('with any changed bit before its seals is caught by both', () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(), fc.integer({ min: 0, max: 7 }), (message, place, bit) => {
        const key = utf8('a key')
        const sealed = encodeStun(message, { key, hasFingerprint: true })
        const at = place % (sealed.length - 32)
        const damaged = Uint8Array.from(sealed)
        damaged[at] = (damaged[at] ?? 0) ^ (1 << bit)
        expect(hasIntegrity(damaged, key)).toBe(false)
        expect(hasFingerprint(damaged)).toBe(false)
      }),
    )
  })

  test('that is damaged, cut or made up is read or is none, and nothing else happens', () => {
    const start = bytes('0101 0000 2112a442 000102030405060708090a0b')
    const damaged = fc
      .tuple(fc.constantFrom(REQUEST, IPV4_RESPONSE, IPV6_RESPONSE), fc.nat(), fc.nat(255), fc.nat())
      .map(([vector, at, value, length]) => {
        const copy = vector.slice(0, (length % vector.length) + 1)
        copy[at % copy.length] = value
        return copy
      })
    const plausible = fc.uint8Array({ maxLength: 200 }).map((tail) => {
      const whole = concatBytes(start, tail)
      new DataView(whole.buffer).setUint16(2, tail.length)
      return whole
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged, plausible), (input) => {
        const message = decodeStun(input)
        hasIntegrity(input, SHORT_TERM_KEY)
        hasFingerprint(input)
        if (message === undefined) return
        errorOf(message)
        for (const { type, value } of message.attributes) {
          addressOf(message, type)
          expect(value.length).toBeLessThanOrEqual(input.length)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['empty', ''],
    ['with a length of its own', '00010004 2112a442 000102030405060708090a0b'],
    ['without the cookie', '00010000 2112a443 000102030405060708090a0b'],
    ['of RTP', '80010000 2112a442 000102030405060708090a0b'],
    ['with an attribute that is longer', '00010004 2112a442 000102030405060708090a0b 00060005'],
    ['with half a padding', '00010006 2112a442 000102030405060708090a0b 00060001 6100'],
  ])('%s is none', (_what, hex) => expect(decodeStun(bytes(hex))).toBeUndefined())

  test('of too many attributes is none', () => {
    const attributes = Array.from({ length: 200 }, () => ({ type: 1, value: new Uint8Array() }))
    const message = { method: 1, class: 'request', transactionId: new Uint8Array(12), attributes } as const
    expect(decodeStun(encodeStun(message))).toBeUndefined()
  })
})

test('addresses survive their mask', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6()).filter((text) => !text.includes('%'))
  const id = fc.uint8Array({ minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(address, fc.integer({ min: 0, max: 65_535 }), id, (host, port, transactionId) => {
      const decoded = decodeXorAddress(
        encodeXorAddress({ address: host, port }, transactionId),
        transactionId,
      )
      expect(decoded?.port).toBe(port)
      const same = (text: string): string =>
        new URL(`http://${text.includes(':') ? `[${text}]` : text}/`).hostname
      expect(same(decoded?.address ?? '')).toBe(same(host))
    }),
  )
})

test.each([
  [401, 'anna', 'turn.bad-credentials'],
  [441, 'anna', 'turn.bad-credentials'],
  [401, '1600000000:anna', 'turn.expired'],
  [401, '1600000000', 'turn.expired'],
  [401, '9600000000:anna', 'turn.bad-credentials'],
  [401, '12:anna', 'turn.bad-credentials'],
  [403, '1600000000:anna', 'turn.forbidden'],
  [486, 'anna', 'turn.quota'],
  [508, 'anna', 'turn.quota'],
  [500, 'anna', 'turn.quota'],
  [400, 'anna', 'turn.protocol'],
  [437, undefined, 'turn.protocol'],
])('error %d to %s is %s', (code, username, expected) => {
  expect(serverRefusal({ code, reason: 'Because' }, username)).toMatchObject({
    code: expected,
    detail: `${code} Because`,
  })
})

test('what a server says is repeated on one line, without tricks, and not for ever', () => {
  expect(cleanText(utf8('Un\u001b[31mauthor\r\nized\u202e \u0000'))).toBe('Un [31mauthor ized')
  expect(cleanText(utf8('x'.repeat(10_000))).length).toBeLessThanOrEqual(80)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (input) => {
      expect(cleanText(input)).not.toMatch(/\p{C}/u)
    }),
  )
})
