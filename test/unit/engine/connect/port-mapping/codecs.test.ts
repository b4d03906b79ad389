import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeAddress,
  decodeMapAnswer,
  encodeAddressRequest,
  encodeMapRequest,
} from '#engine/connect/port-mapping/nat-pmp.ts'
import { decodeMap, encodeAnnounce, encodeMap, isPcpAnswer } from '#engine/connect/port-mapping/pcp.ts'
import { natPmp, pcp } from './scripted-router.ts'

const NONCE = Uint8Array.from({ length: 12 }, (_, index) => index + 1)
const QUESTION = {
  localPort: 41_000,
  wantedPort: 41_001,
  lifetimeS: 1200,
  localAddress: '192.168.1.20',
  nonce: NONCE,
}

describe('PCP', () => {
  test('a question is written as RFC 6887 has it', () => {
    const prefix = '00000000000000000000ffff'
    const header = `02010000000004b0${prefix}c0a80114`
    const body = `0102030405060708090a0b0c11000000a028a029${prefix}00000000`
    expect(Buffer.from(encodeMap(QUESTION)).toString('hex')).toBe(header + body)
    expect(Buffer.from(encodeAnnounce('192.168.1.20')).toString('hex')).toBe(
      `0200000000000000${prefix}c0a80114`,
    )
  })

  function answer(): Buffer {
    return Buffer.from(pcp({ address: '203.0.113.4' })(Buffer.from(encodeMap(QUESTION))) ?? [])
  }

  test('an answer is read', () => {
    expect(decodeMap(answer(), QUESTION)).toEqual({
      resultCode: 0,
      lifetimeS: 1200,
      externalAddress: '203.0.113.4',
      externalPort: 41_001,
    })
  })

  test.each<[string, number]>([
    ['another version', 0],
    ['a question', 1],
    ['another nonce', 24],
    ['another protocol', 36],
    ['another local port', 40],
  ])('an answer with %s is none', (_what, at) => {
    const bytes = answer()
    bytes.writeUInt8((bytes[at] ?? 0) ^ 0x81, at)
    expect(decodeMap(bytes, QUESTION)).toBeUndefined()
  })

  test('an outside address that is not IPv4 is left out', () => {
    const bytes = answer()
    bytes.fill(0x20, 44, 56)
    expect(decodeMap(bytes, QUESTION)?.externalAddress).toBe('')
  })

  test('whatever comes is read or is no answer, and cut short it is none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1200 }), (bytes) => {
        expect(() => [decodeMap(bytes, QUESTION), isPcpAnswer(bytes)]).not.toThrow()
      }),
    )
    const whole = answer()
    for (let size = 0; size < whole.length; size++) {
      expect(decodeMap(whole.subarray(0, size), QUESTION)).toBeUndefined()
    }
    expect(isPcpAnswer(new Uint8Array(1101).fill(0x82))).toBe(false)
  })
})

describe('NAT-PMP', () => {
  test('a question is written as RFC 6886 has it', () => {
    expect([...encodeAddressRequest()]).toEqual([0, 0])
    expect(Buffer.from(encodeMapRequest(QUESTION)).toString('hex')).toBe('00010000a028a029000004b0')
    // Given back: outside port and lifetime are zero.
    expect(Buffer.from(encodeMapRequest({ ...QUESTION, lifetimeS: 0 })).toString('hex')).toBe(
      '00010000a028000000000000',
    )
  })

  test('answers are read', () => {
    const script = natPmp({ address: '203.0.113.4' })
    const address = script(Buffer.from(encodeAddressRequest()))
    expect(decodeAddress(address ?? new Uint8Array())).toEqual({ resultCode: 0, value: '203.0.113.4' })
    const mapped = script(Buffer.from(encodeMapRequest(QUESTION))) ?? new Uint8Array()
    expect(decodeMapAnswer(mapped, 41_000)).toEqual({
      resultCode: 0,
      value: { externalPort: 41_001, lifetimeS: 1200 },
    })
    expect(decodeMapAnswer(mapped, 41_002)).toBeUndefined()
    expect(decodeAddress(mapped)).toBeUndefined()
  })

  test('a refusal is one, also when it is short', () => {
    expect(decodeMapAnswer(Buffer.from('00810002', 'hex'), 41_000)).toEqual({
      resultCode: 2,
      value: undefined,
    })
    expect(decodeAddress(Buffer.from('00800003', 'hex'))).toEqual({ resultCode: 3, value: undefined })
    expect(decodeMapAnswer(Buffer.from('00810000', 'hex'), 41_000)).toBeUndefined()
  })

  test('whatever comes is read or is no answer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(() => [decodeAddress(bytes), decodeMapAnswer(bytes, 41_000)]).not.toThrow()
      }),
    )
  })
})
