/**
 * One STUN or TURN server over one transport: requests with their answers, repeated over UDP, and the data that the
 * relay passes on. Knows the long-term credentials, and signs and checks with them.
 */

import { randomBytes } from 'node:crypto'
import { AppError } from '#shared/errors.ts'
import type { ProxyAddress } from '../proxy/proxy-choice.ts'
import {
  ATTRIBUTE,
  attributeOf,
  decodeStun,
  encodeStun,
  hasIntegrity,
  longTermKey,
  METHOD,
  type StunAttribute,
  type StunMessage,
} from './stun-message.ts'
import { addressOf, encodeXorAddress, errorOf, textValue, type Endpoint } from './stun-values.ts'
import { serverRefusal } from './turn-errors.ts'
import { openTransport } from './open-transport.ts'
import type { ServerAddress, TurnTransport } from './turn-transport.ts'

/** When a request over UDP is sent again, doubled each time (RFC 8489 §6.2.1). Milliseconds. */
const FIRST_REPEAT_MS = 500
/** Four sendings over UDP; RFC 8489 would wait for 39 s, a person does not. Milliseconds. */
const ANSWER_LIMIT_MS = 6000
/** A test sends little; this is for a server that does not read. */
const MAX_QUEUED_BYTES = 256 * 1024
/** A server may change its nonce at any time; one that always does is broken. */
const MAX_STALE_NONCES = 3

export interface Credentials {
  readonly username: string
  readonly password: string
}

interface Realm {
  readonly realm: Uint8Array
  readonly nonce: Uint8Array
  readonly key: Uint8Array
}

/** Addresses are masked with the id of their message. */
export type Attributes = (transactionId: Uint8Array) => readonly StunAttribute[]

interface Waiting {
  readonly method: number
  readonly key: Uint8Array | undefined
  readonly answer: (message: StunMessage) => void
  readonly fail: (error: AppError) => void
}

export interface TurnClientOptions {
  readonly server: ServerAddress
  readonly credentials: Credentials | undefined
  readonly ca?: string | undefined
  /** Over TCP and TLS. */
  readonly proxy?: ProxyAddress | undefined
  /** Bytes that a peer sent through the relay. */
  readonly onData?: (from: Endpoint, bytes: Uint8Array) => void
}

export class TurnClient implements Disposable {
  readonly #options: TurnClientOptions
  readonly #waiting = new Map<string, Waiting>()
  #transport: TurnTransport | undefined
  #failure: AppError | undefined
  #realm: Realm | undefined
  #heardNonsense = false

  private constructor(options: TurnClientOptions) {
    this.#options = options
  }

  /** Rejects with AppError `turn.*`, or the signal's reason. */
  static async open(options: TurnClientOptions, signal: AbortSignal): Promise<TurnClient> {
    const client = new TurnClient(options)
    client.#transport = await openTransport(
      options.server,
      { frames: ['stun'], ca: options.ca, proxy: options.proxy, maxQueuedBytes: MAX_QUEUED_BYTES },
      { message: (bytes) => client.#hear(bytes), closed: (error) => client.#becomeClosed(error) },
      signal,
    )
    return client
  }

  /** Resolves with the success. Rejects with AppError `turn.*`, or the signal's reason. */
  async request(method: number, attributes: Attributes, signal: AbortSignal): Promise<StunMessage> {
    for (let staleNonces = 0; ; staleNonces++) {
      const hadKey = this.#realm !== undefined
      const answer = await this.#ask(method, attributes, signal)
      if (answer.class === 'success') return answer
      const error = errorOf(answer)
      if (error === undefined) throw new AppError('turn.protocol', { detail: 'an error without a code' })
      const isFirstTime = error.code === 401 && !hadKey && this.#options.credentials !== undefined
      const isStale = error.code === 438 && staleNonces < MAX_STALE_NONCES
      if (!isFirstTime && !isStale) throw serverRefusal(error, this.#options.credentials?.username)
      this.#realm = this.#readRealm(answer)
    }
  }

  /** To a peer that has a permission, through the relay; may get lost, as everything there. */
  sendData(to: Endpoint, bytes: Uint8Array): void {
    const transactionId = randomBytes(12)
    const attributes = [
      { type: ATTRIBUTE.xorPeerAddress, value: encodeXorAddress(to, transactionId) },
      { type: ATTRIBUTE.data, value: bytes },
    ]
    this.#transport?.send(
      encodeStun(
        { method: METHOD.send, class: 'indication', transactionId, attributes },
        { hasFingerprint: true },
      ),
    )
  }

  [Symbol.dispose](): void {
    this.#becomeClosed(new AppError('turn.unreachable', { detail: 'closed' }))
    this.#transport?.close()
  }

  async #ask(method: number, attributes: Attributes, signal: AbortSignal): Promise<StunMessage> {
    signal.throwIfAborted()
    if (this.#failure !== undefined) throw this.#failure
    const transactionId = randomBytes(12)
    const id = transactionId.toString('hex')
    const realm = this.#realm
    const bytes = encodeStun(
      {
        method,
        class: 'request',
        transactionId,
        attributes: [...attributes(transactionId), ...this.#identity(realm)],
      },
      { key: realm?.key, hasFingerprint: true },
    )
    const { promise, resolve, reject } = Promise.withResolvers<StunMessage>()
    this.#waiting.set(id, { method, key: realm?.key, answer: resolve, fail: reject })
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    const limit = setTimeout(() => reject(this.#silence()), ANSWER_LIMIT_MS)
    const stopRepeating = this.#sendRepeatedly(bytes)
    try {
      return await promise
    } finally {
      stopRepeating()
      clearTimeout(limit)
      signal.removeEventListener('abort', abort)
      this.#waiting.delete(id)
    }
  }

  /** @returns stop */
  #sendRepeatedly(bytes: Uint8Array): () => void {
    let timer: NodeJS.Timeout | undefined
    const send = (repeatMs: number): void => {
      this.#transport?.send(bytes)
      // A stream repeats by itself.
      if (this.#transport?.kind === 'udp') timer = setTimeout(() => send(repeatMs * 2), repeatMs)
    }
    send(FIRST_REPEAT_MS)
    return () => clearTimeout(timer)
  }

  #identity(realm: Realm | undefined): StunAttribute[] {
    const { credentials } = this.#options
    if (realm === undefined || credentials === undefined) return []
    return [
      { type: ATTRIBUTE.username, value: textValue(credentials.username) },
      { type: ATTRIBUTE.realm, value: realm.realm },
      { type: ATTRIBUTE.nonce, value: realm.nonce },
    ]
  }

  #readRealm(answer: StunMessage): Realm {
    const { credentials } = this.#options
    const realm = attributeOf(answer, ATTRIBUTE.realm) ?? this.#realm?.realm
    const nonce = attributeOf(answer, ATTRIBUTE.nonce)
    if (realm === undefined || nonce === undefined || credentials === undefined) {
      throw new AppError('turn.protocol', { detail: 'it asks for a login without realm or nonce' })
    }
    const { username, password } = credentials
    // Copies: the message lies in memory of the socket's.
    return {
      realm: Uint8Array.from(realm),
      nonce: Uint8Array.from(nonce),
      key: longTermKey(username, realm, password),
    }
  }

  #hear(bytes: Uint8Array): void {
    const message = decodeStun(bytes)
    if (message === undefined) {
      this.#heardNonsense = true
      return
    }
    if (message.class === 'indication') {
      this.#hearData(message)
      return
    }
    const id = Buffer.from(message.transactionId).toString('hex')
    const waiting = this.#waiting.get(id)
    if (waiting === undefined || waiting.method !== message.method || message.class === 'request') return
    // An error may come unsigned: the server cannot sign for somebody it does not know.
    if (message.class === 'success' && waiting.key !== undefined && !hasIntegrity(bytes, waiting.key)) {
      this.#heardNonsense = true
      return
    }
    waiting.answer(message)
  }

  #hearData(message: StunMessage): void {
    const from = addressOf(message, ATTRIBUTE.xorPeerAddress)
    const data = attributeOf(message, ATTRIBUTE.data)
    if (message.method !== METHOD.data || from === undefined || data === undefined) return
    this.#options.onData?.(from, data)
  }

  #silence(): AppError {
    if (this.#heardNonsense) return new AppError('turn.protocol', { detail: 'the answers are not valid' })
    const isStream = this.#transport?.kind !== 'udp'
    // Whoever took the connection is there, and says nothing that a STUN server would.
    return new AppError(isStream ? 'turn.protocol' : 'turn.unreachable', { detail: 'no answer in time' })
  }

  #becomeClosed(error: AppError): void {
    this.#failure ??= error
    for (const waiting of this.#waiting.values()) waiting.fail(error)
  }
}
