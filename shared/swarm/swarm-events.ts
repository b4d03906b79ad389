/** What a swarm needs and what it tells. Pure. */

import type { AppError } from '../errors.ts'
import type { ByeReason, TlsMessage } from '../protocol/peer-messages.ts'
import type { PeerId, ShareKeys } from '../share/keys.ts'
import type { Summary } from '../share/summary.ts'
import type { Clock } from './clock.ts'
import type { Pace } from './pace.ts'

export interface SwarmOptions {
  readonly keys: ShareKeys
  readonly name: string
  readonly agent: string
  /** This device's id in the share; without it nobody is introduced. */
  readonly self?: PeerId
  readonly clock: Clock
  readonly events: SwarmEvents
  /** Limits; none when left out. */
  readonly up?: Pace
  readonly down?: Pace
  /** What this side can do beyond the first version, for its `hello`. */
  readonly features?: readonly string[]
  /** Lanes to one peer at most; one when left out. */
  readonly maxLanes?: number
}

export interface SwarmEvents {
  /** The share's description came from a peer. */
  summary(summary: Summary, box: Uint8Array): void
  /** Its bytes match the summary; what they say is not checked yet. */
  manifest(bytes: Uint8Array<ArrayBuffer>): void
  written(piece: number): void
  /** Everything wanted is here. */
  done(): void
  /** Connected peers or what they have changed. */
  changed(): void
  /** The peer said goodbye, and why. */
  left(peer: PeerId, reason: ByeReason): void
  /** More lanes to a peer are worth having: so many in all. Said again and again while there are fewer. */
  wantsLanes?(peer: PeerId, count: number): void
  laneGone(peer: PeerId, lane: string, reason: string): void
  /** It has stopped answering, or answers again. */
  laneHealth?(peer: PeerId, lane: string, isSuspect: boolean): void
  /** A sealed signal for a lane to this peer: on one that there is, or passed along by a neighbour. */
  signal?(peer: PeerId, box: string): void
  /** About a TLS lane beside the lane that it came on. */
  tls?(peer: PeerId, lane: string, message: TlsMessage): void
  /** The peer must not come back into this share. */
  banned(peer: PeerId, error: AppError): void
  /** This side cannot go on: disk or source. */
  failed(error: AppError): void
}
