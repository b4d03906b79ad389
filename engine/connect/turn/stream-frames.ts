/**
 * STUN messages and ChannelData over a stream of bytes (RFC 8656 §7, §12.5): STUN says its own length, ChannelData is
 * padded to four. Pure.
 */

import { HEADER_BYTES, MAGIC_COOKIE } from './stun-message.ts'

const CHANNEL_HEADER_BYTES = 4
/** Channel numbers (RFC 8656 §12). */
const FIRST_CHANNEL = 0x4000
const LAST_CHANNEL = 0x4fff

export type FrameKind = 'stun' | 'channel'

/** What a datagram is by its first bytes; undefined when it is neither, or not whole. */
export function kindOfDatagram(bytes: Uint8Array): FrameKind | undefined {
  const header = readHeader(bytes)
  if (header === undefined || header === 'more') return undefined
  if (header.kind === 'stun') return bytes.length === header.frameBytes ? 'stun' : undefined
  // Over UDP the padding may be there or not.
  return bytes.length >= header.frameBytes && bytes.length - header.frameBytes < 4 ? 'channel' : undefined
}

/** A datagram in the form it has on a stream; in its own memory only where there is padding. */
export function toStream(bytes: Uint8Array): Uint8Array {
  const padding = -bytes.length & 3
  if (padding === 0) return bytes
  const padded = new Uint8Array(bytes.length + padding)
  padded.set(bytes)
  return padded
}

/** Cuts a stream into frames, without the padding. */
export class FrameReader {
  readonly #allowed: ReadonlySet<FrameKind>
  #rest: Uint8Array = new Uint8Array(0)
  #skipBytes = 0

  /** @param allowed a stream on which no channel was bound has none */
  constructor(allowed: readonly FrameKind[]) {
    this.#allowed = new Set(allowed)
  }

  /** @returns whole frames, which may share memory with the chunk; undefined as soon as the stream is something else */
  read(chunk: Uint8Array): Uint8Array[] | undefined {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const frames: Uint8Array[] = []
    for (;;) {
      const skipped = Math.min(this.#skipBytes, bytes.length)
      bytes = bytes.subarray(skipped)
      this.#skipBytes -= skipped
      const header = readHeader(bytes)
      if (header === undefined) return undefined
      if (header === 'more') break
      if (!this.#allowed.has(header.kind)) return undefined
      if (bytes.length < header.frameBytes) break
      frames.push(bytes.subarray(0, header.frameBytes))
      bytes = bytes.subarray(header.frameBytes)
      this.#skipBytes = -header.frameBytes & 3
    }
    // A copy: the chunk's memory is the socket's. At most one frame, 64 KiB.
    this.#rest = Uint8Array.from(bytes)
    return frames
  }
}

/**
 * Byte by byte: it is asked for every packet, and a view would be one more object each time.
 * @returns `more` while too little is there to tell, undefined when it is no frame
 */
function readHeader(bytes: Uint8Array): { kind: FrameKind; frameBytes: number } | 'more' | undefined {
  const [first] = bytes
  if (first === undefined) return 'more'
  if (first > LAST_CHANNEL >>> 8) return undefined
  const length = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)
  if (first >= FIRST_CHANNEL >>> 8) {
    if (bytes.length < CHANNEL_HEADER_BYTES) return 'more'
    return { kind: 'channel', frameBytes: CHANNEL_HEADER_BYTES + length }
  }
  if (bytes.length < HEADER_BYTES) return bytes.length >= 8 && !hasCookie(bytes) ? undefined : 'more'
  if (!hasCookie(bytes) || length % 4 !== 0) return undefined
  return { kind: 'stun', frameBytes: HEADER_BYTES + length }
}

function hasCookie(bytes: Uint8Array): boolean {
  return (
    bytes[4] === MAGIC_COOKIE >>> 24 &&
    bytes[5] === ((MAGIC_COOKIE >>> 16) & 255) &&
    bytes[6] === ((MAGIC_COOKIE >>> 8) & 255) &&
    bytes[7] === (MAGIC_COOKIE & 255)
  )
}
