/** Addresses of this device go out true and come in disguised, and the server's checks still hold. */

import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
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
  const disguise = new AddressDisguise({ hidesOwn: true, hasIPv4: () => true })
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
  const disguise = new AddressDisguise({ hidesOwn: true, hasIPv4: () => true })
  const cover = disguise.cover('127.0.0.9')
  const out = disguise.toServer(packet(method, kind, cover, isSigned), anna)
  expect(peerOf(out)).toBe('127.0.0.9:77')
  expect(hasIntegrity(out, key)).toBe(isSigned)
  expect(hasFingerprint(out)).toBe(true)
})

test('the agent reads the disguise in what comes, also of somebody new', () => {
  const disguise = new AddressDisguise({ hidesOwn: true, hasIPv4: () => true })
  const into = disguise.toAgent(packet(METHOD.data, 'indication', '127.0.0.9', false))
  expect(peerOf(into)).toBe(`${disguise.cover('127.0.0.9')}:77`)
  expect(hasFingerprint(into)).toBe(true)
})

test('what has no such address passes untouched', () => {
  const disguise = new AddressDisguise({ hidesOwn: true, hasIPv4: () => true })
  const far = packet(METHOD.createPermission, 'request', '203.0.113.7', true)
  expect(disguise.toServer(far, anna)).toBe(far)
  expect(disguise.toAgent(far)).toBe(far)
  const noise = utf8('no message at all')
  expect(disguise.toServer(noise, anna)).toBe(noise)
})

describe('on a device with IPv6 alone', () => {
  const disguise = new AddressDisguise({ hidesOwn: false, hasIPv4: () => false })

  test.each([
    ['198.51.100.20', '64:ff9b::c633:6414'],
    ['0.0.0.1', '64:ff9b::1'],
    ['10.0.0.0', '64:ff9b::a00:0'],
    ['255.255.255.255', '64:ff9b::ffff:ffff'],
  ])('%s is known as %s', (address, cover) => {
    expect(disguise.cover(address)).toBe(cover)
    expect(disguise.uncover(cover)).toBe(address)
  })

  test.each(['2001:db8::1', '64:ff9b:1::1', '64:ff9b:0:0:1::1', 'fe80::1%eth0', 'x.local'])(
    '%s is known as itself',
    (address) => {
      expect(disguise.cover(address)).toBe(address)
      expect(disguise.uncover(address)).toBe(address)
    },
  )

  test('the agent’s relay has an IPv6 address, in a message whose signature holds', () => {
    const relayed = {
      type: ATTRIBUTE.xorRelayedAddress,
      value: encodeXorAddress({ address: '198.51.100.20', port: 77 }, transactionId),
    }
    const answer = encodeStun(
      { method: METHOD.allocate, class: 'success', transactionId, attributes: [relayed] },
      { key, hasFingerprint: true },
    )
    const shown = disguise.toAgent(answer, key)
    const message = decodeStun(shown)
    expect(message && addressOf(message, ATTRIBUTE.xorRelayedAddress)).toEqual({
      address: '64:ff9b::c633:6414',
      port: 77,
    })
    expect(hasIntegrity(shown, key)).toBe(true)
    expect(hasFingerprint(shown)).toBe(true)
    // What cannot be signed is not changed either.
    expect(disguise.toAgent(answer)).toBe(answer)
  })

  test('the server reads the true peer, and the agent hears of it by its other name', () => {
    const out = disguise.toServer(packet(METHOD.channelBind, 'request', '64:ff9b::c633:6414', true), anna)
    expect(peerOf(out)).toBe('198.51.100.20:77')
    expect(hasIntegrity(out, key)).toBe(true)
    const into = disguise.toAgent(packet(METHOD.data, 'indication', '198.51.100.20', false))
    expect(peerOf(into)).toBe('64:ff9b::c633:6414:77')
  })
})

test('under “relay only” without IPv4 the agent knows addresses that lead nowhere, whatever it is told', () => {
  const disguise = new AddressDisguise({ hidesOwn: true, hasIPv4: () => false })
  expect(disguise.cover('198.51.100.20')).toBe('100::c633:6414')
  expect(disguise.uncover('100::c633:6414')).toBe('198.51.100.20')
  expect(disguise.coverRelayed('198.51.100.20')).toBe('100::c633:6414')
  expect(disguise.uncover(disguise.cover('127.0.0.9'))).toBe('127.0.0.9')
  for (const far of ['2001:db8::1', '::1', '64:ff9b::c633:6414'])
    expect(disguise.cover(far)).toMatch(/^100::/)
})
