/** One device's WebSocket at the coordinator: checked messages in, bounded messages out, and what it may ask for. */

import { WebSocket, type RawData } from 'ws'
import {
  decodeClientMessage,
  type ClientMessage,
  type RefusalReason,
  type ServerMessage,
} from '#shared/protocol/coordinator-messages.ts'
import type { PeerId, Topic } from '#shared/share/keys.ts'
import type { CoordinatorLimits } from './limits.ts'
import { TokenBucket } from './token-bucket.ts'

/** Close code of RFC 6455 §7.4.1: the message violates the policy of the other side. */
const POLICY_VIOLATION = 1008

export interface SessionHandlers {
  readonly onMessage: (session: ClientSession, message: ClientMessage) => void
  readonly onRefused: (reason: RefusalReason) => void
  /** Once. */
  readonly onClosed: (session: ClientSession, code: number) => void
}

export class ClientSession {
  /** In which topics, and as whom. */
  readonly memberships = new Map<Topic, PeerId>()
  readonly addressKey: string
  readonly #socket: WebSocket
  readonly #limits: CoordinatorLimits
  readonly #now: () => number
  readonly #handlers: SessionHandlers
  readonly #messages: TokenBucket
  readonly #bytes: TokenBucket
  readonly #excesses: TokenBucket
  #malformed = 0
  #isAlive = true
  #pending = 0
  #queue: Promise<void> = Promise.resolve()

  constructor(
    socket: WebSocket,
    addressKey: string,
    limits: CoordinatorLimits,
    now: () => number,
    handlers: SessionHandlers,
  ) {
    this.#socket = socket
    this.addressKey = addressKey
    this.#limits = limits
    this.#now = now
    this.#handlers = handlers
    this.#messages = new TokenBucket(limits.messagesPerSecond, limits.messageBurst, now())
    this.#bytes = new TokenBucket(limits.bytesPerSecond, limits.byteBurst, now())
    this.#excesses = new TokenBucket(1, limits.excesses, now())
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('pong', () => (this.#isAlive = true))
    socket.on('error', () => undefined) // `close` follows, with a code
    socket.once('close', (code) => handlers.onClosed(this, code))
  }

  /** False when it was not sent because the socket is closed, or too slow and therefore closed now. */
  send(message: ServerMessage): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return false
    if (this.#socket.bufferedAmount > this.#limits.bufferedBytes) {
      this.#socket.terminate()
      return false
    }
    this.#socket.send(JSON.stringify(message), () => undefined) // a failure is followed by `close`
    return true
  }

  /** Counts messages that others got because of this device as its own: coming and going is not free. */
  charge(messageCount: number): void {
    this.#messages.spend(messageCount, this.#now())
  }

  refuse(reason: RefusalReason, id?: number): void {
    this.#handlers.onRefused(reason)
    this.send(id === undefined ? { type: 'refused', reason } : { type: 'refused', id, reason })
  }

  /** Runs what waits for the store one after the other, in the order of the requests. */
  enqueue(id: number, act: () => Promise<void>): void {
    if (this.#pending >= this.#limits.pendingPerSocket) return this.refuse('busy', id)
    this.#pending++
    this.#queue = this.#queue.then(act).finally(() => {
      this.#pending--
    })
  }

  /** Resolves when nothing waits for the store any more. */
  settled(): Promise<void> {
    return this.#queue
  }

  /** Ends the socket when it was silent since the last beat. */
  beat(): void {
    if (!this.#isAlive) return this.#socket.terminate()
    this.#isAlive = false
    this.#socket.ping(undefined, undefined, () => undefined)
  }

  close(code: number): void {
    this.#socket.close(code)
  }

  terminate(): void {
    this.#socket.terminate()
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#isAlive = true
    if (this.#socket.readyState !== WebSocket.OPEN) return
    const message = isBinary || !(data instanceof Buffer) ? undefined : parse(data)
    const sizeBytes = data instanceof Buffer ? data.length : 0
    const nowMs = this.#now()
    if (!this.#messages.take(1, nowMs) || !this.#bytes.take(sizeBytes, nowMs)) {
      this.refuse('limit', message !== undefined && 'id' in message ? message.id : undefined)
      if (!this.#excesses.take(1, nowMs)) this.close(POLICY_VIOLATION)
      return
    }
    if (message !== undefined) return this.#handlers.onMessage(this, message)
    this.refuse('malformed')
    if (++this.#malformed >= this.#limits.malformed) this.close(POLICY_VIOLATION)
  }
}

function parse(data: Buffer): ClientMessage | undefined {
  try {
    return decodeClientMessage(data.toString('utf8'))
  } catch {
    return undefined // only the fact matters: what it was must not get into a log
  }
}
