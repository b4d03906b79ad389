/** What stands inside STUN attributes: addresses, errors, texts. Read from anybody, so undefined when malformed. Pure. */

import { isIPv4, isIPv6 } from 'node:net'
import { concatBytes, utf8 } from '#shared/encoding/bytes.ts'
import { ATTRIBUTE, attributeOf, MAGIC_COOKIE, type StunMessage } from './stun-message.ts'

export interface Endpoint {
  readonly address: string
  readonly port: number
}

export interface StunError {
  readonly code: number
  /** As the server says it, cleaned. */
  readonly reason: string
}

const IPV4 = 1
const IPV6 = 2
/** Longest text of a server that is repeated to a person or a log. Letters. */
const MAX_REASON_LENGTH = 80

/** The value of an XOR-…-ADDRESS attribute (RFC 8489 §14.2). Throws on an address that is none. */
export function encodeXorAddress({ address, port }: Endpoint, transactionId: Uint8Array): Uint8Array {
  const mask = maskOf(transactionId)
  const host = isIPv4(address) ? encodeIPv4(address) : encodeIPv6(address)
  const bytes = new Uint8Array(4 + host.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(1, host.length === 4 ? IPV4 : IPV6)
  view.setUint16(2, port ^ (MAGIC_COOKIE >>> 16))
  for (const [index, byte] of host.entries()) bytes[4 + index] = byte ^ (mask[index] ?? 0)
  return bytes
}

export function decodeXorAddress(value: Uint8Array, transactionId: Uint8Array): Endpoint | undefined {
  const family = value[1]
  const hostBytes = family === IPV4 ? 4 : 16
  if ((family !== IPV4 && family !== IPV6) || value.length !== 4 + hostBytes) return undefined
  const mask = maskOf(transactionId)
  const host = value.subarray(4).map((byte, index) => byte ^ (mask[index] ?? 0))
  const port = (((value[2] ?? 0) << 8) | (value[3] ?? 0)) ^ (MAGIC_COOKIE >>> 16)
  return { address: family === IPV4 ? host.join('.') : printIPv6(host), port }
}

/** MAPPED-ADDRESS and OTHER-ADDRESS (RFC 8489 §14.1, RFC 5780 §7.4): as it is. */
export function decodeAddress(value: Uint8Array): Endpoint | undefined {
  const hostBytes = value[1] === IPV4 ? 4 : 16
  if ((value[1] !== IPV4 && value[1] !== IPV6) || value.length !== 4 + hostBytes) return undefined
  const host = value.subarray(4)
  const port = ((value[2] ?? 0) << 8) | (value[3] ?? 0)
  return { address: hostBytes === 4 ? host.join('.') : printIPv6(host), port }
}

export function addressOf(message: StunMessage, type: number): Endpoint | undefined {
  const value = attributeOf(message, type)
  return value === undefined ? undefined : decodeXorAddress(value, message.transactionId)
}

export function errorOf(message: StunMessage): StunError | undefined {
  const value = attributeOf(message, ATTRIBUTE.errorCode)
  if (value === undefined || value.length < 4) return undefined
  const code = ((value[2] ?? 0) & 7) * 100 + (value[3] ?? 0)
  return { code, reason: cleanText(value.subarray(4)) }
}

export function textValue(text: string): Uint8Array {
  return utf8(text)
}

export function numberValue(number: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, number)
  return bytes
}

/** A stranger's text, fit for one line: no control or direction characters, and not endless. */
export function cleanText(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, MAX_REASON_LENGTH * 4))
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}\ufffd]+/gu, ' ').trim()
  return line.slice(0, MAX_REASON_LENGTH).toWellFormed()
}

function maskOf(transactionId: Uint8Array): Uint8Array {
  return concatBytes(numberValue(MAGIC_COOKIE), transactionId)
}

function encodeIPv4(address: string): Uint8Array {
  return Uint8Array.from(address.split('.'), Number)
}

function encodeIPv6(address: string): Uint8Array {
  if (!isIPv6(address) || address.includes('%')) throw new Error(`not an IP address: ${address}`)
  // The URL parser writes an IPv4 tail in hex too, so that only groups and one gap remain.
  const { hostname } = new URL(`http://[${address}]/`)
  const [head = '', tail] = hostname.slice(1, -1).split('::')
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const left = groups(head)
  const right = tail === undefined ? [] : groups(tail)
  const middle = Array.from({ length: 8 - left.length - right.length }, () => '0')
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  for (const [index, group] of [...left, ...middle, ...right].entries()) {
    view.setUint16(index * 2, Number.parseInt(group, 16))
  }
  return bytes
}

function printIPv6(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(index * 2).toString(16))
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)
}
