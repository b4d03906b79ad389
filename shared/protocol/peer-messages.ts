/** Control messages between two peers of a share: JSON on a lane's `control` channel. Pure. */

import * as v from 'valibot'
import { fromBase64Url, toBase64Url } from '../encoding/base64url.ts'
import { AppError } from '../errors.ts'
import { MAX_PIECES, MAX_PIECE_BYTES, BLOCK_BYTES } from '../share/piece-layout.ts'
import { MAX_MANIFEST_BYTES } from '../share/manifest-codec.ts'
import { MAX_SEALED_SUMMARY_BYTES } from '../share/summary.ts'
import { MAX_SIGNAL_BYTES } from './coordinator-messages.ts'
import { IntroductionKey, MAX_PASSED_BYTES } from './introductions.ts'
import { NetworkFacts } from './network-facts.ts'
import { PeerId } from '../share/keys.ts'
import { TlsOfferWords, TlsPort } from './signals.ts'

export const PEER_PROTOCOL_VERSION = 1
/** In `hello`: this side knows TLS lanes and is willing. */
export const TLS_FEATURE = 'tls'
/** A control message at most, characters: the bitfield of the largest share in base64url, with room. */
export const MAX_CONTROL_LENGTH = 192 * 1024
/** Stretches of blocks in one request or cancel. */
export const MAX_RANGES = 256
/** Blocks one peer may have asked for and not yet received, over all lanes: 64 MiB. */
export const MAX_OUTSTANDING_BLOCKS = 512
/** Manifest bytes in one request: a few block messages. */
export const MAX_MANIFEST_CHUNK_BYTES = BLOCK_BYTES
/** `have` messages are batched; more pieces than this in one would be a bitfield. */
const MAX_HAVE = 4096

/** Neighbours told of in one message: a mesh needs a sample, not a census. */
export const MAX_TOLD_PEERS = 16

/** Piece records in one message. */
export const MAX_RECORDS = 64

const PieceIndex = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MAX_PIECES - 1))
const BlockIndex = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(0),
  v.maxValue(MAX_PIECE_BYTES / BLOCK_BYTES - 1),
)
const BlockCount = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(1),
  v.maxValue(MAX_PIECE_BYTES / BLOCK_BYTES),
)
/** Piece, first block, number of blocks. */
const BlockRange = v.strictTuple([PieceIndex, BlockIndex, BlockCount])
export type BlockRange = v.InferOutput<typeof BlockRange>
const Ranges = v.pipe(v.array(BlockRange), v.minLength(1), v.maxLength(MAX_RANGES))

const PassedBox = v.pipe(v.string(), v.maxLength(Math.ceil((MAX_PASSED_BYTES * 4) / 3) + 2))

export const PeerMessage = v.variant('type', [
  /** First on every lane, from both sides. */
  v.object({
    type: v.literal('hello'),
    version: v.pipe(v.number(), v.safeInteger()),
    features: v.pipe(v.array(v.pipe(v.string(), v.maxLength(32))), v.maxLength(32)),
    /** What a person would call the device; may be empty. */
    name: v.pipe(v.string(), v.maxLength(64)),
    /** For diagnosis: program and version. */
    agent: v.pipe(v.string(), v.maxLength(64)),
    /** With the feature `introduce`: what signals that a neighbour passes along are sealed with. */
    key: v.optional(IntroductionKey),
  }),
  v.object({ type: v.literal('summary.get') }),
  v.object({
    type: v.literal('summary'),
    box: v.nullable(v.pipe(v.string(), v.maxLength(Math.ceil((MAX_SEALED_SUMMARY_BYTES * 4) / 3) + 2))),
  }),
  /** A stretch of the manifest, which comes as a frame on the `blocks` channel; `none`: not here (yet). */
  v.object({
    type: v.literal('manifest.get'),
    offset: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MAX_MANIFEST_BYTES)),
    length: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_MANIFEST_CHUNK_BYTES)),
  }),
  v.object({ type: v.literal('manifest.none') }),
  /** Every piece that the sender of this has, most significant bit first; replaces what was said before. */
  v.object({
    type: v.literal('bitfield'),
    bits: v.pipe(v.string(), v.maxLength(Math.ceil(((MAX_PIECES / 8) * 4) / 3) + 2)),
  }),
  v.object({
    type: v.literal('have'),
    pieces: v.pipe(v.array(PieceIndex), v.minLength(1), v.maxLength(MAX_HAVE)),
  }),
  v.object({ type: v.literal('request'), ranges: Ranges }),
  v.object({ type: v.literal('cancel'), ranges: Ranges }),
  /** These will not come from here: ask elsewhere. */
  v.object({ type: v.literal('reject'), ranges: Ranges }),
  v.object({ type: v.literal('ping'), id: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
  v.object({ type: v.literal('pong'), id: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
  /** For pieces whose bytes the asker may have from elsewhere. One question at a time. */
  v.object({
    type: v.literal('records.get'),
    pieces: v.pipe(v.array(PieceIndex), v.minLength(1), v.maxLength(MAX_RECORDS)),
  }),
  /** What was asked for, and of it what is here: index, SHA-256, signature, in base64url. */
  v.object({
    type: v.literal('records'),
    asked: v.pipe(v.array(PieceIndex), v.minLength(1), v.maxLength(MAX_RECORDS)),
    records: v.pipe(
      v.array(
        v.strictTuple([PieceIndex, v.pipe(v.string(), v.maxLength(43)), v.pipe(v.string(), v.maxLength(86))]),
      ),
      v.maxLength(MAX_RECORDS),
    ),
  }),
  /** What the sender of this knows of its own network; again whenever it has learned more. */
  v.object({ type: v.literal('network'), facts: NetworkFacts }),
  /**
   * The sender of this asks for nothing more on this lane. When both sides have said so and nothing is under way, the
   * lane is closed: a better one carries on.
   */
  v.object({ type: v.literal('retire') }),
  /** A sealed signal for another lane between the same two peers: no coordinator is needed for it. */
  v.object({
    type: v.literal('signal'),
    box: v.pipe(v.string(), v.maxLength(Math.ceil((MAX_SIGNAL_BYTES * 4) / 3) + 2)),
  }),
  /** Feature `introduce`: whom the sender of this is connected to, and their keys. Replaces what was said before. */
  v.object({
    type: v.literal('peers'),
    peers: v.pipe(v.array(v.strictTuple([PeerId, IntroductionKey])), v.maxLength(MAX_TOLD_PEERS)),
  }),
  /** The same: a signal for a peer that the other side is connected to, sealed twice. */
  v.object({ type: v.literal('pass'), to: PeerId, box: PassedBox }),
  /** The same, at its end: who gave it, and that one's key. It goes no further. */
  v.object({ type: v.literal('passed'), from: PeerId, key: IntroductionKey, box: PassedBox }),
  /**
   * Asks for an invitation to a TLS lane, over the address that this very lane runs to. `port`: to be met half-way; this side will
   * dial from there.
   */
  v.object({ type: v.literal('tls.get'), port: v.optional(TlsPort) }),
  /** The invitation: for a while this side listens at the local address of this very lane. */
  v.object({ type: v.literal('tls.offer'), ...TlsOfferWords }),
  /** The same to be met half-way: this side dials now, from that port. */
  v.object({ type: v.literal('tls.meet'), ...TlsOfferWords }),
  /** There will be none: not wanted here, or the other side cannot be reached. */
  v.object({ type: v.literal('tls.none') }),
  /** The connection ends, and why. */
  v.object({
    type: v.literal('bye'),
    reason: v.picklist([
      'done',
      'stopped',
      'source-changed',
      'banned',
      'protocol',
      'version',
      'full',
      'shutdown',
    ]),
  }),
])
export type PeerMessage = v.InferOutput<typeof PeerMessage>
export type TlsMessage = Extract<PeerMessage, { type: 'tls.get' | 'tls.offer' | 'tls.meet' | 'tls.none' }>
export type ByeReason = Extract<PeerMessage, { type: 'bye' }>['reason']

/** By type, so that a message is not compared with each of them: a busy peer hears thousands a second. */
const BY_TYPE: ReadonlyMap<string, (typeof PeerMessage.options)[number]> = new Map(
  PeerMessage.options.map((option) => [option.entries.type.literal, option]),
)
const Typed = v.object({ type: v.pipe(v.string(), v.maxLength(64)) })

export function encodePeerMessage(message: PeerMessage): string {
  return JSON.stringify(message)
}

/**
 * Undefined for a message of a type this version does not know: newer peers may say more. Throws AppError
 * `peer.protocol` for anything malformed.
 */
export function decodePeerMessage(text: string): PeerMessage | undefined {
  if (text.length > MAX_CONTROL_LENGTH)
    throw new AppError('peer.protocol', { detail: 'control message too long' })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AppError('peer.protocol', { detail: 'control message is not JSON', cause })
  }
  const type = v.safeParse(Typed, value)
  if (!type.success) throw new AppError('peer.protocol', { detail: 'control message has no type' })
  const schema = BY_TYPE.get(type.output.type)
  if (schema === undefined) return undefined
  // `abortEarly`: a list of 90,000 wrong items is refused at the first, not described item by item.
  const parsed = v.safeParse(schema, value, { abortEarly: true })
  if (!parsed.success) throw new AppError('peer.protocol', { detail: `malformed ${type.output.type}` })
  return parsed.output
}

export function encodeBits(bits: Uint8Array): string {
  return toBase64Url(bits)
}

/** Throws AppError `peer.protocol`. */
export function decodeBits(text: string): Uint8Array {
  const bytes = fromBase64Url(text)
  if (bytes === undefined) throw new AppError('peer.protocol', { detail: 'bitfield is not base64url' })
  return bytes
}
