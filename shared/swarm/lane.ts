/** A port of the swarm: one pipe to one peer. Pure. */

import type { RouteView } from '../api/views.ts'

/** What arrives on a lane. Called from the event loop, never from inside a native callback. */
export interface LaneListener {
  control(text: string): void
  /** The bytes are valid during the call only. */
  frame(bytes: Uint8Array): void
  /** The send buffer has fallen below its low mark. */
  writable(): void
  /** Last call there is; also after `close`. */
  closed(reason: string): void
}

/**
 * One pipe that carries messages in order, with back-pressure: a WebRTC connection with its two data channels, or
 * later a TLS socket. Open from the start; once closed for ever. Conformance: `test/unit/swarm/lane-contract.ts`.
 */
export interface Lane {
  readonly id: string
  /** This side opened it; undefined where nobody cares. */
  readonly isOffered?: boolean
  /** Messages that arrived before are handed over now, in order. Once per lane. */
  attach(listener: LaneListener): void
  /** False, and nothing sent, when the lane is closed. */
  sendControl(text: string): boolean
  /** Memory in which the next frame may be made, so that `sendFrame` need not copy it. Where there is none: any. */
  frameMemory?(): Uint8Array
  /** Copies the bytes before it returns. False, and nothing sent, when the lane is closed. */
  sendFrame(bytes: Uint8Array): boolean
  /** Bytes accepted for sending and not yet on the network. */
  bufferedBytes(): number
  /** Null while unknown. */
  route(): RouteView | null
  /** Null while unknown, milliseconds. */
  roundTripMs(): number | null
  close(): void
}

/** Bytes waiting in a lane above which its owner sends no more frames: enough to keep a fast network busy. */
export const LANE_HIGH_WATER_BYTES = 1024 * 1024
/** Where `writable` is called: what is left must last until a busy event loop answers. */
export const LANE_LOW_WATER_BYTES = 512 * 1024
