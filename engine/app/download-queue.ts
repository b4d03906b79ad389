/**
 * Which downloads run and which wait, when only so many are to run at a time. What runs is not pushed out by what comes
 * later: half-done ones that take turns would all be done last. Pure.
 */

import type { TransferId, TransferPriority } from '#shared/api/views.ts'

export interface QueuedDownload {
  readonly id: TransferId
  readonly priority: TransferPriority
  /** When it was last told to run. */
  readonly queuedAtMs: number
  /** The person wants it now, whatever the queue says. */
  readonly isForced: boolean
  /** It was let through before. */
  readonly isRunning: boolean
  /** It runs, and has found nobody to fetch from for a while: others may use the time. It goes on looking. */
  readonly isIdle: boolean
}

export interface QueuePlan {
  readonly running: ReadonlySet<TransferId>
  /** The next first. */
  readonly waiting: readonly TransferId[]
}

const RANKS = { high: 0, normal: 1, low: 2 } as const satisfies Record<TransferPriority, number>

/** @param atOnce 0: no limit */
export function planDownloads(downloads: readonly QueuedDownload[], atOnce: number): QueuePlan {
  const inOrder = downloads.toSorted(
    (left, right) =>
      RANKS[left.priority] - RANKS[right.priority] ||
      left.queuedAtMs - right.queuedAtMs ||
      left.id - right.id,
  )
  const running = new Set<TransferId>()
  /** Those that take a place; of them, those that nobody began past the queue. */
  const busy = { all: 0, ordinary: 0 }
  const admit = (fits: (download: QueuedDownload) => boolean): void => {
    for (const download of inOrder) {
      if (running.has(download.id) || !fits(download)) continue
      running.add(download.id)
      if (download.isRunning && download.isIdle) continue
      busy.all++
      if (!download.isForced) busy.ordinary++
    }
  }
  const isBelow = (count: number): boolean => atOnce === 0 || count < atOnce
  admit(({ isForced }) => isForced)
  admit(({ isRunning, isIdle }) => isRunning && isIdle)
  // What the person began past the queue pushes nothing out.
  admit(({ isRunning }) => isRunning && isBelow(busy.ordinary))
  admit(({ isRunning }) => !isRunning && isBelow(busy.all))
  return { running, waiting: inOrder.filter(({ id }) => !running.has(id)).map(({ id }) => id) }
}
