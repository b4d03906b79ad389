/** The keys of a share, and the topic under which a coordinator knows it. Pure. */

import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, randomBytes, toHex, utf8, type Bytes } from '../encoding/bytes.ts'
import * as v from 'valibot'
import { curves } from './curves.ts'

/** Bytes of an Ed25519 public key. */
export const PUBLIC_KEY_BYTES = 32
/** Bytes of an Ed25519 seed (RFC 8032 private key). */
const PRIVATE_KEY_BYTES = 32
/** 128 bits: beyond guessing, and the link stays short enough to read out in a terminal. */
export const SECRET_BYTES = 16

/** What a link gives to its holder: who signs the share, and the secret that opens it. */
export interface ShareKeys {
  readonly publicKey: Bytes
  readonly secret: Bytes
}

/** What only the owner of a share has. */
export interface OwnerKeys extends ShareKeys {
  readonly privateKey: Bytes
}

/** SHA-256 of the share's public key under a label, in hex: for coordinators and logs. */
export const Topic = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/), v.brand('Topic'))
export type Topic = v.InferOutput<typeof Topic>

/** One device in one share's swarm, chosen anew at each start; 16 bytes in hex. */
export const PeerId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/), v.brand('PeerId'))
export type PeerId = v.InferOutput<typeof PeerId>

const TOPIC_LABEL = utf8('beeline/v1/topic\n')
const PEER_LABEL = utf8('beeline/v1/peer\n')

export function createShareKeys(): OwnerKeys {
  const privateKey = randomBytes(PRIVATE_KEY_BYTES)
  return { privateKey, publicKey: publicKeyOf(privateKey), secret: randomBytes(SECRET_BYTES) }
}

export function publicKeyOf(privateKey: Uint8Array): Bytes {
  return curves().publicKeyOf(privateKey)
}

export function topicOf(publicKey: Uint8Array): Topic {
  return v.parse(Topic, toHex(sha256(concatBytes(TOPIC_LABEL, publicKey))))
}

/**
 * The id that a join token proves. The token stays between a device and its coordinator, so nobody else can take
 * the id over, and a device that reconnects keeps it.
 */
export function peerIdOf(joinToken: Uint8Array): PeerId {
  return v.parse(PeerId, toHex(sha256(concatBytes(PEER_LABEL, joinToken)).subarray(0, 16)))
}
