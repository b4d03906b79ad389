/** A peer that is known to be there, connected or not, and when to try it again. */

import type { AppError } from '#shared/errors.ts'
import type { PeerId } from '#shared/share/keys.ts'
import type { Lane } from '#shared/swarm/lane.ts'
import type { Ways } from './ice-settings.ts'
import { RouteHistory } from './route-history.ts'
import { RouteSearch } from './route-search.ts'
import type { EarlyStream } from './tls/early-stream.ts'
import type { RtcConnection } from './rtc-connection.ts'

/** First and longest pause before another try, milliseconds; doubled in between, with jitter. */
const RETRY_MS = 1000
const MAX_RETRY_MS = 30_000
/** The side that answered waits longer than the other's first retries, so that both do not offer at once. */
const ANSWERER_EXTRA_MS = 8000
/**
 * What opens does so within two seconds where nothing is in the way; now and then a first try simply does not, and the next one
 * works. So there is another offer beside one that has taken so long. The first one goes on: on a machine that is so busy that the
 * time is too short, every next try would be too. Milliseconds.
 */
const SECOND_OFFER_MS = 8000

/** A connection that is not open yet. */
export interface Attempt {
  readonly connection: RtcConnection
  readonly role: 'offer' | 'answer'
  readonly ways: Ways
  readonly startedMs: number
  /** Beside one that takes long. */
  readonly isSecond: boolean
  /** A TLS lane that may come before it. */
  readonly early: EarlyStream | undefined
  /** The other side has said something. */
  hasHeard: boolean
}

export interface KnownPeer {
  readonly peer: PeerId
  /** By lane. */
  readonly attempts: Map<string, Attempt>
  /** Open ones, by id. */
  readonly lanes: Map<string, Lane>
  /** Of those, the ones that do not answer. */
  readonly suspects: Set<string>
  /** Of a direct way, while there is only a relayed one. */
  readonly search: RouteSearch
  readonly history: RouteHistory
  /** Seen at the coordinator. */
  isPresent: boolean
  failures: number
  failure: AppError | undefined
  /** This side made the last offer, so it makes the next one. */
  isOfferer: boolean
  retry: NodeJS.Timeout | undefined
  /** Its own offer is on the way and stands: this side makes none until then. Milliseconds. */
  yieldsUntilMs: number
  /** A further lane could not be opened: no other is tried before. Milliseconds. */
  moreAfterMs: number
  /** It is to be tried as soon as there is room for one more. */
  isWaiting: boolean
}

export function newKnownPeer(peer: PeerId, nowMs: number = performance.now()): KnownPeer {
  return {
    peer,
    attempts: new Map(),
    lanes: new Map(),
    suspects: new Set(),
    search: new RouteSearch(),
    history: new RouteHistory(nowMs),
    isPresent: false,
    failures: 0,
    failure: undefined,
    isOfferer: false,
    retry: undefined,
    yieldsUntilMs: 0,
    moreAfterMs: 0,
    isWaiting: false,
  }
}

/** Connected or being tried. */
export function isBusy({
  lanes,
  attempts,
}: {
  readonly lanes: Pick<KnownPeer['lanes'], 'size'>
  readonly attempts: Pick<KnownPeer['attempts'], 'size'>
}): boolean {
  return lanes.size + attempts.size > 0
}

/** There are lanes, and none of them answers. */
export function isSilent({ lanes, suspects }: Pick<KnownPeer, 'lanes' | 'suspects'>): boolean {
  return lanes.size > 0 && suspects.size >= lanes.size
}

/** A first offer takes long, and there is nothing beside it yet. */
export function needsSecondOffer(
  {
    lanes,
    attempts,
  }: {
    readonly lanes: Pick<KnownPeer['lanes'], 'size'>
    readonly attempts: ReadonlyMap<string, Pick<Attempt, 'role' | 'ways' | 'isSecond' | 'startedMs'>>
  },
  nowMs: number,
): boolean {
  const [first, another] = [...attempts.values()].filter(({ ways }) => ways === 'any')
  if (lanes.size > 0 || first === undefined || another !== undefined) return false
  return first.role === 'offer' && !first.isSecond && nowMs - first.startedMs >= SECOND_OFFER_MS
}

export function retryDelayMs(known: Pick<KnownPeer, 'failures' | 'isOfferer'>, random: () => number): number {
  const backoffMs = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** Math.min(10, Math.max(0, known.failures - 1)))
  return backoffMs * (0.5 + random() / 2) + (known.isOfferer ? 0 : ANSWERER_EXTRA_MS)
}
