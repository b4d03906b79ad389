/** A peer that is known to be there, connected or not, and when to try it again. */

import type { AppError } from '#shared/errors.ts'
import type { PeerId } from '#shared/share/keys.ts'
import type { Lane } from '#shared/swarm/lane.ts'
import type { RtcConnection } from './rtc-connection.ts'

/** First and longest pause before another try, milliseconds; doubled in between, with jitter. */
const RETRY_MS = 1000
const MAX_RETRY_MS = 30_000
/** The side that answered waits longer than the other's first retries, so that both do not offer at once. */
const ANSWERER_EXTRA_MS = 8000

export interface KnownPeer {
  readonly peer: PeerId
  /** Connections that are not open yet, by lane. */
  readonly attempts: Map<string, RtcConnection>
  /** Open ones, by id. */
  readonly lanes: Map<string, Lane>
  /** Seen at the coordinator. */
  isPresent: boolean
  failures: number
  failure: AppError | undefined
  /** This side made the last offer, so it makes the next one. */
  isOfferer: boolean
  retry: NodeJS.Timeout | undefined
  /** It is to be tried as soon as there is room for one more. */
  isWaiting: boolean
}

export function newKnownPeer(peer: PeerId): KnownPeer {
  return {
    peer,
    attempts: new Map(),
    lanes: new Map(),
    isPresent: false,
    failures: 0,
    failure: undefined,
    isOfferer: false,
    retry: undefined,
    isWaiting: false,
  }
}

/** Connected or being tried. */
export function isBusy({ lanes, attempts }: Pick<KnownPeer, 'lanes' | 'attempts'>): boolean {
  return lanes.size + attempts.size > 0
}

export function retryDelayMs(known: Pick<KnownPeer, 'failures' | 'isOfferer'>, random: () => number): number {
  const backoffMs = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** Math.min(10, Math.max(0, known.failures - 1)))
  return backoffMs * (0.5 + random() / 2) + (known.isOfferer ? 0 : ANSWERER_EXTRA_MS)
}
