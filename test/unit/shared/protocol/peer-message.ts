/** Random control messages of every type. */

import fc from 'fast-check'
import { toBase64Url } from '#shared/encoding/base64url.ts'
import { IntroductionKey } from '#shared/protocol/introductions.ts'
import type { PeerMessage } from '#shared/protocol/peer-messages.ts'
import { PeerId } from '#shared/share/keys.ts'
import { MAX_PIECES } from '#shared/share/piece-layout.ts'
import * as v from 'valibot'

const is = <const Text extends string>(text: Text): fc.Arbitrary<Text> => fc.constant(text)
const piece = fc.nat(MAX_PIECES - 1)
const ranges = fc.array(fc.tuple(piece, fc.nat(127), fc.integer({ min: 1, max: 128 })), {
  minLength: 1,
  maxLength: 10,
})
const peerId = fc.nat().map((number) => v.parse(PeerId, number.toString(16).padStart(32, '0')))
const key = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => v.parse(IntroductionKey, toBase64Url(bytes)))
const text = fc.string({ unit: 'grapheme', maxLength: 16 })

export const peerMessage: fc.Arbitrary<PeerMessage> = fc.oneof(
  fc.record({
    type: is('hello'),
    version: fc.integer(),
    features: fc.array(text, { maxLength: 4 }),
    name: text,
    agent: text,
  }),
  fc.record({ type: fc.constantFrom('summary.get' as const, 'manifest.none' as const) }),
  fc.record({ type: is('summary'), box: fc.option(fc.base64String()) }),
  fc.record({
    type: is('manifest.get'),
    offset: fc.nat(2 ** 26),
    length: fc.integer({ min: 1, max: 2 ** 17 }),
  }),
  fc.record({ type: is('bitfield'), bits: fc.base64String() }),
  fc.record({ type: is('have'), pieces: fc.array(piece, { minLength: 1, maxLength: 10 }) }),
  fc.record({ type: fc.constantFrom('request' as const, 'cancel' as const, 'reject' as const), ranges }),
  fc.record({ type: fc.constantFrom('ping' as const, 'pong' as const), id: fc.maxSafeNat() }),
  fc.record({ type: is('peers'), peers: fc.array(fc.tuple(peerId, key), { maxLength: 16 }) }),
  fc.record({ type: is('pass'), to: peerId, box: fc.base64String() }),
  fc.record({ type: is('passed'), from: peerId, key, box: fc.base64String() }),
  fc.record({
    type: is('bye'),
    reason: fc.constantFrom(
      'done',
      'stopped',
      'source-changed',
      'banned',
      'protocol',
      'version',
      'full',
      'shutdown',
    ),
  }),
)
