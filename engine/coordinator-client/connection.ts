/** One open WebSocket to a coordinator: checked messages, answers matched to requests, and a heartbeat. */

import { WebSocket, type RawData } from 'ws'
import { AppError, toAppError } from '#shared/errors.ts'
import {
  decodeServerMessage,
  type ClientMessage,
  type RefusalReason,
  type ServerMessage,
} from '#shared/protocol/coordinator-messages.ts'
import type { ClientTiming } from './timing.ts'

/** The connection ended before the answer; the same request may be made on the next one. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

/** A coordinator's “no”, with its reason. */
export class Refusal extends AppError {
  readonly reason: RefusalReason

  constructor(reason: RefusalReason) {
    const isPassing = reason === 'limit' || reason === 'busy'
    super(isPassing ? 'coordinator.limit' : 'coordinator.refused', { detail: reason })
    this.reason = reason
  }
}

/** What waits in the socket beyond this is not getting through: signals are dropped instead of piling up. Bytes. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024
/** Close codes of RFC 6455 §7.4.1. */
const NORMAL_CLOSURE = 1000
const PROTOCOL_ERROR = 1002

export interface ConnectionHandlers {
  /** Everything but answers to requests. */
  readonly onMessage: (message: ServerMessage) => void
  /** Once; `reason` is for a log and for the person's message. */
  readonly onClosed: (reason: AppError) => void
}

interface Pending {
  readonly resolve: (message: ServerMessage) => void
  readonly reject: (thrown: Error) => void
}

export class Connection {
  readonly #socket: WebSocket
  readonly #timing: ClientTiming
  readonly #handlers: ConnectionHandlers
  readonly #pending = new Map<number, Pending>()
  readonly #heartbeat: NodeJS.Timeout
  #pong: NodeJS.Timeout | undefined
  /** When it is judged, while an answer is waited for. */
  #judgedMs = Infinity
  readonly #closed = Promise.withResolvers<void>()
  #nextId = 1
  #hasHeard = false
  #isEnded = false

  /** Resumes the socket. */
  constructor(socket: WebSocket, timing: ClientTiming, handlers: ConnectionHandlers) {
    this.#socket = socket
    this.#timing = timing
    this.#handlers = handlers
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('ping', () => (this.#hasHeard = true))
    socket.on('pong', () => (this.#hasHeard = true))
    socket.on('error', (error) => this.#end(unreachable(error.message, error)))
    socket.on('close', (code) => {
      this.#end(unreachable(`it closed the connection (${code})`))
      this.#closed.resolve()
    })
    this.#heartbeat = setInterval(() => this.probe(timing.pongMs), timing.heartbeatMs)
    socket.resume()
  }

  /** False when it was dropped. */
  send(message: ClientMessage): boolean {
    if (this.#isEnded || this.#socket.readyState !== WebSocket.OPEN) return false
    if (message.type === 'signal' && this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) return false
    this.#socket.send(JSON.stringify(message), () => undefined) // a failure is followed by `close`
    return true
  }

  /** Throws ConnectionLost, Refusal or the signal's reason. The caller's signal carries the time limit. */
  request(build: (id: number) => ClientMessage, signal: AbortSignal): Promise<ServerMessage> {
    signal.throwIfAborted()
    const id = this.#nextId++
    const message = build(id)
    const { promise, resolve, reject } = Promise.withResolvers<ServerMessage>()
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    this.#pending.set(id, { resolve, reject })
    if (!this.send(message)) reject(new ConnectionLost())
    return promise.finally(() => {
      signal.removeEventListener('abort', onAbort)
      this.#pending.delete(id)
    })
  }

  /** Resolves when the socket is gone. `onClosed` is not called any more. */
  async close(): Promise<void> {
    this.#end(undefined)
    if (this.#socket.readyState === WebSocket.CLOSED) return
    this.#socket.close(NORMAL_CLOSURE)
    const timer = setTimeout(() => this.#socket.terminate(), this.#timing.closeTimeoutMs)
    await this.#closed.promise
    clearTimeout(timer)
  }

  /** Ends it unless something is heard within the limit. A shorter limit of an earlier question stands. */
  probe(limitMs: number): void {
    if (this.#isEnded) return
    const judgedMs = performance.now() + limitMs
    if (judgedMs >= this.#judgedMs) return
    this.#judgedMs = judgedMs
    this.#hasHeard = false
    this.#socket.ping(undefined, undefined, () => undefined)
    clearTimeout(this.#pong)
    // After a pause of this program the answer is there and not read yet: sockets come before immediates.
    this.#pong = setTimeout(() => setImmediate(() => this.#judge()), limitMs)
  }

  #judge(): void {
    this.#judgedMs = Infinity
    if (this.#hasHeard || this.#isEnded) return
    this.#end(unreachable('it is silent'))
    this.#socket.terminate()
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#hasHeard = true
    if (this.#isEnded) return
    let message: ServerMessage
    try {
      if (isBinary || !(data instanceof Buffer))
        throw new AppError('coordinator.protocol', { detail: 'binary' })
      message = decodeServerMessage(data.toString('utf8'))
    } catch (thrown) {
      this.fail(toAppError(thrown))
      return
    }
    const pending = 'id' in message && message.id !== undefined ? this.#pending.get(message.id) : undefined
    if (pending === undefined) this.#handlers.onMessage(message)
    else if (message.type === 'refused') pending.reject(new Refusal(message.reason))
    else pending.resolve(message)
  }

  /** The coordinator broke the protocol: this connection is not to be trusted any further. */
  fail(reason: AppError): void {
    this.#end(reason)
    this.#socket.close(PROTOCOL_ERROR)
    setTimeout(() => this.#socket.terminate(), this.#timing.closeTimeoutMs).unref()
  }

  #end(reason: AppError | undefined): void {
    if (this.#isEnded) return
    this.#isEnded = true
    clearInterval(this.#heartbeat)
    clearTimeout(this.#pong)
    for (const pending of this.#pending.values()) pending.reject(new ConnectionLost())
    if (reason !== undefined) this.#handlers.onClosed(reason)
  }
}

function unreachable(detail: string, cause?: unknown): AppError {
  return new AppError('coordinator.unreachable', { detail, cause })
}
