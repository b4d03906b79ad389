/** The NAT Port Mapping Protocol (RFC 6886), as far as opening a UDP port needs it. */

import { refused, SILENT, type Gateway, type MapOutcome, type Mapping, type MapRequest } from './router.ts'
import type { Router } from './router.ts'
import { ask } from './udp-exchange.ts'

const VERSION = 0
const OPCODE = { address: 0, mapUdp: 1 } as const
const RESPONSE_BIT = 0x80
const ADDRESS_ANSWER_BYTES = 12
const MAP_ANSWER_BYTES = 16
/** An answer that is only a refusal may end here. */
const MIN_ANSWER_BYTES = 4

export function encodeAddressRequest(): Uint8Array {
  return Uint8Array.of(VERSION, OPCODE.address)
}

export function encodeMapRequest({ localPort, wantedPort, lifetimeS }: MapRequest): Uint8Array {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt8(OPCODE.mapUdp, 1)
  bytes.writeUInt16BE(localPort, 4)
  // RFC 6886 §3.4: the outside port of what is given back must be zero.
  bytes.writeUInt16BE(lifetimeS === 0 ? 0 : wantedPort, 6)
  bytes.writeUInt32BE(lifetimeS, 8)
  return bytes
}

type Answered<Value> = { readonly resultCode: number; readonly value: Value | undefined }

export function decodeAddress(bytes: Uint8Array): Answered<string> | undefined {
  const whole = answerOf(bytes, OPCODE.address)
  if (whole === undefined) return undefined
  const resultCode = whole.readUInt16BE(2)
  if (resultCode !== 0) return { resultCode, value: undefined }
  if (whole.length < ADDRESS_ANSWER_BYTES) return undefined
  return { resultCode, value: whole.subarray(8, 12).join('.') }
}

interface Granted {
  readonly externalPort: number
  readonly lifetimeS: number
}

/** Undefined for what does not answer a question about this port. */
export function decodeMapAnswer(bytes: Uint8Array, localPort: number): Answered<Granted> | undefined {
  const whole = answerOf(bytes, OPCODE.mapUdp)
  if (whole === undefined) return undefined
  const resultCode = whole.readUInt16BE(2)
  // RFC 6886 §3.5 has the whole answer with a refusal as well; not every router does.
  if (whole.length < MAP_ANSWER_BYTES) return resultCode === 0 ? undefined : { resultCode, value: undefined }
  if (whole.readUInt16BE(8) !== localPort) return undefined
  if (resultCode !== 0) return { resultCode, value: undefined }
  return {
    resultCode,
    value: { externalPort: whole.readUInt16BE(10), lifetimeS: whole.readUInt32BE(12) },
  }
}

/** Undefined where the gateway speaks no NAT-PMP. Rejects with the signal's reason only. */
export async function findNatPmp(
  gateway: Gateway,
  port: number,
  signal: AbortSignal,
): Promise<Router | undefined> {
  const bytes = encodeAddressRequest()
  const answer = await ask({ gateway, port, bytes, read: decodeAddress }, signal)
  // 1: a newer version only. Others (not now, not allowed) may be different for the mapping itself.
  return answer === undefined || answer.resultCode === 1 ? undefined : new NatPmpRouter(gateway, port)
}

class NatPmpRouter implements Router {
  readonly protocol = 'nat-pmp'
  readonly #gateway: Gateway
  readonly #port: number

  constructor(gateway: Gateway, port: number) {
    this.#gateway = gateway
    this.#port = port
  }

  async map(request: MapRequest): Promise<MapOutcome> {
    // Asked each time: the provider may have given the router another one since.
    const address = await this.#ask(encodeAddressRequest(), decodeAddress)
    if (address === undefined) return SILENT
    if (address.value === undefined) return refused(`address: result ${address.resultCode}`)
    const { localPort } = request
    const answer = await this.#ask(encodeMapRequest(request), (bytes) => decodeMapAnswer(bytes, localPort))
    if (answer === undefined) return SILENT
    if (answer.value === undefined) return refused(`result ${answer.resultCode}`)
    const { externalPort, lifetimeS } = answer.value
    if (externalPort === 0 || lifetimeS === 0) return refused('an empty mapping')
    const mapping = { localPort, externalAddress: address.value, externalPort, lifetimeS }
    return { kind: 'mapped', mapping }
  }

  async unmap({ localPort }: Mapping): Promise<void> {
    const bytes = encodeMapRequest({ localPort, wantedPort: 0, lifetimeS: 0 })
    await this.#ask(bytes, (answer) => decodeMapAnswer(answer, localPort))
  }

  #ask<Answer>(
    bytes: Uint8Array,
    read: (bytes: Uint8Array) => Answer | undefined,
  ): Promise<Answer | undefined> {
    return ask({ gateway: this.#gateway, port: this.#port, bytes, read })
  }
}

function answerOf(bytes: Uint8Array, opcode: number): Buffer | undefined {
  if (bytes.length < MIN_ANSWER_BYTES || bytes[0] !== VERSION || bytes[1] !== (RESPONSE_BIT | opcode)) {
    return undefined
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
