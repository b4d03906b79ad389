/** Signals: only the two peers of a share read them, and only as they were written. */

import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { fromBase64Url, toBase64Url } from '#shared/encoding/base64url.ts'
import { utf8 } from '#shared/encoding/bytes.ts'
import { LaneId, SignalBox, type Signal } from '#shared/protocol/signals.ts'
import { MAX_SIGNAL_BYTES } from '#shared/protocol/coordinator-messages.ts'
import { createShareKeys, peerIdOf, topicOf } from '#shared/share/keys.ts'
import { deriveSealKey, seal } from '#shared/share/sealing.ts'
import { refusalOf } from '../refusal.ts'

const KEYS = createShareKeys()
const BOX = new SignalBox(KEYS)
const ADA = peerIdOf(new Uint8Array(16).fill(1))
const BOB = peerIdOf(new Uint8Array(16).fill(2))
const EVE = peerIdOf(new Uint8Array(16).fill(3))
const LANE = v.parse(LaneId, '0123456789abcdef')
const OFFER: Signal = { kind: 'offer', lane: LANE, sdp: 'v=0\r\n' }

const lane = fc.constant(LANE)
const sdp = fc.string({ unit: 'grapheme', maxLength: 200 })
const signal: fc.Arbitrary<Signal> = fc.oneof(
  fc.record({ kind: fc.constantFrom('offer' as const, 'answer' as const), lane, sdp }),
  fc.record({
    kind: fc.constant('candidate' as const),
    lane,
    candidate: sdp,
    mid: fc.string({ maxLength: 16 }),
  }),
  fc.record({
    kind: fc.constant('refuse' as const),
    lane,
    reason: fc.constantFrom('full' as const, 'banned' as const, 'duplicate' as const, 'failed' as const),
  }),
)

/** As a peer of the share could seal it, whatever it is. */
function sealedText(text: string): string {
  const key = deriveSealKey(KEYS.secret, KEYS.publicKey, 'signal')
  return toBase64Url(seal(key, utf8(text), `${topicOf(KEYS.publicKey)}\n${ADA}\n${BOB}`))
}

const BROKEN = expect.objectContaining({ code: 'seal.broken' })
const LENGTH = { code: 'peer.protocol', detail: 'a signal has an impossible length' }
const MALFORMED = { code: 'peer.protocol', detail: 'a signal is malformed' }

test('a signal reaches the peer it is for', () => {
  fc.assert(
    fc.property(signal, (value) => {
      expect(new SignalBox(KEYS).open(BOX.seal(value, ADA, BOB), ADA, BOB)).toEqual(value)
    }),
  )
})

test('a box shows nothing of what is in it', () => {
  const box = fromBase64Url(BOX.seal({ ...OFFER, sdp: 'a=candidate 192.0.2.77' }, ADA, BOB))
  expect(Buffer.from(box ?? []).toString('latin1')).not.toMatch(/candidate|192|offer|sdp/)
})

describe('a box does not open', () => {
  const box = BOX.seal(OFFER, ADA, BOB)

  test('for another pair of peers, or turned round', () => {
    expect(refusalOf(() => BOX.open(box, BOB, ADA))).toEqual(BROKEN)
    expect(refusalOf(() => BOX.open(box, ADA, EVE))).toEqual(BROKEN)
    expect(refusalOf(() => BOX.open(box, EVE, BOB))).toEqual(BROKEN)
  })

  test('in another share, or with the key but not the secret', () => {
    expect(refusalOf(() => new SignalBox(createShareKeys()).open(box, ADA, BOB))).toEqual(BROKEN)
    const guess = new SignalBox({ publicKey: KEYS.publicKey, secret: new Uint8Array(16) })
    expect(refusalOf(() => guess.open(box, ADA, BOB))).toEqual(BROKEN)
  })

  test('when any byte of it is another', () => {
    const bytes = fromBase64Url(box) ?? new Uint8Array(0)
    expect(bytes.length).toBeGreaterThan(0)
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at] = (changed[at] ?? 0) ^ 0x80
      expect(refusalOf(() => BOX.open(toBase64Url(changed), ADA, BOB))).toEqual(BROKEN)
    }
  })

  test.each([
    ['empty', ''],
    ['too short', toBase64Url(new Uint8Array(39))],
    ['not base64url', '!!!!'],
    ['padded', `${box}=`],
    ['too long', toBase64Url(new Uint8Array(MAX_SIGNAL_BYTES + 1))],
    ['far too long', 'A'.repeat(4_000_000)],
  ])('that is %s', (_what, text) => {
    expect(refusalOf(() => BOX.open(text, ADA, BOB))).toEqual(LENGTH)
  })
})

describe('refused, though a peer with the link sealed it:', () => {
  test.each([
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['null', 'null'],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['very deep nesting', '['.repeat(15_000)],
    ['an unknown kind', JSON.stringify({ ...OFFER, kind: 'shout' })],
    ['the name of a method as a kind', JSON.stringify({ ...OFFER, kind: 'toString' })],
    ['fields in the prototype', `{"__proto__":${JSON.stringify(OFFER)}}`],
    ['no lane', JSON.stringify({ kind: 'offer', sdp: '' })],
    ['a lane in upper case', JSON.stringify({ ...OFFER, lane: LANE.toUpperCase() })],
    ['a lane with a line break', JSON.stringify({ ...OFFER, lane: `${LANE}\n` })],
    ['a lane that is a number', JSON.stringify({ ...OFFER, lane: 1 })],
    ['an SDP that is too long', JSON.stringify({ ...OFFER, sdp: 'a'.repeat(8193) })],
    ['an SDP that is null', JSON.stringify({ ...OFFER, sdp: null })],
    [
      'a candidate that is too long',
      JSON.stringify({ kind: 'candidate', lane: LANE, candidate: 'a'.repeat(513), mid: '0' }),
    ],
    [
      'a mid that is too long',
      JSON.stringify({ kind: 'candidate', lane: LANE, candidate: 'a', mid: '0'.repeat(17) }),
    ],
    ['an unknown reason', JSON.stringify({ kind: 'refuse', lane: LANE, reason: 'mood' })],
  ])('%s', (_what, text) => {
    expect(refusalOf(() => BOX.open(sealedText(text), ADA, BOB))).toEqual(MALFORMED)
  })

  test('bytes that are not UTF-8', () => {
    const key = deriveSealKey(KEYS.secret, KEYS.publicKey, 'signal')
    const box = seal(key, Uint8Array.of(0xff, 0xfe), `${topicOf(KEYS.publicKey)}\n${ADA}\n${BOB}`)
    expect(refusalOf(() => BOX.open(toBase64Url(box), ADA, BOB))).toEqual(MALFORMED)
  })
})

test('fields of a later version are left out', () => {
  expect(BOX.open(sealedText(JSON.stringify({ ...OFFER, later: 1 })), ADA, BOB)).toEqual(OFFER)
})
