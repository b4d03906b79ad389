/**
 * Frames on a lane's `blocks` channel: a fixed header read by hand, then bytes. No schema touches them. Pure.
 *
 * ```
 * 0      kind: 1 block, 2 block with piece record, 3 manifest stretch
 * 1..3   zero
 * 4..7   piece index (1, 2) or zero (3), big endian
 * 8..11  block index (1, 2) or byte offset (3), big endian
 * 12..15 zero
 * 16..   kind 2: hash (32), signature (64); then the bytes
 * ```
 */

import { AppError } from '../errors.ts'
import { HASH_BYTES, type PieceRecord } from '../share/piece-record.ts'
import { BLOCK_BYTES, MAX_PIECES, MAX_PIECE_BYTES } from '../share/piece-layout.ts'
import { MAX_MANIFEST_BYTES } from '../share/manifest-codec.ts'
import { SIGNATURE_BYTES } from '../share/curves.ts'

const BLOCK = 1
const BLOCK_WITH_RECORD = 2
const MANIFEST = 3
/** A multiple of eight, as is the record: copying to and from shared memory is seven times slower when it is not aligned. */
const HEADER_BYTES = 16
const RECORD_BYTES = HASH_BYTES + SIGNATURE_BYTES
/** The longest frame there is; both channels must accept it. */
export const MAX_FRAME_BYTES = HEADER_BYTES + RECORD_BYTES + BLOCK_BYTES

export interface BlockFrame {
  readonly kind: 'block'
  readonly piece: number
  readonly block: number
  /** Travels with the first block of a piece. */
  readonly record: PieceRecord | undefined
  /** A view into the frame: copy what must outlive it. */
  readonly bytes: Uint8Array
}

export interface ManifestFrame {
  readonly kind: 'manifest'
  readonly offset: number
  readonly bytes: Uint8Array
}

/**
 * Writes a block frame into a buffer that the caller reuses: the native library copies on send, so one scratch
 * buffer of MAX_FRAME_BYTES serves all.
 *
 * @returns the part of `scratch` to send
 */
export function writeBlockFrame(scratch: Uint8Array, frame: Omit<BlockFrame, 'kind'>): Uint8Array {
  const length = HEADER_BYTES + (frame.record === undefined ? 0 : RECORD_BYTES) + frame.bytes.length
  writeHeader(scratch, frame.record === undefined ? BLOCK : BLOCK_WITH_RECORD, frame.piece, frame.block)
  let offset = HEADER_BYTES
  if (frame.record !== undefined) {
    scratch.set(frame.record.hash, offset)
    scratch.set(frame.record.signature, offset + HASH_BYTES)
    offset += RECORD_BYTES
  }
  scratch.set(frame.bytes, offset)
  return scratch.subarray(0, length)
}

export function writeManifestFrame(scratch: Uint8Array, offset: number, bytes: Uint8Array): Uint8Array {
  writeHeader(scratch, MANIFEST, 0, offset)
  scratch.set(bytes, HEADER_BYTES)
  return scratch.subarray(0, HEADER_BYTES + bytes.length)
}

/** Throws AppError `peer.protocol` for anything the writers above would not write. */
export function readFrame(frame: Uint8Array): BlockFrame | ManifestFrame {
  const bad = (detail: string): AppError => new AppError('peer.protocol', { detail })
  if (frame.length <= HEADER_BYTES || frame.length > MAX_FRAME_BYTES)
    throw bad('frame of an impossible length')
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  if ((view.getUint32(0) & 0xffffff) !== 0 || view.getUint32(12) !== 0) throw bad('frame with unknown flags')
  const first = view.getUint32(4)
  const second = view.getUint32(8)
  const kind = frame[0]
  if (kind === MANIFEST) {
    const bytes = frame.subarray(HEADER_BYTES)
    if (bytes.length > BLOCK_BYTES) throw bad('manifest frame too long')
    if (first !== 0 || second + bytes.length > MAX_MANIFEST_BYTES) throw bad('manifest frame out of range')
    return { kind: 'manifest', offset: second, bytes }
  }
  if (kind !== BLOCK && kind !== BLOCK_WITH_RECORD) throw bad('frame of an unknown kind')
  if (first >= MAX_PIECES || second >= MAX_PIECE_BYTES / BLOCK_BYTES) throw bad('block out of range')
  const start = HEADER_BYTES + (kind === BLOCK_WITH_RECORD ? RECORD_BYTES : 0)
  if (frame.length <= start) throw bad('block without bytes')
  const bytes = frame.subarray(start)
  if (bytes.length > BLOCK_BYTES) throw bad('block too long')
  return {
    kind: 'block',
    piece: first,
    block: second,
    bytes,
    record:
      kind === BLOCK_WITH_RECORD
        ? // Copies: the frame may be a Node Buffer, whose own slice is a view.
          {
            index: first,
            hash: new Uint8Array(frame.subarray(HEADER_BYTES, HEADER_BYTES + HASH_BYTES)),
            signature: new Uint8Array(frame.subarray(HEADER_BYTES + HASH_BYTES, start)),
          }
        : undefined,
  }
}

function writeHeader(scratch: Uint8Array, kind: number, first: number, second: number): void {
  scratch[0] = kind
  scratch[1] = 0
  scratch[2] = 0
  scratch[3] = 0
  const view = new DataView(scratch.buffer, scratch.byteOffset, scratch.byteLength)
  view.setUint32(4, first)
  view.setUint32(8, second)
  view.setUint32(12, 0)
}
