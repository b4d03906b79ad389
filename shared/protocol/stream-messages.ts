/**
 * What a lane's messages look like on a byte stream, which has no message boundaries of its own. Pure.
 *
 * ```
 * 0      kind: 1 token, 2 control message (UTF-8), 3 frame
 * 1..3   zero
 * 4..7   bytes that follow, big endian, at least one
 * 8..    those bytes
 * ```
 */

import { AppError } from '../errors.ts'
import { MAX_FRAME_BYTES } from './block-frame.ts'
import { MAX_CONTROL_LENGTH } from './peer-messages.ts'

/** A multiple of eight, like a frame's own header, so that what is copied to and from shared memory stays aligned. */
export const STREAM_HEADER_BYTES = 8
/** Of the secret by which a stream proves whose it is. */
export const STREAM_TOKEN_BYTES = 32
/** A UTF-16 unit takes three bytes at most. */
const MAX_CONTROL_BYTES = MAX_CONTROL_LENGTH * 3

const KINDS = { token: 1, control: 2, frame: 3 } as const
export type StreamKind = keyof typeof KINDS
const MAX_BYTES: Readonly<Record<StreamKind, number>> = {
  token: STREAM_TOKEN_BYTES,
  control: MAX_CONTROL_BYTES,
  frame: MAX_FRAME_BYTES,
}

export function writeStreamHeader(into: Uint8Array, kind: StreamKind, bytes: number): void {
  into.fill(0, 0, STREAM_HEADER_BYTES)
  into[0] = KINDS[kind]
  new DataView(into.buffer, into.byteOffset, STREAM_HEADER_BYTES).setUint32(4, bytes)
}

/** A whole message. Throws AppError `peer.protocol` when it is longer than the other side would take. */
export function packStreamMessage(kind: StreamKind, body: Uint8Array): Uint8Array<ArrayBuffer> {
  if (body.length > MAX_BYTES[kind])
    throw new AppError('peer.protocol', { detail: `${kind} too long to send` })
  const message = new Uint8Array(STREAM_HEADER_BYTES + body.length)
  writeStreamHeader(message, kind, body.length)
  message.set(body, STREAM_HEADER_BYTES)
  return message
}

/** Cuts a stream into messages. Holds no more than one of them. */
export class StreamReader {
  readonly #deliver: (kind: StreamKind, bytes: Uint8Array) => void
  readonly #header = new Uint8Array(STREAM_HEADER_BYTES)
  #headerFill = 0
  #kind: StreamKind = 'token'
  #length = 0
  /** Of the message that is being put together; used again for the next one. */
  #body = new Uint8Array(MAX_FRAME_BYTES)
  #fill = 0
  #isStopped = false

  /** @param deliver its bytes are valid during the call only */
  constructor(deliver: (kind: StreamKind, bytes: Uint8Array) => void) {
    this.#deliver = deliver
  }

  /** Throws AppError `peer.protocol` at anything that no writer writes; nothing may be pushed afterwards. */
  push(chunk: Uint8Array): void {
    let offset = 0
    while (offset < chunk.length && !this.#isStopped) {
      offset =
        this.#headerFill < STREAM_HEADER_BYTES
          ? this.#readHeader(chunk, offset)
          : this.#readBody(chunk, offset)
    }
  }

  /** Nothing is delivered any more, also of what has been pushed. */
  stop(): void {
    this.#isStopped = true
  }

  #readHeader(chunk: Uint8Array, offset: number): number {
    const end = Math.min(chunk.length, offset + STREAM_HEADER_BYTES - this.#headerFill)
    this.#header.set(chunk.subarray(offset, end), this.#headerFill)
    this.#headerFill += end - offset
    if (this.#headerFill === STREAM_HEADER_BYTES) this.#begin()
    return end
  }

  #begin(): void {
    const view = new DataView(this.#header.buffer)
    const first = view.getUint32(0)
    const kind = (['token', 'control', 'frame'] as const).find((one) => first === KINDS[one] << 24)
    if (kind === undefined)
      throw new AppError('peer.protocol', { detail: 'stream message of an unknown kind' })
    this.#length = view.getUint32(4)
    if (this.#length === 0 || this.#length > MAX_BYTES[kind])
      throw new AppError('peer.protocol', { detail: `${kind} of an impossible length` })
    this.#kind = kind
    this.#fill = 0
  }

  #readBody(chunk: Uint8Array, offset: number): number {
    const end = Math.min(chunk.length, offset + this.#length - this.#fill)
    if (this.#fill === 0 && end - offset === this.#length) {
      // It lies in one chunk as a whole: no copy.
      this.#headerFill = 0
      this.#deliver(this.#kind, chunk.subarray(offset, end))
      return end
    }
    // Long control messages are rare: their memory is not kept.
    if (this.#body.length < this.#length) this.#body = new Uint8Array(this.#length)
    this.#body.set(chunk.subarray(offset, end), this.#fill)
    this.#fill += end - offset
    if (this.#fill === this.#length) {
      this.#headerFill = 0
      this.#deliver(this.#kind, this.#body.subarray(0, this.#length))
      if (this.#body.length > MAX_FRAME_BYTES) this.#body = new Uint8Array(MAX_FRAME_BYTES)
    }
    return end
  }
}
