/**
 * Messages between a device and a coordinator: JSON over a WebSocket with subprotocol `beeline.v1`. The coordinator
 * sees topics, peer ids and sealed boxes, and nothing that is in them. Pure.
 */

import * as v from 'valibot'
import { fromBase64Url } from '../encoding/base64url.ts'
import { concatBytes, utf8, type Bytes } from '../encoding/bytes.ts'
import { AppError } from '../errors.ts'
import { PeerId, PUBLIC_KEY_BYTES, Topic, topicOf } from '../share/keys.ts'
import { curves, SIGNATURE_BYTES } from '../share/curves.ts'
import { MAX_SEALED_SUMMARY_BYTES } from '../share/summary.ts'

export const COORDINATOR_SUBPROTOCOL = 'beeline.v1'
/** Path of the WebSocket on a coordinator. */
export const COORDINATOR_PATH = '/v1'
/** A sealed signal at most: an SDP of a data channel is below 2 KiB, a candidate below 300 bytes. */
export const MAX_SIGNAL_BYTES = 16 * 1024
/** The largest message is a sealed summary in base64url. */
export const MAX_COORDINATOR_MESSAGE_BYTES = Math.ceil((MAX_SEALED_SUMMARY_BYTES * 4) / 3) + 4096
/** Longest life of a summary at a coordinator, milliseconds: 30 days. Its owner refreshes it long before. */
export const MAX_SUMMARY_LIFE_MS = 30 * 24 * 3600 * 1000
/** Peers of a topic that a newcomer is told of; a mesh needs a sample, not a census. */
export const PEER_SAMPLE = 32

/** base64url of a byte string of a bounded length. */
function boxOf(maxBytes: number, minBytes = 1) {
  return v.pipe(
    v.string(),
    v.maxLength(Math.ceil((maxBytes * 4) / 3) + 2),
    v.check((text) => {
      const bytes = fromBase64Url(text)
      return bytes !== undefined && bytes.length >= minBytes && bytes.length <= maxBytes
    }, 'not base64url of the right length'),
  )
}

const Signature = boxOf(SIGNATURE_BYTES, SIGNATURE_BYTES)
const PublicKey = boxOf(PUBLIC_KEY_BYTES, PUBLIC_KEY_BYTES)
const TimeMs = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
/** Chosen by the device, returned in the answer. */
const RequestId = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

export const ClientMessage = v.variant('type', [
  /** Enter a topic. `token` proves the peer id (peerIdOf), so a reconnecting device keeps it. */
  v.object({ type: v.literal('join'), id: RequestId, topic: Topic, token: boxOf(32, 16) }),
  v.object({ type: v.literal('leave'), topic: Topic }),
  v.object({ type: v.literal('signal'), topic: Topic, to: PeerId, box: boxOf(MAX_SIGNAL_BYTES) }),
  /** Another sample of who is there. */
  v.object({ type: v.literal('peers'), id: RequestId, topic: Topic }),
  v.object({ type: v.literal('summary.get'), id: RequestId, topic: Topic }),
  v.object({
    type: v.literal('summary.put'),
    id: RequestId,
    topic: Topic,
    publicKey: PublicKey,
    box: boxOf(MAX_SEALED_SUMMARY_BYTES),
    /** When the owner signed this: of two orders the later one counts, and none can be played again. */
    atMs: TimeMs,
    expiresAtMs: TimeMs,
    signature: Signature,
  }),
  v.object({
    type: v.literal('summary.delete'),
    id: RequestId,
    topic: Topic,
    publicKey: PublicKey,
    /** As of a put: a later put is not undone by an earlier delete. */
    atMs: TimeMs,
    signature: Signature,
  }),
])
export type ClientMessage = v.InferOutput<typeof ClientMessage>

/** Addresses of one STUN or TURN server that a device takes. */
export const MAX_SERVER_URLS = 8

/** What an ICE agent can use; credentials expire. */
export const IceServer = v.object({
  urls: v.pipe(v.array(v.pipe(v.string(), v.maxLength(512))), v.maxLength(MAX_SERVER_URLS)),
  username: v.optional(v.pipe(v.string(), v.maxLength(512))),
  credential: v.optional(v.pipe(v.string(), v.maxLength(512))),
})
export type IceServer = v.InferOutput<typeof IceServer>

const Peers = v.pipe(v.array(PeerId), v.maxLength(PEER_SAMPLE))

export const ServerMessage = v.variant('type', [
  v.object({
    type: v.literal('joined'),
    id: RequestId,
    topic: Topic,
    /** The peer id that the token proves. */
    you: PeerId,
    /** Who was there before: a newcomer offers to them, so two devices never offer to each other at once. */
    peers: Peers,
    /** How many are in the topic, this device included. */
    count: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    iceServers: v.pipe(v.array(IceServer), v.maxLength(16)),
    /** After which their logins are refused, counted from now. Absent: they do not expire. Joining again brings new ones. */
    iceServersLifeMs: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  }),
  v.object({ type: v.literal('peer.joined'), topic: Topic, peer: PeerId }),
  v.object({ type: v.literal('peer.left'), topic: Topic, peer: PeerId }),
  v.object({ type: v.literal('peers'), id: RequestId, topic: Topic, peers: Peers }),
  v.object({ type: v.literal('signal'), topic: Topic, from: PeerId, box: boxOf(MAX_SIGNAL_BYTES) }),
  /** The addressee of a signal is not here. */
  v.object({ type: v.literal('signal.undelivered'), topic: Topic, to: PeerId }),
  v.object({
    type: v.literal('summary'),
    id: RequestId,
    topic: Topic,
    /** null: none is kept. */
    box: v.nullable(boxOf(MAX_SEALED_SUMMARY_BYTES)),
  }),
  v.object({ type: v.literal('done'), id: RequestId }),
  v.object({
    type: v.literal('refused'),
    /** Absent when no request can be named. */
    id: v.optional(RequestId),
    /**
     * `expired`: the expiry has passed or is too far away. `stale`: a later order was given. `taken`: this
     * connection is in the topic under another peer id. `busy`: the coordinator failed; again later.
     */
    reason: v.picklist([
      'malformed',
      'limit',
      'signature',
      'expired',
      'stale',
      'not-joined',
      'taken',
      'busy',
    ]),
  }),
])
export type ServerMessage = v.InferOutput<typeof ServerMessage>
export type RefusalReason = Extract<ServerMessage, { type: 'refused' }>['reason']

/** Throws AppError `coordinator.protocol`. */
export function decodeClientMessage(text: string): ClientMessage {
  return decode(ClientMessage, text)
}

/** Throws AppError `coordinator.protocol`. */
export function decodeServerMessage(text: string): ServerMessage {
  return decode(ServerMessage, text)
}

function decode<Schema extends typeof ClientMessage | typeof ServerMessage>(
  schema: Schema,
  text: string,
): v.InferOutput<Schema> {
  if (text.length > MAX_COORDINATOR_MESSAGE_BYTES)
    throw new AppError('coordinator.protocol', { detail: 'too long' })
  try {
    return v.parse(schema, JSON.parse(text))
  } catch (cause) {
    throw new AppError('coordinator.protocol', { detail: 'malformed', cause })
  }
}

type SummaryOrder =
  | {
      readonly kind: 'put'
      readonly topic: Topic
      readonly box: Uint8Array
      readonly atMs: number
      readonly expiresAtMs: number
    }
  | { readonly kind: 'delete'; readonly topic: Topic; readonly atMs: number }

function orderMessage(order: SummaryOrder): Bytes {
  return order.kind === 'put'
    ? concatBytes(
        utf8(`beeline/v1/summary.put\n${order.topic}\n${order.atMs}\n${order.expiresAtMs}\n`),
        order.box,
      )
    : utf8(`beeline/v1/summary.delete\n${order.topic}\n${order.atMs}\n`)
}

export function signOrder(order: SummaryOrder, privateKey: Uint8Array): Bytes {
  return curves().sign(orderMessage(order), privateKey)
}

/** Whether the share's owner gave this order: the topic is the hash of the key that signed it. */
export function isOwnersOrder(order: SummaryOrder, publicKey: Uint8Array, signature: Uint8Array): boolean {
  return topicOf(publicKey) === order.topic && curves().verify(signature, orderMessage(order), publicKey)
}
