/** A lane over a TLS connection: control messages and blocks, one after the other, on one stream of bytes. */

import { timingSafeEqual } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { RouteView } from '#shared/api/views.ts'
import { fromUtf8, utf8 } from '#shared/encoding/bytes.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import { MAX_FRAME_BYTES } from '#shared/protocol/block-frame.ts'
import {
  packStreamMessage,
  STREAM_HEADER_BYTES,
  StreamReader,
  writeStreamHeader,
  type StreamKind,
} from '#shared/protocol/stream-messages.ts'
import {
  LANE_HIGH_WATER_BYTES,
  LANE_LOW_WATER_BYTES,
  type Lane,
  type LaneListener,
} from '#shared/swarm/lane.ts'

/** Control messages that may wait to be sent, bytes: a peer that asks on and on and takes no answer ends there. */
const MAX_CONTROL_BUFFERED_BYTES = 4 * 1024 * 1024
/** Messages kept before somebody listens: a greeting and its neighbours. */
const MAX_EARLY = 64
/** How long a closing connection may take to send what is on its way, with the last words behind it. Milliseconds. */
const LAST_WORDS_MS = 1000
/** Buffers kept for the next frames: as many as wait at most. */
const MAX_SPARE = Math.ceil(LANE_HIGH_WATER_BYTES / MAX_FRAME_BYTES) + 1

export interface TlsLaneOptions {
  readonly id: string
  /** This side asked for it. */
  readonly isOffered: boolean
  readonly route: RouteView
  /** Both sides know it from the lane beside this one; whoever does not show it first of all is somebody else. */
  readonly token: Uint8Array
}

export class TlsLane implements Lane {
  readonly id: string
  readonly isOffered: boolean
  readonly #route: RouteView
  readonly #token: Uint8Array
  readonly #socket: TLSSocket
  readonly #reader = new StreamReader((kind, bytes) => this.#receive(kind, bytes))
  readonly #proven = Promise.withResolvers<void>()
  readonly #spare: Uint8Array[] = []
  /** Of the next frame, with its header before it. */
  #next: Uint8Array | undefined
  #isProven = false
  /** Who speaks first is sure of the other side, and may have said more. */
  #hasShown = false
  #early: { readonly kind: StreamKind; readonly bytes: Uint8Array }[] = []
  #listener: LaneListener | undefined
  #closedReason: string | undefined
  /** Handed to the socket and not yet to the system. */
  #bufferedBytes = 0
  #bufferedControlBytes = 0

  /** Takes the socket over; `feed` is to be given what arrives on it. */
  constructor(socket: TLSSocket, { id, isOffered, route, token }: TlsLaneOptions) {
    this.id = id
    this.isOffered = isOffered
    this.#route = route
    this.#token = token
    this.#socket = socket
    // Whoever waits hears of it; where nobody does, the end of the lane tells.
    this.#proven.promise.catch(() => undefined)
    socket.setNoDelay(true)
    socket.on('error', (error: Error) => this.#end(error.message))
    socket.on('end', () => this.#end('closed there'))
    socket.on('close', () => this.#end('closed'))
  }

  /** Resolves when the other side has shown the token; rejects when the lane ends before. */
  get proven(): Promise<void> {
    return this.#proven.promise
  }

  /** What arrived, as long as the socket gives it. */
  feed(bytes: Uint8Array): void {
    if (this.#closedReason !== undefined) return
    try {
      this.#reader.push(bytes)
    } catch (error) {
      // The session above catches what a peer does wrong in words; what comes through is about this connection.
      const { detail, message } = toAppError(error)
      this.#end(detail ?? message)
    }
  }

  showToken(): void {
    this.#hasShown = true
    this.#socket.write(packStreamMessage('token', this.#token))
  }

  attach(listener: LaneListener): void {
    this.#listener = listener
    const early = this.#early
    this.#early = []
    for (const { kind, bytes } of early) this.#hand(listener, kind, bytes)
    if (this.#closedReason !== undefined) listener.closed(this.#closedReason)
  }

  sendControl(text: string): boolean {
    if (this.#closedReason !== undefined) return false
    if (this.#bufferedControlBytes > MAX_CONTROL_BUFFERED_BYTES) {
      // Later: whoever sends is in the middle of something that the end of a lane would change.
      setImmediate(() => this.close())
      return false
    }
    const message = packStreamMessage('control', utf8(text))
    this.#bufferedControlBytes += message.length
    this.#write(message, () => (this.#bufferedControlBytes -= message.length))
    return true
  }

  frameMemory(): Uint8Array {
    return this.#nextBuffer().subarray(STREAM_HEADER_BYTES)
  }

  sendFrame(bytes: Uint8Array): boolean {
    if (this.#closedReason !== undefined) return false
    if (bytes.length > MAX_FRAME_BYTES) throw new AppError('internal', { detail: 'frame too long' })
    const buffer = this.#nextBuffer()
    this.#next = undefined
    writeStreamHeader(buffer, 'frame', bytes.length)
    const isInPlace =
      bytes.buffer === buffer.buffer && bytes.byteOffset === buffer.byteOffset + STREAM_HEADER_BYTES
    if (!isInPlace) buffer.set(bytes, STREAM_HEADER_BYTES)
    this.#write(buffer.subarray(0, STREAM_HEADER_BYTES + bytes.length), () => {
      if (this.#spare.length < MAX_SPARE) this.#spare.push(buffer)
    })
    return true
  }

  bufferedBytes(): number {
    return this.#closedReason === undefined ? this.#bufferedBytes : 0
  }

  route(): RouteView {
    return this.#route
  }

  /** The system knows and does not tell; the session's own questions do. */
  roundTripMs(): null {
    return null
  }

  close(): void {
    this.#end('closed')
  }

  #nextBuffer(): Uint8Array {
    return (this.#next ??= this.#spare.pop() ?? Buffer.allocUnsafeSlow(STREAM_HEADER_BYTES + MAX_FRAME_BYTES))
  }

  #write(message: Uint8Array, done: () => void): void {
    this.#bufferedBytes += message.length
    this.#socket.write(message, () => {
      done()
      const before = this.#bufferedBytes
      this.#bufferedBytes -= message.length
      const isLow = before > LANE_LOW_WATER_BYTES && this.#bufferedBytes <= LANE_LOW_WATER_BYTES
      if (isLow && this.#closedReason === undefined) this.#listener?.writable()
    })
  }

  #receive(kind: StreamKind, bytes: Uint8Array): void {
    if (this.#closedReason !== undefined) return
    if (!this.#isProven) return this.#prove(kind, bytes)
    if (kind === 'token') throw new AppError('peer.protocol', { detail: 'second token' })
    if (this.#listener !== undefined) return this.#hand(this.#listener, kind, bytes)
    if (this.#early.length >= MAX_EARLY)
      throw new AppError('peer.protocol', { detail: 'too much before the opening' })
    this.#early.push({ kind, bytes: new Uint8Array(bytes) })
  }

  #prove(kind: StreamKind, bytes: Uint8Array): void {
    const isRight =
      kind === 'token' && bytes.length === this.#token.length && timingSafeEqual(bytes, this.#token)
    if (!isRight) throw new AppError('peer.protocol', { detail: 'not the token' })
    this.#isProven = true
    this.#proven.resolve()
  }

  #hand(listener: LaneListener, kind: StreamKind, bytes: Uint8Array): void {
    if (kind === 'frame') listener.frame(bytes)
    else listener.control(fromUtf8(bytes))
  }

  #end(reason: string): void {
    if (this.#closedReason !== undefined) return
    this.#closedReason = reason
    this.#reader.stop()
    this.#proven.reject(new AppError('peer.unreachable', { detail: reason }))
    if (this.#isProven || this.#hasShown) {
      // What is under way, a last `bye` for one, still goes out.
      this.#socket.end()
      setTimeout(() => this.#socket.destroy(), LAST_WORDS_MS).unref()
    } else this.#socket.destroy()
    this.#listener?.closed(reason)
  }
}
