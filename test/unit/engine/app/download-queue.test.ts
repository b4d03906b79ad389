/** Who runs and who waits: whatever there is, and whatever happens. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planDownloads, type QueuedDownload } from '#engine/app/download-queue.ts'
import { PRIORITIES } from '#shared/swarm/priority.ts'
import { idOf } from './fake-engine.ts'

const DOWNLOADS = fc
  .array(
    fc.record({
      priority: fc.constantFrom(...PRIORITIES),
      queuedAtMs: fc.nat({ max: 20 }),
      isForced: fc.boolean(),
      isRunning: fc.boolean(),
      isIdle: fc.boolean(),
    }),
    { maxLength: 30 },
  )
  .map((list): QueuedDownload[] => list.map((download, i) => ({ ...download, id: idOf(i + 1) })))
const AT_ONCE = fc.nat({ max: 8 })

/** As after it was put into force. */
function after(downloads: readonly QueuedDownload[], atOnce: number): QueuedDownload[] {
  const { running } = planDownloads(downloads, atOnce)
  return downloads.map((download) => ({
    ...download,
    isRunning: running.has(download.id),
    // What begins has not looked in vain yet.
    isIdle: download.isIdle && download.isRunning && running.has(download.id),
  }))
}

/** Those that take a place: what looks in vain does not. */
function busy(downloads: readonly QueuedDownload[]): QueuedDownload[] {
  return downloads.filter(({ isRunning, isIdle }) => isRunning && !isIdle)
}

function download(number: number, more: Partial<QueuedDownload> = {}): QueuedDownload {
  return {
    id: idOf(number),
    priority: 'normal',
    queuedAtMs: number,
    isForced: false,
    isRunning: false,
    isIdle: false,
    ...more,
  }
}

describe('whatever is to run', () => {
  test('runs or waits, and nothing does both', () => {
    fc.assert(
      fc.property(DOWNLOADS, AT_ONCE, (downloads, atOnce) => {
        const { running, waiting } = planDownloads(downloads, atOnce)
        expect([...running, ...waiting].toSorted((a, b) => a - b)).toEqual(downloads.map(({ id }) => id))
      }),
    )
  })

  test('is no more than is wanted at a time, but for what the person began past the queue', () => {
    fc.assert(
      fc.property(DOWNLOADS, fc.integer({ min: 1, max: 8 }), (downloads, atOnce) => {
        const taken = busy(after(downloads, atOnce)).filter(({ isForced }) => !isForced)
        expect(taken.length).toBeLessThanOrEqual(atOnce)
      }),
    )
  })

  test('leaves no place empty while something waits', () => {
    fc.assert(
      fc.property(DOWNLOADS, AT_ONCE, (downloads, atOnce) => {
        const { waiting } = planDownloads(downloads, atOnce)
        const isFull = atOnce > 0 && busy(after(downloads, atOnce)).length >= atOnce
        expect(waiting.length === 0 || isFull).toBe(true)
      }),
    )
  })

  test('settles: the plan is the same when it is made again', () => {
    fc.assert(
      fc.property(DOWNLOADS, AT_ONCE, (downloads, atOnce) => {
        expect(planDownloads(after(downloads, atOnce), atOnce)).toEqual(planDownloads(downloads, atOnce))
      }),
    )
  })

  test('begins in the order of priority and time, and waits in it', () => {
    const rank = ({ priority, queuedAtMs, id }: QueuedDownload): number[] => [
      -PRIORITIES.indexOf(priority),
      queuedAtMs,
      id,
    ]
    const isBefore = (left: QueuedDownload, right: QueuedDownload): boolean => {
      const [a, b] = [rank(left), rank(right)]
      const differs = a.findIndex((value, i) => value !== b[i])
      return (a[differs] ?? 0) < (b[differs] ?? 0)
    }
    fc.assert(
      fc.property(DOWNLOADS, AT_ONCE, (downloads, atOnce) => {
        const { running, waiting } = planDownloads(downloads, atOnce)
        const byId = new Map(downloads.map((one) => [one.id, one]))
        const line = waiting.flatMap((id) => byId.get(id) ?? [])
        expect(line.filter((one, i) => i > 0 && isBefore(one, line[i - 1] ?? one))).toEqual([])
        const begun = downloads.filter((one) => running.has(one.id) && !one.isRunning && !one.isForced)
        const passedOver = line.filter(
          (other) => !other.isRunning && begun.some((one) => isBefore(other, one)),
        )
        expect(passedOver).toEqual([])
      }),
    )
  })

  test('is never pushed out by what is added later', () => {
    fc.assert(
      fc.property(
        DOWNLOADS,
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(...PRIORITIES),
        (downloads, atOnce, priority) => {
          const settled = after(downloads, atOnce)
          const late = download(downloads.length + 1, { priority, queuedAtMs: 100 })
          const { running } = planDownloads([...settled, late], atOnce)
          expect(settled.filter(({ id, isRunning }) => isRunning && !running.has(id))).toEqual([])
        },
      ),
    )
  })
})

test('a higher priority begins first when there is room, whenever it came', () => {
  const plan = planDownloads(
    [download(1), download(2, { priority: 'low' }), download(3, { priority: 'high' })],
    1,
  )
  expect([...plan.running]).toEqual([3])
  expect(plan.waiting).toEqual([1, 2])
})

test('one that finds nobody lets another begin, and takes its place again when it does', () => {
  const idle = download(1, { isRunning: true, isIdle: true })
  expect([...planDownloads([idle, download(2)], 1).running]).toEqual([1, 2])
  const found = [download(1, { isRunning: true }), download(2, { isRunning: true })]
  expect(planDownloads(found, 1)).toEqual({ running: new Set([1]), waiting: [2] })
})

test('what the person wants now runs beside the others, and keeps the next one waiting', () => {
  const running = [download(1, { isRunning: true }), download(2, { isRunning: true })]
  const downloads = [...running, download(3), download(4, { isForced: true })]
  expect(planDownloads(downloads, 2)).toEqual({ running: new Set([4, 1, 2]), waiting: [3] })
  const [, two, three, four] = after(downloads, 2)
  if (two === undefined || three === undefined || four === undefined) throw new Error('four are planned')
  // One is done: there are as many as are wanted.
  expect(planDownloads([two, three, four], 2).waiting).toEqual([3])
  expect(planDownloads([three, four], 2).waiting).toEqual([])
})
