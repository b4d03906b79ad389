/** What one device or address may ask of a coordinator. */

import { MAX_COORDINATOR_MESSAGE_BYTES } from '#shared/protocol/coordinator-messages.ts'

export interface CoordinatorLimits {
  readonly sockets: number
  readonly socketsPerAddress: number
  readonly topicsPerSocket: number
  readonly membersPerTopic: number
  readonly messagesPerSecond: number
  readonly messageBurst: number
  readonly bytesPerSecond: number
  readonly byteBurst: number
  readonly messageBytes: number
  readonly bufferedBytes: number
  readonly summaries: number
  readonly ordersPerHour: number
  readonly pendingPerSocket: number
  readonly excesses: number
  readonly malformed: number
  readonly heartbeatMs: number
  readonly purgeMs: number
  readonly closeMs: number
}

export const DEFAULT_LIMITS: CoordinatorLimits = {
  /** Open at once. A socket costs some 50 KiB with its buffers: 500 MiB when full. */
  sockets: 10_000,
  /** Open at once from one IPv4 address or IPv6 /64. An office or a student hall is behind one address. */
  socketsPerAddress: 256,
  /** One for each share that a device offers or receives; a heavy user has some hundreds. */
  topicsPerSocket: 1000,
  /** Beyond this a share is a publication; newcomers can still fetch its summary. */
  membersPerTopic: 5000,
  /** Kept up for long, with the presence messages that a device causes. Candidates come in bursts, and hardly anything in between. */
  messagesPerSecond: 200,
  /** 12 connections × 16 lanes × (a description + some 15 candidates) = 3072 at once, and room for as much again. */
  messageBurst: 6000,
  /** Kept up for long: the messages above at some 1.3 KiB each. */
  bytesPerSecond: 256 * 1024,
  /** The burst above at 1 KiB each, and the summaries of a hundred shares put again after a reconnect. */
  byteBurst: 16 * 1024 * 1024,
  /** One message. The WebSocket library refuses more before it is in memory. */
  messageBytes: MAX_COORDINATOR_MESSAGE_BYTES,
  /** What may wait for one slow receiver; then it is cut off, so that senders cannot fill our memory. */
  bufferedBytes: 4 * 1024 * 1024,
  /** Kept at once: at 64 KiB each at most, 6.4 GB of disk at the very worst, some 400 MB in practice. */
  summaries: 100_000,
  /** Puts and deletes of one address in an hour, refused ones too: each costs a signature check (1 ms or so). */
  ordersPerHour: 2000,
  /** Summary requests of one socket that wait for the store; a client asks for a few at once. */
  pendingPerSocket: 64,
  /** Messages beyond a limit before the connection is closed; one is forgiven each second. */
  excesses: 200,
  /** Malformed messages before the connection is closed: an honest client sends none. */
  malformed: 3,
  /** Between pings. A device that is silent through one whole interval is gone: noticed within 40 s. */
  heartbeatMs: 20_000,
  /** Between purges of expired summaries; until then they are kept on disk, but never given out. */
  purgeMs: 10 * 60 * 1000,
  /** For closing handshakes when the coordinator stops; then sockets are cut. */
  closeMs: 1000,
}
