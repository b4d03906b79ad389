/** Keeps sealed summaries until they expire. What is in them the store cannot know. */

import type { Topic } from '#shared/share/keys.ts'

export interface StoredSummary {
  readonly topic: Topic
  readonly box: Uint8Array
  /** When its owner signed the order that put it: of two orders the later one counts. */
  readonly atMs: number
  readonly expiresAtMs: number
}

/** `stale`: a later order was given before. `full`: the store has as many as it may. */
export type PutOutcome = 'stored' | 'stale' | 'full'
export type DeleteOutcome = 'deleted' | 'stale'

/**
 * Every method is atomic, and none gives out or counts what has expired at `nowMs`. A deleted summary leaves its
 * order behind until it would have expired, so that nobody can put it again by repeating an old order.
 * The caller has checked signature and expiry. Conformance suite: test/unit/coordinator/summary-store.test.ts.
 */
export interface SummaryStore {
  /** The same order again is `stored`. `maxCount` counts topics, deleted ones too. */
  put(summary: StoredSummary, nowMs: number, maxCount: number): Promise<PutOutcome>
  get(topic: Topic, nowMs: number): Promise<Uint8Array | undefined>
  /** `deleted` also when there was none. */
  delete(topic: Topic, atMs: number, nowMs: number): Promise<DeleteOutcome>
  /** Frees what has expired, and says how many. */
  purge(nowMs: number): Promise<number>
  /** How many are given out. */
  count(nowMs: number): Promise<number>
  close(): Promise<void>
}
