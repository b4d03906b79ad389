/**
 * Every decoder against input that nobody foresaw: it returns or throws an AppError, nothing else, and what it
 * accepts has one form. A failing seed is printed; keep its input as an example in the decoder's own tests.
 */

import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { fromBase64Url, toBase64Url } from '#shared/encoding/base64url.ts'
import { concatBytes, fromHex, toHex, utf8 } from '#shared/encoding/bytes.ts'
import { AppError } from '#shared/errors.ts'
import {
  MAX_FRAME_BYTES,
  readFrame,
  writeBlockFrame,
  writeManifestFrame,
} from '#shared/protocol/block-frame.ts'
import {
  decodeBits,
  decodePeerMessage,
  encodeBits,
  encodePeerMessage,
} from '#shared/protocol/peer-messages.ts'
import { LaneId, SignalBox, type Signal } from '#shared/protocol/signals.ts'
import { createShareKeys, peerIdOf, topicOf } from '#shared/share/keys.ts'
import { parseLink, printLink } from '#shared/share/link.ts'
import { decodeManifest, encodeManifest } from '#shared/share/manifest-codec.ts'
import { deriveSealKey, openSeal, seal } from '#shared/share/sealing.ts'
import { curves } from '#shared/share/curves.ts'
import { openSummary, sealSummary, summarize } from '#shared/share/summary.ts'
import { damagedBytes, damagedTexts } from './mutation.ts'
import { peerMessage } from './protocol/peer-message.ts'
import { tree } from './share/tree.ts'

const CASES = 10_000
/** Each such case is a signature in pure JavaScript: two milliseconds. */
const SIGNED_CASES = 400
/** Of a whole property, milliseconds: a second or two on an idle machine. */
const TIMEOUT_MS = 60_000

const KEYS = createShareKeys()
const TOPIC = topicOf(KEYS.publicKey)

const MANIFESTS = fc.sample(tree, 60)
const MANIFEST_BYTES = MANIFESTS.map((manifest) => encodeManifest(manifest))

/** Undefined when it was refused with an AppError; anything else that is thrown goes through. */
function accepted<Value>(decode: () => Value): Value | undefined {
  try {
    return decode()
  } catch (thrown) {
    if (thrown instanceof AppError) return undefined
    throw thrown
  }
}

/**
 * Decodes many inputs, and looks closer at what was accepted.
 *
 * @returns how many were: a fuzzer that never gets in tests only the door
 */
function fuzz<Input, Value>(
  input: fc.Arbitrary<Input>,
  decode: (input: Input) => Value | undefined,
  check: (value: Value, input: Input) => void,
  numRuns = CASES,
): number {
  let count = 0
  fc.assert(
    fc.property(input, (given) => {
      const value = accepted(() => decode(given))
      if (value === undefined) return
      count++
      check(value, given)
    }),
    { numRuns },
  )
  return count
}

/** For what must never be accepted. */
function expectNothing(value: unknown): void {
  expect(value).toBeUndefined()
}

function expectSame(left: Uint8Array, right: Uint8Array): void {
  expect(Buffer.compare(left, right)).toBe(0)
}

describe('whatever comes in, nothing but an AppError comes out of', { timeout: TIMEOUT_MS }, () => {
  test('fromBase64Url, and what it accepts has one form', () => {
    const samples = fc.sample(fc.uint8Array({ maxLength: 40 }), 50).map(toBase64Url)
    const count = fuzz(damagedTexts(samples), fromBase64Url, (bytes, text) => {
      expect(toBase64Url(bytes)).toBe(text)
    })
    expect(count).toBeGreaterThan(200)
  })

  test('fromHex, and what it accepts has one form', () => {
    const samples = fc.sample(fc.uint8Array({ maxLength: 40 }), 50).map(toHex)
    const count = fuzz(damagedTexts(samples), fromHex, (bytes, text) => {
      expect(toHex(bytes)).toBe(text)
    })
    expect(count).toBeGreaterThan(200)
  })

  test('decodeBits, and what it accepts has one form', () => {
    const samples = fc.sample(fc.uint8Array({ maxLength: 40 }), 50).map(encodeBits)
    const count = fuzz(damagedTexts(samples), decodeBits, (bits, text) => {
      expect(encodeBits(bits)).toBe(text)
    })
    expect(count).toBeGreaterThan(200)
  })

  test('parseLink, and what it accepts is read again from its printed forms', () => {
    const key = toBase64Url(concatBytes(KEYS.publicKey, KEYS.secret))
    const samples = [
      `https://example.com/get#${key}`,
      `http://192.168.1.2:8080/get#${key}&at=[fd00::1]:80&at=a.b&at=10.0.0.1`,
      `beeline://[2001:db8::1]:443/lan#${key}`,
      `beeline://localhost/get#${key}&at=localhost:1`,
    ]
    const count = fuzz(damagedTexts(samples), parseLink, (link) => {
      expect(parseLink(printLink(link))).toEqual(link)
      expect(parseLink(printLink(link, 'app'))).toEqual(link)
    })
    expect(count).toBeGreaterThan(200)
  })

  test('decodeManifest, and what it accepts has one form', () => {
    const count = fuzz(damagedBytes(MANIFEST_BYTES), decodeManifest, (manifest, bytes) => {
      expectSame(encodeManifest(manifest), bytes)
    })
    expect(count).toBeGreaterThan(200)
  })

  test('readFrame, and what it accepts has one form', () => {
    const scratch = new Uint8Array(MAX_FRAME_BYTES)
    const record = { index: 7, hash: new Uint8Array(32).fill(1), signature: new Uint8Array(64).fill(2) }
    const samples = [
      writeBlockFrame(scratch, { piece: 7, block: 3, bytes: utf8('block'), record: undefined }).slice(),
      writeBlockFrame(scratch, { piece: 7, block: 0, bytes: utf8('block'), record }).slice(),
      writeManifestFrame(scratch, 70_000, utf8('manifest')).slice(),
    ]
    const count = fuzz(damagedBytes(samples), readFrame, (frame, bytes) => {
      const again =
        frame.kind === 'block'
          ? writeBlockFrame(scratch, frame)
          : writeManifestFrame(scratch, frame.offset, frame.bytes)
      expectSame(again, bytes)
    })
    expect(count).toBeGreaterThan(200)
  })

  test('decodePeerMessage, and what it accepts is read again from its own text', () => {
    // A type that is known, with fields of the right names and anything in them.
    const anything = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(-0, -1, 0, 1, 2 ** 53, [[0, 0, 1]], [0]),
    )
    const field = fc.constantFrom(
      'id',
      'ranges',
      'pieces',
      'bits',
      'box',
      'offset',
      'length',
      'reason',
      '__proto__',
    )
    const type = fc.constantFrom(
      'ping',
      'have',
      'request',
      'bitfield',
      'summary',
      'bye',
      'manifest.get',
      'valueOf',
    )
    const almost = fc
      .tuple(type, fc.array(fc.tuple(field, anything), { maxLength: 3 }))
      .map(([known, fields]) => JSON.stringify(Object.fromEntries([['type', known], ...fields])))
    const texts = fc.oneof(
      { weight: 4, arbitrary: damagedTexts(fc.sample(peerMessage, 60).map(encodePeerMessage)) },
      { weight: 2, arbitrary: almost },
      { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
    )
    const count = fuzz(texts, decodePeerMessage, (message) => {
      const canonical = encodePeerMessage(message)
      const again = decodePeerMessage(canonical)
      expect(again && encodePeerMessage(again)).toBe(canonical)
    })
    expect(count).toBeGreaterThan(200)
  })

  test('openSeal, and only untouched boxes open', () => {
    const key = deriveSealKey(KEYS.secret, KEYS.publicKey, 'signal')
    const samples = fc.sample(fc.uint8Array({ maxLength: 60 }), 20).map((plain) => seal(key, plain, 'here'))
    const count = fuzz(
      damagedBytes(samples),
      (box) => openSeal(key, box, 'here'),
      // A mutation may also change nothing.
      (_plain, box) => expect(samples.some((sample) => Buffer.compare(sample, box) === 0)).toBe(true),
    )
    expect(count).toBeGreaterThan(200)
  })

  describe('SignalBox.open', () => {
    const box = new SignalBox(KEYS)
    const [from, to] = [peerIdOf(new Uint8Array(16)), peerIdOf(new Uint8Array(32))]
    const lane = v.parse(LaneId, '0123456789abcdef')
    const signals: Signal[] = [
      { kind: 'offer', lane, sdp: 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n' },
      { kind: 'answer', lane, sdp: '' },
      { kind: 'candidate', lane, candidate: 'candidate:1 1 UDP 1 192.0.2.1 9 typ host', mid: '0' },
      { kind: 'refuse', lane, reason: 'full' },
    ]

    test('given a damaged box', () => {
      const samples = signals.map((signal) => box.seal(signal, from, to))
      const count = fuzz(
        damagedTexts(samples),
        (text) => box.open(text, from, to),
        (signal) => expect(signals).toContainEqual(signal),
      )
      expect(count).toBeGreaterThan(100)
    })

    test('given a whole box with a damaged signal in it', () => {
      const key = deriveSealKey(KEYS.secret, KEYS.publicKey, 'signal')
      const samples = signals.map((signal) => utf8(JSON.stringify(signal)))
      const count = fuzz(
        damagedBytes(samples),
        (plain) => box.open(toBase64Url(seal(key, plain, `${TOPIC}\n${from}\n${to}`)), from, to),
        (signal) => expect(box.open(box.seal(signal, from, to), from, to)).toEqual(signal),
      )
      expect(count).toBeGreaterThan(200)
    })
  })

  describe('openSummary', () => {
    const summaries = MANIFESTS.slice(0, 5).map((manifest) =>
      summarize({
        title: 'Holiday',
        sender: 'Ada',
        createdAtMs: 1,
        pieceBytes: 2 ** 24,
        manifest,
        manifestBytes: encodeManifest(manifest),
      }),
    )
    const bodies = summaries.map((summary) => utf8(JSON.stringify(summary)))
    const key = deriveSealKey(KEYS.secret, KEYS.publicKey, 'summary')
    const openPlain = (plain: Uint8Array) => openSummary(seal(key, plain, TOPIC), KEYS)

    test('given a damaged box', () => {
      const samples = summaries.map((summary) => sealSummary(summary, KEYS, KEYS.privateKey))
      // Undamaged boxes are left to the other two: each costs a signature.
      const damaged = damagedBytes(samples).filter(
        (box) => !samples.some((sample) => Buffer.compare(sample, box) === 0),
      )
      expect(fuzz(damaged, (box) => openSummary(box, KEYS), expectNothing)).toBe(0)
    })

    test('given a whole box that the owner did not sign', () => {
      const samples = bodies.map((body) => concatBytes(curves().sign(body, KEYS.privateKey), body))
      expect(fuzz(damagedBytes(samples), openPlain, expectNothing, SIGNED_CASES)).toBe(0)
    })

    test('given a damaged summary that the owner signed', () => {
      const label = utf8('beeline/v1/summary\n')
      const signed = (body: Uint8Array) =>
        concatBytes(curves().sign(concatBytes(label, body), KEYS.privateKey), body)
      const count = fuzz(
        damagedBytes(bodies),
        (body) => openPlain(signed(body)),
        (summary) => expect(openSummary(sealSummary(summary, KEYS, KEYS.privateKey), KEYS)).toEqual(summary),
        SIGNED_CASES,
      )
      expect(count).toBeGreaterThan(10)
    })
  })
})
