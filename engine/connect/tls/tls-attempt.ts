/** How far the way to a TLS lane to one peer is. */

import type { Lane } from '#shared/swarm/lane.ts'
import { TLS_OPEN_MS } from './tls-settings.ts'

/** An answer takes a round trip, and the other side's try to dial. Milliseconds, with room. */
const ANSWER_MS = 2 * TLS_OPEN_MS

/** What is under way with one peer. */
export interface Attempt {
  /** Beside which the new one is to run. */
  readonly beside: string
  readonly ending: AbortController
  /** Waits for an invitation; listens; dials. */
  phase: 'asking' | 'listening' | 'dialling'
  /** To dial from, where both are to dial. */
  readonly ownPort: number | undefined
  /** This side has dialled, or the other has said that it could not. */
  hasTried: boolean
  /** The lane beside which it is to run is only being opened. */
  isEarly: boolean
  untilMs: number
}

/** Who dials is sure of the other side before that is of it: `proven` rejects when the lane ends before. */
export type OpenedLane = Lane & { readonly proven: Promise<void> }

export interface PeerTls {
  attempt: Attempt | undefined
  isBlocked: boolean
  /** How many ways have been tried in vain. */
  failures: number
  nextTryMs: number
  nextInviteMs: number
}

export function newPeerTls(): PeerTls {
  return { attempt: undefined, isBlocked: false, failures: 0, nextTryMs: 0, nextInviteMs: 0 }
}

export function beginAttempt(beside: string, phase: Attempt['phase'], ownPort: number | undefined): Attempt {
  const untilMs = performance.now() + ANSWER_MS
  return {
    beside,
    ending: new AbortController(),
    phase,
    ownPort,
    hasTried: ownPort !== undefined,
    isEarly: false,
    untilMs,
  }
}

/** The other side is to dial now. */
export function turn(attempt: Attempt): void {
  attempt.phase = 'listening'
  prolong(attempt)
}

/** For this side's next step. */
export function prolong(attempt: Attempt): void {
  attempt.untilMs = performance.now() + ANSWER_MS
}

/** What got nowhere may work in another network. */
export function forgetFailures(known: PeerTls): void {
  known.isBlocked = false
  known.failures = 0
  known.nextTryMs = 0
}
