/** A TCP or TLS connection to a TURN server, direct or through an HTTP proxy: messages framed as RFC 8656 wants it. */

import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { AppError } from '#shared/errors.ts'
import { openTunnel } from '../proxy/tunnel.ts'
import { FrameReader, toStream } from './stream-frames.ts'
import type {
  ServerAddress,
  TransportKind,
  TransportListener,
  TransportOptions,
  TurnTransport,
} from './turn-transport.ts'

/** For TCP, and TLS on top of it, to be established. Milliseconds: seven round trips of the worst networks. */
const OPEN_LIMIT_MS = 6000
/** Head start of one address of a server over the next: more than a round trip of a slow network. Milliseconds. */
const NEXT_ADDRESS_MS = 600
/** An idle connection is asked after so long whether it lives, and given up after ten more unanswered seconds. */
const KEEP_ALIVE_MS = 10_000

/**
 * A queue that was not empty for so long is not a burst: the network carries no more, and what waits only comes later. It is
 * kept at a few packets then, so that heartbeats and answers are not stuck behind it.
 */
const STANDING_MS = 100
const STANDING_BYTES = 64 * 1024

/** As `openTransport`. */
export async function openStream(
  server: ServerAddress,
  options: TransportOptions,
  listener: TransportListener,
  signal: AbortSignal,
): Promise<TurnTransport> {
  const { proxy } = options
  const tcp = await (proxy === undefined ? openTcp(server, signal) : openTunnel(proxy, server, signal))
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const transport = new StreamTransport(tcp, server, options, {
    message: (bytes) => listener.message(bytes),
    opened: resolve,
    closed: (error) => {
      reject(error)
      listener.closed(error)
    },
  })
  const abort = (): void => {
    transport.close()
    reject(signal.reason)
  }
  signal.addEventListener('abort', abort, { once: true })
  try {
    await promise
  } finally {
    signal.removeEventListener('abort', abort)
  }
  return transport
}

class StreamTransport implements TurnTransport {
  readonly kind: TransportKind
  readonly #tcp: Socket
  readonly #tls: TLSSocket | undefined
  readonly #reader: FrameReader
  readonly #maxQueuedBytes: number
  readonly #listener: TransportListener & { opened(): void }
  readonly #opening: NodeJS.Timeout
  readonly #batch: Uint8Array[] = []
  #batchBytes = 0
  #flushing: NodeJS.Immediate | undefined
  /** When nothing was waiting; by `performance.now`. */
  #emptyMs = performance.now()
  #isClosed = false

  constructor(
    tcp: Socket,
    server: ServerAddress,
    options: TransportOptions,
    listener: TransportListener & { opened(): void },
  ) {
    const { kind, host } = server
    this.kind = kind
    this.#reader = new FrameReader(options.frames)
    this.#maxQueuedBytes = options.maxQueuedBytes
    this.#listener = listener
    this.#tcp = tcp
    if (kind === 'tls') {
      // An IP address is looked for in the certificate too, but is no server name (RFC 6066 §3).
      const name = isIP(host) === 0 ? { servername: host } : {}
      const trust = options.ca === undefined ? {} : { ca: options.ca }
      this.#tls = connectTls({ socket: tcp, host, ...name, ...trust }, () => this.#becomeOpen())
    }
    for (const socket of [tcp, this.#tls]) {
      socket?.on('error', (cause: Error) => this.#fail(this.#describe(cause)))
      socket?.on('close', () => this.#failWith('the server closed the connection'))
    }
    const socket = this.#socket
    socket.on('data', (chunk: Buffer) => this.#hear(chunk))
    socket.on('drain', () => this.#queuedBytes())
    this.#opening = setTimeout(
      () => this.#fail(this.#describe(new Error('no answer in time'))),
      OPEN_LIMIT_MS,
    )
    // Listeners first: what is told at once must be heard.
    if (kind === 'tcp') queueMicrotask(() => this.#becomeOpen())
  }

  get #socket(): Socket {
    return this.#tls ?? this.#tcp
  }

  send(bytes: Uint8Array): boolean {
    // Dropped, as a network would: what is above slows down then, instead of a queue that grows.
    if (this.#isClosed || this.#queuedBytes() > this.#roomBytes()) return false
    // Without a copy: each datagram comes in memory of its own.
    this.#batch.push(toStream(bytes))
    this.#batchBytes += bytes.length
    // What comes in one turn of the event loop leaves in one piece: a TLS record and a call of the system for many.
    this.#flushing ??= setImmediate(() => this.#flush())
    return true
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#opening)
    clearImmediate(this.#flushing)
    this.#tls?.destroy()
    this.#tcp.destroy()
  }

  #queuedBytes(): number {
    const queuedBytes = this.#batchBytes + this.#socket.writableLength
    if (queuedBytes === 0) this.#emptyMs = performance.now()
    return queuedBytes
  }

  #roomBytes(): number {
    const isStanding = performance.now() - this.#emptyMs > STANDING_MS
    return isStanding ? Math.min(STANDING_BYTES, this.#maxQueuedBytes) : this.#maxQueuedBytes
  }

  #flush(): void {
    this.#flushing = undefined
    const batch = this.#batch.splice(0)
    this.#batchBytes = 0
    if (this.#isClosed) return
    const [first] = batch
    if (first === undefined) return
    this.#socket.write(batch.length === 1 ? first : Buffer.concat(batch))
  }

  #becomeOpen(): void {
    clearTimeout(this.#opening)
    this.#listener.opened()
  }

  #hear(chunk: Buffer): void {
    const messages = this.#reader.read(chunk)
    if (messages === undefined) this.#failWith('what came back is no STUN message')
    for (const message of messages ?? []) if (!this.#isClosed) this.#listener.message(message)
  }

  #describe(cause: NodeJS.ErrnoException): AppError {
    const refusal: unknown = this.#tls?.authorizationError
    const isCertificate = refusal !== undefined && refusal !== null
    return new AppError(isCertificate ? 'turn.certificate' : 'turn.protocol', {
      detail: cause.code ?? cause.message,
      cause,
    })
  }

  #failWith(detail: string): void {
    this.#fail(new AppError('turn.protocol', { detail }))
  }

  #fail(error: AppError): void {
    if (this.#isClosed) return
    this.close()
    this.#listener.closed(error)
  }
}

/** IPv4 and IPv6 in turn where the name has both (RFC 8305). Rejects with AppError `turn.unreachable`. */
async function openTcp({ address, others = [], port }: ServerAddress, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted()
  const all = [address, ...others].map((one) => ({ address: one, family: isIP(one) }))
  const socket = connectTcp({
    host: address,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
    ...(all.length === 1
      ? {}
      : {
          // A name, so that the addresses are asked for; they are known already.
          host: 'server.invalid',
          autoSelectFamily: true,
          autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
          lookup: (_name, _options, answer) => answer(null, all),
        }),
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (cause: NodeJS.ErrnoException): void => reject(unreachable(cause))
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const timer = setTimeout(() => fail(new Error('no answer in time')), OPEN_LIMIT_MS)
  socket.once('connect', resolve)
  socket.once('error', fail)
  try {
    await promise
    return socket
  } catch (error) {
    // Stays for good: an error without a listener would end the process.
    socket.on('error', () => undefined)
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
    socket.off('error', fail)
    signal.removeEventListener('abort', abort)
  }
}

export function unreachable(cause: NodeJS.ErrnoException): AppError {
  return new AppError('turn.unreachable', { detail: cause.code ?? cause.message, cause })
}
