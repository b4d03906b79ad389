/** The Port Control Protocol (RFC 6887), as far as opening a UDP port of this device over IPv4 needs it. */

import { randomBytes } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { refused, SILENT, type Gateway, type MapOutcome, type Mapping, type MapRequest } from './router.ts'
import type { Router } from './router.ts'
import { ask } from './udp-exchange.ts'

const VERSION = 2
const OPCODE = { announce: 0, map: 1 } as const
const RESPONSE_BIT = 0x80
const HEADER_BYTES = 24
const MAP_BYTES = 36
/** RFC 6887 §7: longer ones are no PCP. */
const MAX_BYTES = 1100
const NONCE_BYTES = 12
/** Of IP protocols. */
const UDP = 17
/** An IPv4 address inside an IPv6 one. */
const MAPPED_PREFIX = Buffer.from('00000000000000000000ffff', 'hex')

interface MapAnswer {
  readonly resultCode: number
  readonly lifetimeS: number
  readonly externalAddress: string
  readonly externalPort: number
}

export function encodeAnnounce(localAddress: string): Uint8Array {
  return header(OPCODE.announce, 0, localAddress)
}

/** What is asked: the same nonce for as long as the mapping lives, or the router takes us for another. */
export interface MapQuestion extends MapRequest {
  readonly localAddress: string
  readonly nonce: Uint8Array
}

export function encodeMap(question: MapQuestion): Uint8Array {
  const body = Buffer.alloc(MAP_BYTES)
  body.set(question.nonce, 0)
  body.writeUInt8(UDP, 12)
  body.writeUInt16BE(question.localPort, 16)
  body.writeUInt16BE(question.wantedPort, 18)
  // “Any IPv4 address”, RFC 6887 §11.1.
  body.set(MAPPED_PREFIX, 20)
  return Buffer.concat([header(OPCODE.map, question.lifetimeS, question.localAddress), body])
}

/** Whether this is an answer of a PCP server to anything: what it says does not matter. */
export function isPcpAnswer(bytes: Uint8Array): boolean {
  return (
    bytes.length >= HEADER_BYTES && bytes.length <= MAX_BYTES && bytes[0] === VERSION && isResponse(bytes)
  )
}

/** Undefined for what does not answer this question. */
export function decodeMap(bytes: Uint8Array, question: MapQuestion): MapAnswer | undefined {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!isPcpAnswer(whole) || whole[1] !== (RESPONSE_BIT | OPCODE.map)) return undefined
  const resultCode = whole.readUInt8(3)
  const body = whole.subarray(HEADER_BYTES, HEADER_BYTES + MAP_BYTES)
  if (body.length < MAP_BYTES || !body.subarray(0, NONCE_BYTES).equals(question.nonce)) return undefined
  if (body.readUInt8(12) !== UDP || body.readUInt16BE(16) !== question.localPort) return undefined
  const address = body.subarray(20)
  return {
    resultCode,
    lifetimeS: whole.readUInt32BE(4),
    externalAddress: address.subarray(0, 12).equals(MAPPED_PREFIX) ? address.subarray(12).join('.') : '',
    externalPort: body.readUInt16BE(18),
  }
}

/** Undefined where the gateway speaks no PCP. Rejects with the signal's reason only. */
export async function findPcp(
  gateway: Gateway,
  port: number,
  signal: AbortSignal,
): Promise<Router | undefined> {
  const bytes = encodeAnnounce(gateway.localAddress)
  // A NAT-PMP router answers too, that it does not know this version: no need to wait any longer.
  const read = (answer: Uint8Array): 'pcp' | 'other' | undefined => {
    if (isPcpAnswer(answer)) return 'pcp'
    return answer.length >= 4 && isResponse(answer) ? 'other' : undefined
  }
  const found = await ask({ gateway, port, bytes, read }, signal)
  return found === 'pcp' ? new PcpRouter(gateway, port) : undefined
}

class PcpRouter implements Router {
  readonly protocol = 'pcp'
  readonly #gateway: Gateway
  readonly #port: number
  /** By local port, of what is mapped. */
  readonly #nonces = new Map<number, Uint8Array>()

  constructor(gateway: Gateway, port: number) {
    this.#gateway = gateway
    this.#port = port
  }

  async map(request: MapRequest): Promise<MapOutcome> {
    const { localPort } = request
    const nonce = this.#nonces.get(localPort) ?? randomBytes(NONCE_BYTES)
    this.#nonces.set(localPort, nonce)
    const answer = await this.#ask({ ...request, nonce, localAddress: this.#gateway.localAddress })
    if (answer === undefined) return SILENT
    const { resultCode, lifetimeS, externalAddress, externalPort } = answer
    if (resultCode !== 0) return refused(`result ${resultCode}`)
    if (lifetimeS === 0 || externalPort === 0 || !isIPv4(externalAddress)) return refused('an empty mapping')
    return { kind: 'mapped', mapping: { localPort, externalAddress, externalPort, lifetimeS } }
  }

  async unmap({ localPort, externalPort }: Mapping): Promise<void> {
    const nonce = this.#nonces.get(localPort)
    if (nonce === undefined) return
    this.#nonces.delete(localPort)
    const { localAddress } = this.#gateway
    await this.#ask({ localPort, wantedPort: externalPort, lifetimeS: 0, nonce, localAddress })
  }

  #ask(question: MapQuestion): Promise<MapAnswer | undefined> {
    const bytes = encodeMap(question)
    const read = (answer: Uint8Array): MapAnswer | undefined => decodeMap(answer, question)
    return ask({ gateway: this.#gateway, port: this.#port, bytes, read })
  }
}

function header(opcode: number, lifetimeS: number, localAddress: string): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES)
  bytes.writeUInt8(VERSION, 0)
  bytes.writeUInt8(opcode, 1)
  bytes.writeUInt32BE(lifetimeS, 4)
  bytes.set(MAPPED_PREFIX, 8)
  bytes.set(localAddress.split('.').map(Number), 20)
  return bytes
}

function isResponse(bytes: Uint8Array): boolean {
  return ((bytes[1] ?? 0) & RESPONSE_BIT) !== 0
}
