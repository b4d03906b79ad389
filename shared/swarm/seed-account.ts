/** Until when what is complete is passed on: what was given so far against what the person wants. Pure. */

import type { SeedLimit, SeedView } from '../api/views.ts'

export interface SeedAccount {
  /** To others, over all runs. */
  readonly sentBytes: number
  /** Passed on since it was complete, over all runs, milliseconds. */
  readonly timeMs: number
}

/** Whichever comes first; never without a limit. @param totalBytes of what was received */
export function isSeedLimitReached(limit: SeedLimit, account: SeedAccount, totalBytes: number): boolean {
  if (limit.ratio !== null && account.sentBytes >= limit.ratio * totalBytes) return true
  return limit.timeMs !== null && account.timeMs >= limit.timeMs
}

/** Bytes sent over bytes received; 0 where there is nothing. */
export function ratioOf(sentBytes: number, totalBytes: number): number {
  return totalBytes === 0 ? 0 : sentBytes / totalBytes
}

/** As a UI sees it while nothing runs. */
export function seedViewAtRest(
  own: SeedLimit | null,
  usual: SeedLimit,
  ratio: number,
  isReached: boolean,
): SeedView {
  return { limit: own ?? usual, isOwn: own !== null, ratio, endsAtMs: null, isReached }
}
