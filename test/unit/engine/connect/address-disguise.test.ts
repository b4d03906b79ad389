/** Addresses of this device go out true and come in disguised, and the server's checks still hold. */

import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { AddressDisguise, isOfThisDevice } from '#engine/connect/turn/address-disguise.ts'
import {
  ATTRIBUTE,
  decodeStun,
  encodeStun,
  hasFingerprint,
  hasIntegrity,
  longTermKey,
  METHOD,
  type StunClass,
} from '#engine/connect/turn/stun-message.ts'
import { addressOf, encodeXorAddress } from '#engine/connect/turn/stun-values.ts'
import { utf8 } from '#shared/encoding/bytes.ts'

const anna = { username: 'anna', password: 'secret' }
const realm = utf8('beeline.test')
const key = longTermKey(anna.username, realm, anna.password)
const transactionId = Uint8Array.from({ length: 12 }, (_, index) => index)

function packet(method: number, kind: StunClass, address: string, isSigned: boolean): Uint8Array {
  const peer = {
    type: ATTRIBUTE.xorPeerAddress,
    value: encodeXorAddress({ address, port: 77 }, transactionId),
  }
  const login = [
    { type: ATTRIBUTE.username, value: utf8(anna.username) },
    { type: ATTRIBUTE.realm, value: realm },
  ]
  return encodeStun(
    { method, class: kind, transactionId, attributes: [peer, ...(isSigned ? login : [])] },
    { key: isSigned ? key : undefined, hasFingerprint: true },
  )
}

function peerOf(bytes: Uint8Array): string | undefined {
  const message = decodeStun(bytes)
  const peer = message === undefined ? undefined : addressOf(message, ATTRIBUTE.xorPeerAddress)
  return peer === undefined ? undefined : `${peer.address}:${peer.port}`
}

test('an address of this device gets one other, and only such an address does', () => {
  const disguise = new AddressDisguise()
  const cover = disguise.cover('127.0.0.1')
  expect(cover).not.toMatch(/^127/)
  expect(disguise.cover('127.0.0.1')).toBe(cover)
  expect(disguise.cover('127.0.0.2')).not.toBe(cover)
  expect(disguise.uncover(cover)).toBe('127.0.0.1')
  for (const other of ['203.0.113.7', '2001:db8::1', '::1']) expect(disguise.cover(other)).toBe(other)
  expect(disguise.uncover('203.0.113.7')).toBe('203.0.113.7')
  // Whoever offers address after address does not fill the memory.
  for (let i = 0; i < 2000; i++) disguise.cover(`127.1.${i >> 8}.${i & 255}`)
  expect(disguise.cover('127.200.0.1')).toBe('127.200.0.1')
  expect(disguise.cover('127.0.0.1')).toBe(cover)
})

test('the cards of this device are known', () => {
  const own = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  for (const { address } of own) expect(isOfThisDevice(address)).toBe(true)
  expect(isOfThisDevice('203.0.113.254')).toBe(false)
})

test.each([
  ['a permission', METHOD.createPermission, 'request', true],
  ['a channel', METHOD.channelBind, 'request', true],
  ['a packet', METHOD.send, 'indication', false],
] as const)('the server reads the true address in %s, signed anew', (_what, method, kind, isSigned) => {
  const disguise = new AddressDisguise()
  const cover = disguise.cover('127.0.0.9')
  const out = disguise.toServer(packet(method, kind, cover, isSigned), anna)
  expect(peerOf(out)).toBe('127.0.0.9:77')
  expect(hasIntegrity(out, key)).toBe(isSigned)
  expect(hasFingerprint(out)).toBe(true)
})

test('the agent reads the disguise in what comes, also of somebody new', () => {
  const disguise = new AddressDisguise()
  const into = disguise.toAgent(packet(METHOD.data, 'indication', '127.0.0.9', false))
  expect(peerOf(into)).toBe(`${disguise.cover('127.0.0.9')}:77`)
  expect(hasFingerprint(into)).toBe(true)
})

test('what has no such address passes untouched', () => {
  const disguise = new AddressDisguise()
  const far = packet(METHOD.createPermission, 'request', '203.0.113.7', true)
  expect(disguise.toServer(far, anna)).toBe(far)
  expect(disguise.toAgent(far)).toBe(far)
  const noise = utf8('no message at all')
  expect(disguise.toServer(noise, anna)).toBe(noise)
})
