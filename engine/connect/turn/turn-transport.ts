/** A way to one STUN or TURN server: whole messages over a UDP, TCP or TLS socket of its own. */

import { createSocket } from 'node:dgram'
import { connect as connectTcp, isIP, isIPv6, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { AppError } from '#shared/errors.ts'
import { FrameReader, toStream, type FrameKind } from './stream-frames.ts'

/** For TCP, and TLS on top of it, to be established. Milliseconds: seven round trips of the worst networks. */
const OPEN_LIMIT_MS = 6000

export type TransportKind = 'udp' | 'tcp' | 'tls'

export interface ServerAddress {
  readonly kind: TransportKind
  /** As configured: the name that a certificate must be for. */
  readonly host: string
  /** An IP address, so that each step of a test is one thing. */
  readonly address: string
  readonly port: number
}

export interface TransportListener {
  /** One STUN message or ChannelData. */
  message(bytes: Uint8Array): void
  /** Once; nothing comes afterwards. */
  closed(error: AppError): void
}

export interface TurnTransport {
  readonly kind: TransportKind
  /** False when it had to be dropped: the network has no more room at the moment, or it is closed. */
  send(bytes: Uint8Array): boolean
  /** `closed` is not called. */
  close(): void
}

export interface TransportOptions {
  /** What may arrive; channel data only where channels are bound. */
  readonly frames: readonly FrameKind[]
  /** Certificates of authorities to trust instead of the system's, PEM: for tests. */
  readonly ca?: string | undefined
  /** Bytes that may wait in a stream's queue. */
  readonly maxQueuedBytes: number
}

/** Resolves when messages can be sent. Rejects with AppError `turn.*`, or the signal's reason. */
export function openTransport(
  server: ServerAddress,
  options: TransportOptions,
  listener: TransportListener,
  signal: AbortSignal,
): Promise<TurnTransport> {
  return server.kind === 'udp'
    ? openUdp(server, listener, signal)
    : openStream(server, options, listener, signal)
}

async function openUdp(
  server: ServerAddress,
  listener: TransportListener,
  signal: AbortSignal,
): Promise<TurnTransport> {
  signal.throwIfAborted()
  const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4')
  let isClosed = false
  const close = (): void => {
    if (isClosed) return
    isClosed = true
    socket.close()
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (cause: NodeJS.ErrnoException): void => {
    if (isClosed) return
    close()
    const error = unreachable(cause)
    reject(error)
    listener.closed(error)
  }
  const abort = (): void => {
    close()
    reject(signal.reason)
  }
  // A connected socket hears only its server, and of ICMP refusals.
  socket.on('error', fail)
  socket.on('message', (bytes) => listener.message(bytes))
  signal.addEventListener('abort', abort, { once: true })
  socket.once('connect', resolve)
  socket.connect(server.port, server.address)
  try {
    await promise
  } finally {
    signal.removeEventListener('abort', abort)
  }
  return {
    kind: 'udp',
    send(bytes) {
      if (isClosed) return false
      socket.send(bytes, (error) => {
        // A full queue is what networks have; a refusal is an end.
        if (error !== null && isRefusal(error)) fail(error)
      })
      return true
    },
    close,
  }
}

async function openStream(
  server: ServerAddress,
  options: TransportOptions,
  listener: TransportListener,
  signal: AbortSignal,
): Promise<TurnTransport> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const transport = new StreamTransport(server, options, {
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
  #isConnected = false
  #isClosed = false

  constructor(
    server: ServerAddress,
    options: TransportOptions,
    listener: TransportListener & { opened(): void },
  ) {
    const { kind, host, address, port } = server
    this.kind = kind
    this.#reader = new FrameReader(options.frames)
    this.#maxQueuedBytes = options.maxQueuedBytes
    this.#listener = listener
    this.#tcp = connectTcp({ host: address, port, noDelay: true })
    this.#tcp.once('connect', () => {
      this.#isConnected = true
      if (kind === 'tcp') this.#becomeOpen()
    })
    if (kind === 'tls') {
      // An IP address is looked for in the certificate too, but is no server name (RFC 6066 §3).
      const name = isIP(host) === 0 ? { servername: host } : {}
      const trust = options.ca === undefined ? {} : { ca: options.ca }
      this.#tls = connectTls({ socket: this.#tcp, host, ...name, ...trust }, () => this.#becomeOpen())
    }
    for (const socket of [this.#tcp, this.#tls]) {
      socket?.on('error', (cause: Error) => this.#fail(this.#describe(cause)))
      socket?.on('close', () => this.#failWith('the server closed the connection'))
    }
    const socket = this.#socket
    socket.on('data', (chunk: Buffer) => this.#hear(chunk))
    this.#opening = setTimeout(
      () => this.#fail(this.#describe(new Error('no answer in time'))),
      OPEN_LIMIT_MS,
    )
  }

  get #socket(): Socket {
    return this.#tls ?? this.#tcp
  }

  send(bytes: Uint8Array): boolean {
    // Dropped, as a network would: what is above slows down then, instead of a queue that grows.
    if (this.#isClosed || this.#socket.writableLength > this.#maxQueuedBytes) return false
    this.#socket.write(toStream(bytes))
    return true
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#opening)
    this.#tls?.destroy()
    this.#tcp.destroy()
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
    if (!this.#isConnected) return unreachable(cause)
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

function isRefusal(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNREFUSED' || error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH'
}

function unreachable(cause: NodeJS.ErrnoException): AppError {
  return new AppError('turn.unreachable', { detail: cause.code ?? cause.message, cause })
}
