/**
 * STUN messages as bytes (RFC 8489), with the attributes of TURN (RFC 8656): written for a server, read from anybody.
 * What is not a well-formed message is undefined, never an exception. Pure.
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { concatBytes } from '#shared/encoding/bytes.ts'

export const MAGIC_COOKIE = 0x2112_a442
export const HEADER_BYTES = 20
/** A datagram is not longer, and no message of ours or of a sane server comes near. */
const MAX_MESSAGE_BYTES = 65_535

const TRANSACTION_BYTES = 12
const INTEGRITY_BYTES = 20
const FINGERPRINT_BYTES = 4
/** Makes a checksum over a message differ from one that another protocol inside would have (RFC 8489 §14.7). */
const FINGERPRINT_XOR = 0x5354_554e
/** Attributes that one message may have; an answer has about ten. */
const MAX_ATTRIBUTES = 64

export const METHOD = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
} as const

export const ATTRIBUTE = {
  mappedAddress: 0x0001,
  changeRequest: 0x0003,
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedTransport: 0x0019,
  xorMappedAddress: 0x0020,
  software: 0x8022,
  fingerprint: 0x8028,
  otherAddress: 0x802c,
} as const

/** In the order of the two class bits. */
const CLASSES = ['request', 'indication', 'success', 'error'] as const
export type StunClass = (typeof CLASSES)[number]

export interface StunAttribute {
  readonly type: number
  readonly value: Uint8Array
}

export interface StunMessage {
  readonly method: number
  readonly class: StunClass
  readonly transactionId: Uint8Array
  readonly attributes: readonly StunAttribute[]
}

export interface Sealing {
  /** Adds MESSAGE-INTEGRITY. */
  readonly key?: Uint8Array | undefined
  /** Adds FINGERPRINT. */
  readonly hasFingerprint?: boolean
}

/** The key of long-term credentials (RFC 8489 §9.2.2). MD5 is the protocol's choice; no server asks for another yet. */
export function longTermKey(username: string, realm: Uint8Array, password: string): Uint8Array {
  return createHash('md5').update(`${username}:`).update(realm).update(`:${password}`).digest()
}

/** Attributes for integrity and fingerprint must not be among the message's: they are added here. */
export function encodeStun(message: StunMessage, { key, hasFingerprint = false }: Sealing = {}): Uint8Array {
  const parts = message.attributes.map(({ type, value }) => encodeAttribute(type, value))
  const body = concatBytes(...parts)
  let bytes: Uint8Array = concatBytes(encodeHeader(message, body.length), body)
  if (key !== undefined) {
    // Both are computed over a length that includes themselves.
    const integrity = integrityOf(withLength(bytes, bytes.length + 4 + INTEGRITY_BYTES), key)
    bytes = append(bytes, ATTRIBUTE.messageIntegrity, integrity)
  }
  if (hasFingerprint) {
    const value = new Uint8Array(FINGERPRINT_BYTES)
    const checked = withLength(bytes, bytes.length + 4 + FINGERPRINT_BYTES)
    new DataView(value.buffer).setUint32(0, (crc32(checked) ^ FINGERPRINT_XOR) >>> 0)
    bytes = append(bytes, ATTRIBUTE.fingerprint, value)
  }
  return bytes
}

/** @returns undefined when the bytes are not exactly one message */
export function decodeStun(bytes: Uint8Array): StunMessage | undefined {
  if (bytes.length < HEADER_BYTES || bytes.length > MAX_MESSAGE_BYTES) return undefined
  const view = viewOf(bytes)
  const type = view.getUint16(0)
  if (type > 0x3fff || view.getUint32(4) !== MAGIC_COOKIE) return undefined
  if (view.getUint16(2) !== bytes.length - HEADER_BYTES) return undefined
  const attributes: StunAttribute[] = []
  let at = HEADER_BYTES
  while (at < bytes.length) {
    if (at + 4 > bytes.length || attributes.length >= MAX_ATTRIBUTES) return undefined
    const length = view.getUint16(at + 2)
    const end = at + 4 + length
    if (end + paddingOf(length) > bytes.length) return undefined
    attributes.push({ type: view.getUint16(at), value: bytes.subarray(at + 4, end) })
    at = end + paddingOf(length)
  }
  return {
    method: (type & 0x000f) | ((type & 0x00e0) >> 1) | ((type & 0x3e00) >> 2),
    class: CLASSES[((type & 0x0010) >> 4) | ((type & 0x0100) >> 7)] ?? 'request',
    transactionId: bytes.subarray(8, HEADER_BYTES),
    attributes,
  }
}

/** The first of a kind counts. */
export function attributeOf(message: StunMessage, type: number): Uint8Array | undefined {
  return message.attributes.find((attribute) => attribute.type === type)?.value
}

/** @returns whether the message has an integrity attribute that fits; what follows that attribute must not be trusted */
export function hasIntegrity(bytes: Uint8Array, key: Uint8Array): boolean {
  const at = positionOf(bytes, ATTRIBUTE.messageIntegrity)
  if (at === undefined) return false
  const value = bytes.subarray(at + 4, at + 4 + INTEGRITY_BYTES)
  if (viewOf(bytes).getUint16(at + 2) !== INTEGRITY_BYTES) return false
  const expected = integrityOf(withLength(bytes.subarray(0, at), at + 4 + INTEGRITY_BYTES), key)
  return timingSafeEqual(value, expected)
}

export function hasFingerprint(bytes: Uint8Array): boolean {
  const at = positionOf(bytes, ATTRIBUTE.fingerprint)
  // It is the last one, always.
  if (at === undefined || at + 4 + FINGERPRINT_BYTES !== bytes.length) return false
  const expected = (crc32(bytes.subarray(0, at)) ^ FINGERPRINT_XOR) >>> 0
  return viewOf(bytes).getUint32(at + 4) === expected
}

function encodeHeader(message: StunMessage, bodyBytes: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES)
  const view = viewOf(header)
  const { method, transactionId } = message
  const bits = CLASSES.indexOf(message.class)
  const spread = (method & 0x000f) | ((method & 0x0070) << 1) | ((method & 0x0f80) << 2)
  view.setUint16(0, spread | ((bits & 1) << 4) | ((bits & 2) << 7))
  view.setUint16(2, bodyBytes)
  view.setUint32(4, MAGIC_COOKIE)
  header.set(transactionId.subarray(0, TRANSACTION_BYTES), 8)
  return header
}

function encodeAttribute(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + value.length + paddingOf(value.length))
  const view = viewOf(bytes)
  view.setUint16(0, type)
  view.setUint16(2, value.length)
  bytes.set(value, 4)
  return bytes
}

function append(bytes: Uint8Array, type: number, value: Uint8Array): Uint8Array {
  const longer = concatBytes(bytes, encodeAttribute(type, value))
  return withLength(longer, longer.length)
}

/** A copy whose header speaks of so many bytes in all. */
function withLength(bytes: Uint8Array, totalBytes: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  viewOf(copy).setUint16(2, totalBytes - HEADER_BYTES)
  return copy
}

function integrityOf(bytes: Uint8Array, key: Uint8Array): Uint8Array {
  return createHmac('sha1', key).update(bytes).digest()
}

function positionOf(bytes: Uint8Array, type: number): number | undefined {
  const found = decodeStun(bytes)?.attributes.find((attribute) => attribute.type === type)
  return found === undefined ? undefined : found.value.byteOffset - bytes.byteOffset - 4
}

function paddingOf(length: number): number {
  return -length & 3
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
