/** Whether packets wait, by round trips as they were seen. */

import { expect, test } from 'vitest'
import { QueueSense } from '#shared/swarm/queue-sense.ts'

const STEP_MS = 100

function feel(
  sense: QueueSense,
  fromMs: number,
  toMs: number,
  tripAt: (nowMs: number) => number | null,
): void {
  for (let nowMs = fromMs; nowMs < toMs; nowMs += STEP_MS) sense.feel(nowMs, tripAt(nowMs))
}

test('a line on which nothing waits is empty after some seconds, and not at first', () => {
  const sense = new QueueSense()
  feel(sense, 0, 1000, () => 50)
  expect(sense.isEmpty).toBe(true)
  feel(sense, 1000, 1500, () => 66)
  expect(sense).toMatchObject({ isEmpty: false, isFelt: true, hasGrown: true })
  feel(sense, 1500, 5000, () => 51)
  expect(sense).toMatchObject({ isEmpty: false, isFelt: false, hasGrown: false })
  feel(sense, 5000, 6000, () => 51)
  expect(sense.isEmpty).toBe(true)
})

test('round trips that become shorter than ever are those of a queue that drains', () => {
  const sense = new QueueSense()
  feel(sense, 0, 6000, () => 80)
  expect(sense.isEmpty).toBe(true)
  feel(sense, 6000, 7000, (nowMs) => 80 - (nowMs - 6000) / 50)
  expect(sense).toMatchObject({ isEmpty: false, hasGrown: false })
})

test('a queue stands when it has been there for a while, and is gone as slowly', () => {
  const sense = new QueueSense()
  feel(sense, 0, 1000, () => 50)
  feel(sense, 1000, 2000, () => 90)
  expect(sense).toMatchObject({ isQueued: true, isStanding: false })
  feel(sense, 2000, 3000, () => 90)
  expect(sense.isStanding).toBe(true)
  feel(sense, 3000, 4000, () => 50)
  expect(sense).toMatchObject({ isQueued: true, isStanding: false })
  feel(sense, 4000, 5000, () => 50)
  expect(sense.isQueued).toBe(false)
})

test('nothing is felt while nothing is known', () => {
  const sense = new QueueSense()
  feel(sense, 0, 5000, () => null)
  expect(sense).toMatchObject({ isQueued: false, isFelt: false, hasGrown: false, shortestMs: Infinity })
})
