/** Keys of a share, its topic, and peer ids: derived as written down, and nothing else passes for one. */

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { createShareKeys, PeerId, peerIdOf, publicKeyOf, Topic, topicOf } from '#shared/share/keys.ts'

test('new keys have their lengths, belong together and are new each time', () => {
  const keys = createShareKeys()
  expect(keys.privateKey).toHaveLength(32)
  expect(keys.secret).toHaveLength(16)
  expect(publicKeyOf(keys.privateKey)).toEqual(keys.publicKey)
  const others = createShareKeys()
  expect(others.publicKey).not.toEqual(keys.publicKey)
  expect(others.secret).not.toEqual(keys.secret)
})

test('a topic is SHA-256 over label and public key', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (publicKey) => {
      const expected = createHash('sha256').update('beeline/v1/topic\n').update(publicKey).digest('hex')
      expect(topicOf(publicKey)).toBe(expected)
    }),
  )
})

test('a peer id is the first half of SHA-256 over label and token', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 32 }), (token) => {
      const expected = createHash('sha256')
        .update('beeline/v1/peer\n')
        .update(token)
        .digest('hex')
        .slice(0, 32)
      expect(peerIdOf(token)).toBe(expected)
    }),
  )
})

describe('neither a topic nor a peer id is', () => {
  test.each([
    ['empty', () => ''],
    ['one letter short', (length: number) => 'a'.repeat(length - 1)],
    ['one letter long', (length: number) => 'a'.repeat(length + 1)],
    ['upper-case', (length: number) => 'A'.repeat(length)],
    ['followed by a line break', (length: number) => `${'a'.repeat(length)}\n`],
    ['behind a line', (length: number) => `x\n${'a'.repeat(length)}`],
    ['not hex', (length: number) => 'g'.repeat(length)],
    ['made of other digits', (length: number) => '٣'.repeat(length)],
  ])('%s', (_what, make) => {
    expect(v.is(Topic, make(64))).toBe(false)
    expect(v.is(PeerId, make(32))).toBe(false)
  })
})
