/** Piece records: one message per piece and hash, and no other thing a share's key signs. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromUtf8, toHex } from '#shared/encoding/bytes.ts'
import { createShareKeys } from '#shared/share/keys.ts'
import { pieceRecordMessage } from '#shared/share/piece-record.ts'
import { curves } from '#shared/share/curves.ts'

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const index = fc.nat(2 ** 20 - 1)

test('the message is label, index in four bytes and hash', () => {
  const message = pieceRecordMessage(0x01020304, new Uint8Array(32).fill(0xab))
  expect(fromUtf8(message.subarray(0, 17))).toBe('beeline/v1/piece\n')
  expect(toHex(message.subarray(17))).toBe(`01020304${'ab'.repeat(32)}`)
})

test('two records have the same message only when index and hash are the same', () => {
  fc.assert(
    fc.property(index, hash, index, hash, (oneIndex, oneHash, otherIndex, otherHash) => {
      fc.pre(oneIndex !== otherIndex || toHex(oneHash) !== toHex(otherHash))
      expect(pieceRecordMessage(oneIndex, oneHash)).not.toEqual(pieceRecordMessage(otherIndex, otherHash))
    }),
  )
})

test('a signature for one piece is none for another place', () => {
  const { privateKey, publicKey } = createShareKeys()
  const sameHash = new Uint8Array(32).fill(7)
  const signature = curves().sign(pieceRecordMessage(3, sameHash), privateKey)
  expect(curves().verify(signature, pieceRecordMessage(3, sameHash), publicKey)).toBe(true)
  expect(curves().verify(signature, pieceRecordMessage(4, sameHash), publicKey)).toBe(false)
})
