/** What one ICE agent says to a TURN server and hears from it: one connection, opened by the first packet. */

import type { AppError } from '#shared/errors.ts'
import { toAppError } from '#shared/errors.ts'
import { resolveHost } from './resolve-host.ts'
import { ATTRIBUTE, attributeOf, decodeStun, METHOD } from './stun-message.ts'
import { addressOf, type Endpoint } from './stun-values.ts'
import { openTransport, type TransportKind, type TurnTransport } from './turn-transport.ts'

/**
 * Bytes that may wait in a stream's queue before packets are dropped. More gives a faster transfer and a slower
 * answer; measured on loopback, 64 KiB reach three quarters of what UDP does, 256 KiB a little more.
 */
const MAX_QUEUED_BYTES = 128 * 1024
/** Packets kept while the connection opens: an agent asks a few things, and repeats itself. */
const MAX_EARLY = 16
/** After a failure packets are dropped for so long, so that an agent's repeats do not hammer the server. Milliseconds. */
const FAILURE_PAUSE_MS = 2000

export interface FlowOptions {
  readonly server: { readonly transport: TransportKind; readonly host: string; readonly port: number }
  readonly ca: string | undefined
  readonly toAgent: (bytes: Uint8Array) => void
  readonly relayed: (endpoint: Endpoint) => void
  readonly failed: (error: AppError) => void
}

export class BridgeFlow implements Disposable {
  readonly #options: FlowOptions
  readonly #early: Uint8Array[] = []
  #closing = new AbortController()
  #transport: TurnTransport | undefined
  #isOpening = false
  #hasAllocated = false
  #failedMs = Number.NEGATIVE_INFINITY
  /** When the agent last said something; by `performance.now`. */
  lastHeardMs = performance.now()

  constructor(options: FlowOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#transport !== undefined || this.#isOpening
  }

  /** A packet of the agent, known to be STUN or channel data. */
  send(bytes: Uint8Array): void {
    this.lastHeardMs = performance.now()
    if (this.#hasAllocated && isFirstAllocate(bytes)) {
      // Another agent has got the port of one that is gone, and cannot have its connection.
      this[Symbol.dispose]()
      this.#closing = new AbortController()
    }
    if (this.#transport !== undefined) {
      this.#transport.send(bytes)
      return
    }
    if (performance.now() - this.#failedMs < FAILURE_PAUSE_MS || this.#closing.signal.aborted) return
    if (this.#early.length < MAX_EARLY) this.#early.push(Uint8Array.from(bytes))
    if (!this.#isOpening) void this.#open(this.#closing.signal)
  }

  [Symbol.dispose](): void {
    this.#closing.abort()
    this.#transport?.close()
    this.#transport = undefined
    this.#hasAllocated = false
    this.#early.length = 0
  }

  async #open(signal: AbortSignal): Promise<void> {
    this.#isOpening = true
    const { server, ca } = this.#options
    try {
      const address = await resolveHost(server.host, signal)
      const transport = await openTransport(
        { kind: server.transport, host: server.host, address, port: server.port },
        { frames: ['stun', 'channel'], ca, maxQueuedBytes: MAX_QUEUED_BYTES },
        {
          message: (bytes) => this.#hear(bytes, signal),
          closed: (error) => this.#end(error, signal),
        },
        signal,
      )
      if (signal.aborted) {
        transport.close()
        return
      }
      this.#transport = transport
      for (const bytes of this.#early.splice(0)) transport.send(bytes)
    } catch (error) {
      this.#end(toAppError(error), signal)
    } finally {
      this.#isOpening = false
    }
  }

  #hear(bytes: Uint8Array, signal: AbortSignal): void {
    if (signal.aborted) return
    const message = (bytes[0] ?? 0) < 0x40 ? decodeStun(bytes) : undefined
    if (message?.method === METHOD.allocate && message.class === 'success') {
      this.#hasAllocated = true
      const endpoint = addressOf(message, ATTRIBUTE.xorRelayedAddress)
      if (endpoint !== undefined) this.#options.relayed(endpoint)
    }
    this.#options.toAgent(bytes)
  }

  #end(error: AppError, signal: AbortSignal): void {
    if (signal.aborted) return
    this.#transport = undefined
    this.#hasAllocated = false
    this.#early.length = 0
    // Told once: a refused connection is heard of from the socket and from its opening.
    if (performance.now() - this.#failedMs < FAILURE_PAUSE_MS) return
    this.#failedMs = performance.now()
    this.#options.failed(error)
  }
}

/** Without a user name, as an agent begins that knows no realm yet. */
function isFirstAllocate(bytes: Uint8Array): boolean {
  if ((bytes[0] ?? 0) >= 0x40) return false
  const message = decodeStun(bytes)
  return message?.method === METHOD.allocate && attributeOf(message, ATTRIBUTE.username) === undefined
}
