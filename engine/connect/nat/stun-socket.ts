/** A UDP socket that asks STUN servers as whom they see it (RFC 8489, RFC 5780). What is not their answer is not heard. */

import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import {
  ATTRIBUTE,
  attributeOf,
  decodeStun,
  encodeStun,
  METHOD,
  type StunMessage,
} from '../turn/stun-message.ts'
import { addressOf, decodeAddress, numberValue, type Endpoint } from '../turn/stun-values.ts'
import type { AddressFamily } from './network-probe.ts'

const TRANSACTION_BYTES = 12
/** Flags of CHANGE-REQUEST (RFC 5780 §7.2). */
const CHANGE_FLAGS = { both: 0x06, port: 0x02 }
/** What a send fails with where there is an address and no way out of the network. */
const NO_WAY_OUT = ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'ENETDOWN']

export interface StunAnswer {
  readonly mapped: Endpoint
  /** A second address and port of the same server. */
  readonly other: Endpoint | undefined
  /** From the last time that it was asked. Milliseconds. */
  readonly roundTripMs: number
}

/** When a question is repeated, and when it is given up. Milliseconds since it was first asked. */
export interface AskingTimes {
  readonly repeatsMs: readonly number[]
  readonly limitMs: number
}

/** Whether the server is to answer from another port, or from another address and port. */
type Change = keyof typeof CHANGE_FLAGS

/** `refused`: it does not do what it was asked for; undefined: nothing came in time. */
type Outcome = StunAnswer | 'refused' | undefined

interface Question {
  readonly to: Endpoint
  readonly change: Change | undefined
  askedMs: number
  answered(outcome: Outcome): void
}

export class StunSocket implements Disposable {
  readonly #socket: Socket
  readonly #questions = new Map<string, Question>()
  readonly #heard = new Set<string>()
  /** No packet could be sent at all. */
  hasNoWayOut = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (bytes, { address, port }) => this.#hear(bytes, { address, port }))
    // Told again by the callbacks of what is sent.
    socket.on('error', () => undefined)
  }

  /** Rejects where there is no such address to bind to. */
  static async open(family: AddressFamily, bindAddress?: string): Promise<StunSocket> {
    const socket = family === 'ipv4' ? createSocket('udp4') : createSocket({ type: 'udp6', ipv6Only: true })
    const bound = once(socket, 'listening')
    socket.bind({ port: 0, ...(bindAddress === undefined ? {} : { address: bindAddress }) })
    try {
      await bound
    } catch (error) {
      socket.close()
      throw error
    }
    return new StunSocket(socket)
  }

  get localPort(): number {
    return this.#socket.address().port
  }

  /** Undefined where nothing usable comes in time. Rejects with the signal's reason. */
  async ask(to: Endpoint, times: AskingTimes, signal: AbortSignal): Promise<StunAnswer | undefined> {
    const outcome = await this.#ask(to, times, signal, undefined)
    return outcome === 'refused' ? undefined : outcome
  }

  /** Whether an answer from another port, or from another address and port, gets in. Undefined where the server has none. */
  async isLetIn(
    change: Change,
    to: Endpoint,
    times: AskingTimes,
    signal: AbortSignal,
  ): Promise<boolean | undefined> {
    const outcome = await this.#ask(to, times, signal, change)
    return outcome === 'refused' ? undefined : outcome !== undefined
  }

  async #ask(
    to: Endpoint,
    times: AskingTimes,
    signal: AbortSignal,
    change: Change | undefined,
  ): Promise<Outcome> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
    const transactionId = randomBytes(TRANSACTION_BYTES)
    const question: Question = { to, change, askedMs: 0, answered: resolve }
    const key = transactionId.toString('hex')
    this.#questions.set(key, question)
    const attributes =
      change === undefined
        ? []
        : [{ type: ATTRIBUTE.changeRequest, value: numberValue(CHANGE_FLAGS[change]) }]
    const bytes = encodeStun({ method: METHOD.binding, class: 'request', transactionId, attributes })
    const send = (): void => {
      question.askedMs = performance.now()
      this.#send(bytes, to)
    }
    send()
    const timers = times.repeatsMs.map((repeatMs) => setTimeout(send, repeatMs))
    timers.push(setTimeout(() => resolve(undefined), times.limitMs))
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', abort)
      for (const timer of timers) clearTimeout(timer)
      this.#questions.delete(key)
    }
  }

  /** A message that nobody answers, for a socket of one's own to hear. */
  hail(to: Endpoint, transactionId: Uint8Array): void {
    this.#send(encodeStun({ method: METHOD.binding, class: 'indication', transactionId, attributes: [] }), to)
  }

  /** Whether such a message has come. */
  hasHeard(transactionId: Uint8Array): boolean {
    return this.#heard.has(Buffer.from(transactionId).toString('hex'))
  }

  [Symbol.dispose](): void {
    this.#socket.close()
    for (const question of this.#questions.values()) question.answered(undefined)
  }

  #send(bytes: Uint8Array, { address, port }: Endpoint): void {
    try {
      this.#socket.send(bytes, port, address, (error) => {
        if (error !== null && 'code' in error && NO_WAY_OUT.includes(String(error.code)))
          this.hasNoWayOut = true
      })
    } catch {
      // Closed between two repeats, or the address is none: then nothing comes.
    }
  }

  #hear(bytes: Uint8Array, from: Endpoint): void {
    const message = decodeStun(bytes)
    if (message?.method !== METHOD.binding) return
    const key = Buffer.from(message.transactionId).toString('hex')
    // As many as one ever sends to oneself; anybody may send more.
    if (message.class === 'indication' && this.#heard.size < 16) this.#heard.add(key)
    const question = this.#questions.get(key)
    if (question === undefined || message.class === 'request' || message.class === 'indication') return
    const { to, change } = question
    const isSameAddress = plain(from.address) === plain(to.address)
    if (isSameAddress && from.port === to.port) {
      if (change !== undefined || message.class === 'error') return question.answered('refused')
    } else if (change === undefined || isSameAddress !== (change === 'port')) return
    const mapped = mappedOf(message)
    if (mapped === undefined) return
    const other = attributeOf(message, ATTRIBUTE.otherAddress)
    question.answered({
      mapped,
      other: other === undefined ? undefined : decodeAddress(other),
      roundTripMs: performance.now() - question.askedMs,
    })
  }
}

/** One of the many ways to write an IPv6 address. */
function plain(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address.split('%')[0]}]/`).hostname : address
}

/** Old servers know only the plain form (RFC 3489), which some routers rewrite. */
function mappedOf(message: StunMessage): Endpoint | undefined {
  const xored = addressOf(message, ATTRIBUTE.xorMappedAddress)
  if (xored !== undefined) return xored
  const value = attributeOf(message, ATTRIBUTE.mappedAddress)
  return value === undefined ? undefined : decodeAddress(value)
}
