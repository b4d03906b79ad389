/** What one ICE agent says to a TURN server and hears from it: one connection, opened by the first packet. */

import { AppError, toAppError } from '#shared/errors.ts'
import type { ProxyAddress } from '../proxy/proxy-choice.ts'
import { openTransport } from './open-transport.ts'
import { resolveHosts } from './resolve-host.ts'
import { ATTRIBUTE, attributeOf, decodeStun, METHOD, type StunMessage } from './stun-message.ts'
import { addressOf, errorOf, type Endpoint } from './stun-values.ts'
import { serverRefusal } from './turn-errors.ts'
import type { ServerAddress, TransportKind, TurnTransport } from './turn-transport.ts'

/**
 * Bytes that may wait in a stream's queue before packets are dropped: a burst of the agent's. Measured on loopback, 64 KiB
 * reach three quarters of what UDP does, 512 KiB nearly all. A queue that stands is kept shorter: STANDING_BYTES.
 */
const MAX_QUEUED_BYTES = 512 * 1024
/** Packets kept while the connection opens: an agent asks a few things, and repeats itself. */
const MAX_EARLY = 16
/** Packets of DTLS kept while ICE is on its way: one flight, and some repetitions of it. */
const MAX_HELD = 32
/** First bytes of DTLS packets (RFC 7983 §7). */
const FIRST_DTLS_BYTE = 20
const LAST_DTLS_BYTE = 63
const CHANNEL_HEADER_BYTES = 4
/** After a failure packets are dropped for so long, so that an agent's repeats do not hammer the server. Milliseconds. */
const FAILURE_PAUSE_MS = 2000
/** A stream that has answered nothing for so long, though it was spoken to, is dead. Milliseconds. */
const SILENCE_LIMIT_MS = 10_000

export interface FlowOptions {
  readonly server: {
    readonly transport: TransportKind
    readonly host: string
    readonly port: number
    readonly username: string
  }
  /** The server is not spoken to before `allow`. */
  readonly isReserved: boolean
  readonly ca: string | undefined
  readonly proxy: ProxyAddress | undefined
  readonly toAgent: (bytes: Uint8Array) => void
  readonly relayed: (endpoint: Endpoint) => void
  /** The connection died that had this relay address: whatever the agent sends now leads nowhere. */
  readonly lost: (endpoint: Endpoint) => void
  /** Told once per trouble. */
  readonly failed: (error: AppError) => void
}

export class BridgeFlow implements Disposable {
  readonly #options: FlowOptions
  readonly #early: Uint8Array[] = []
  #closing = new AbortController()
  #transport: TurnTransport | undefined
  #isOpening = false
  #isReserved: boolean
  /** What came for the agent before it could bear it. */
  readonly #held: Uint8Array[] = []
  #isSettled = false
  /** What the server gave the agent. */
  #relayed: Endpoint | undefined
  #hasAllocated = false
  /** With which the agent's last request for an allocation was signed; agents begin without, because they know none yet. */
  #realm: Uint8Array | undefined
  /** Since when the agent speaks without an answer; by `performance.now`. */
  #unansweredSinceMs: number | undefined
  #failedMs = Number.NEGATIVE_INFINITY
  /** When the agent last said something; by `performance.now`. */
  lastHeardMs = performance.now()

  constructor(options: FlowOptions) {
    this.#options = options
    this.#isReserved = options.isReserved
  }

  get isOpen(): boolean {
    return this.#transport !== undefined || this.#isOpening
  }

  /** In which the agent has its login; undefined before it has asked with one. */
  get realm(): Uint8Array | undefined {
    return this.#realm
  }

  /** A packet of the agent, known to be STUN or channel data. */
  send(bytes: Uint8Array): void {
    this.lastHeardMs = performance.now()
    const request = allocateOf(bytes)
    if (request !== undefined) this.#realm = copyOf(attributeOf(request, ATTRIBUTE.realm))
    if (this.#hasAllocated && request !== undefined && this.#realm === undefined) {
      // Another agent has got the port of one that is gone, and cannot have its connection.
      this[Symbol.dispose]()
      this.#closing = new AbortController()
    }
    if (this.#transport !== undefined) {
      this.#sendNow(this.#transport, bytes)
      return
    }
    if (this.#isReserved) {
      // The agent repeats itself until it is answered.
      this.#early[0] = Uint8Array.from(bytes)
      return
    }
    if (performance.now() - this.#failedMs < FAILURE_PAUSE_MS || this.#closing.signal.aborted) return
    if (this.#early.length < MAX_EARLY) this.#early.push(Uint8Array.from(bytes))
    if (!this.#isOpening) void this.#open(this.#closing.signal)
  }

  /** What the agent has said meanwhile goes on its way. */
  allow(): void {
    if (!this.#isReserved) return
    this.#isReserved = false
    if (this.#early.length > 0) void this.#open(this.#closing.signal)
  }

  /**
   * The agent's ICE is connected. DTLS is kept from it until then: a first message that comes before would be lost, and now and
   * then the library handles it in one thread while another starts DTLS, each holding the lock that the other wants. Nothing
   * of the whole process gets through after that.
   */
  settle(): void {
    if (this.#isSettled) return
    this.#isSettled = true
    for (const bytes of this.#held.splice(0)) this.#options.toAgent(bytes)
  }

  [Symbol.dispose](): void {
    this.#closing.abort()
    this.#transport?.close()
    this.#forget()
  }

  /** Silence over a stream is no loss: whoever is there answers keep-alives, checks and refreshes. */
  #sendNow(transport: TurnTransport, bytes: Uint8Array): void {
    this.#unansweredSinceMs ??= this.lastHeardMs
    if (transport.kind !== 'udp' && this.lastHeardMs - this.#unansweredSinceMs >= SILENCE_LIMIT_MS) {
      transport.close()
      this.#end(new AppError('turn.unreachable', { detail: 'it is silent' }), this.#closing.signal)
      return
    }
    transport.send(bytes)
  }

  #forget(): void {
    this.#transport = undefined
    this.#relayed = undefined
    this.#hasAllocated = false
    this.#unansweredSinceMs = undefined
    this.#isSettled = false
    this.#held.length = 0
    this.#early.length = 0
  }

  async #open(signal: AbortSignal): Promise<void> {
    this.#isOpening = true
    const { ca, proxy } = this.#options
    try {
      const transport = await openTransport(
        await this.#locate(signal),
        { frames: ['stun', 'channel'], ca, proxy, maxQueuedBytes: MAX_QUEUED_BYTES },
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
      for (const bytes of this.#early.splice(0)) this.#sendNow(transport, bytes)
    } catch (error) {
      this.#end(toAppError(error), signal)
    } finally {
      this.#isOpening = false
    }
  }

  #hear(bytes: Uint8Array, signal: AbortSignal): void {
    if (signal.aborted) return
    this.#unansweredSinceMs = undefined
    const message = (bytes[0] ?? 0) < 0x40 ? decodeStun(bytes) : undefined
    if (message?.method === METHOD.allocate) this.#hearOfAllocation(message)
    if (this.#isSettled || !carriesDtls(bytes, message)) {
      this.#options.toAgent(bytes)
      return
    }
    this.#held.push(bytes)
    // What is newer answers what is older: the other side repeats itself.
    if (this.#held.length > MAX_HELD) this.#held.shift()
  }

  #hearOfAllocation(message: StunMessage): void {
    const { server, relayed } = this.#options
    if (message.class === 'success') {
      this.#hasAllocated = true
      this.#relayed = addressOf(message, ATTRIBUTE.xorRelayedAddress)
      if (this.#relayed !== undefined) relayed(this.#relayed)
      return
    }
    const error = errorOf(message)
    // Asked for the first time it says 401 to everybody, and 438 now and then.
    if (error === undefined || error.code === 438 || (error.code === 401 && this.#realm === undefined)) return
    this.#tellFailure(serverRefusal(error, server.username))
  }

  /** The proxy looks up the name itself; perhaps nobody else can. */
  async #locate(signal: AbortSignal): Promise<ServerAddress> {
    const { server, proxy } = this.#options
    const { transport: kind, host, port } = server
    const [address, ...others] = proxy === undefined ? await resolveHosts(host, signal) : [host]
    return { kind, host, address, others, port }
  }

  #end(error: AppError, signal: AbortSignal): void {
    if (signal.aborted) return
    const relayed = this.#relayed
    this.#forget()
    if (relayed !== undefined) this.#options.lost(relayed)
    this.#tellFailure(error)
  }

  #tellFailure(error: AppError): void {
    // Told once: a refused connection is heard of from the socket and from its opening.
    if (performance.now() - this.#failedMs < FAILURE_PAUSE_MS) return
    this.#failedMs = performance.now()
    this.#options.failed(error)
  }
}

function allocateOf(bytes: Uint8Array): StunMessage | undefined {
  if ((bytes[0] ?? 0) >= 0x40) return undefined
  const message = decodeStun(bytes)
  return message?.method === METHOD.allocate ? message : undefined
}

/** @param message what it is as STUN; undefined for channel data */
function carriesDtls(bytes: Uint8Array, message: StunMessage | undefined): boolean {
  const isChannel = (bytes[0] ?? 0) >= 0x40
  const first = isChannel
    ? bytes[CHANNEL_HEADER_BYTES]
    : message?.method === METHOD.data
      ? attributeOf(message, ATTRIBUTE.data)?.[0]
      : undefined
  return first !== undefined && first >= FIRST_DTLS_BYTE && first <= LAST_DTLS_BYTE
}

/** The packet lies in memory of the socket's. */
function copyOf(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes === undefined ? undefined : Uint8Array.from(bytes)
}
