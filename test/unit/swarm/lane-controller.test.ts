/** The number of lanes on modelled lines: each lane reaches what loss and its window let it, all together the line. */

import { describe, expect, test } from 'vitest'
import type { RouteKind } from '#shared/api/views.ts'
import { LaneController } from '#shared/swarm/lane-controller.ts'

const MBIT = 125_000
const STEP_MS = 250

interface Line {
  readonly rate: number
  readonly roundTripMs: number
  /** What one lane reaches where nothing else is in its way; bytes per second. */
  readonly perLane: number
  readonly route?: RouteKind
  /** Another's flow that fills the queue of a full line. */
  readonly isShared?: boolean
}

interface Course {
  /** By time, every quarter of a second. */
  readonly lanes: number[]
  readonly receivedBytes: number
}

/** @param openable how many lanes can be opened at all. @param change the line from half-time on */
function run(line: Line, seconds: number, { cap = 16, openable = 16, change = line } = {}): Course {
  const controller = new LaneController(cap)
  const lanes: number[] = []
  let receivedBytes = 0
  let laneCount = 1
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs += STEP_MS) {
    const { rate, roundTripMs, perLane, route, isShared } = nowMs < seconds * 500 ? line : change
    const wanted = laneCount * perLane
    const isFull = wanted >= rate || isShared === true
    // Flows that fill a line together have equal parts of it.
    const room = isShared === true ? (rate * laneCount) / (laneCount + 1) : rate
    receivedBytes += (Math.min(room, wanted) * STEP_MS) / 1000
    const target = controller.advise({
      nowMs,
      laneCount,
      receivedBytes,
      roundTripMs: isFull && nowMs > 500 ? roundTripMs * 2 + 25 : roundTripMs,
      isNetworkBound: true,
      route: route ?? 'direct',
    })
    // A lane takes a moment to open or to go.
    laneCount = Math.min(openable, target > laneCount ? Math.min(target, laneCount + 2) : target)
    lanes.push(laneCount)
  }
  return { lanes, receivedBytes }
}

describe('on a line that one lane does not fill', () => {
  test.each([
    ['500 Mbit, 50 ms', { rate: 500 * MBIT, roundTripMs: 50, perLane: 60 * MBIT }, 4, 8],
    ['100 Mbit, 50 ms, 0.5 % loss', { rate: 100 * MBIT, roundTripMs: 50, perLane: 3 * MBIT }, 4, 16],
    ['300 Mbit, 200 ms', { rate: 300 * MBIT, roundTripMs: 200, perLane: 5 * MBIT }, 8, 16],
  ])('lanes are added while they help: %s', (_name, line, first, least) => {
    const { lanes } = run(line, 40)
    // A few at once, when the first has shown for a second at most that it does not fill the line.
    expect(lanes[1]).toBe(1)
    expect(lanes.find((count) => count >= 4)).toBeDefined()
    expect(lanes.slice(0, 9)).toContain(first)
    expect(Math.max(...lanes.slice(0, 9))).toBe(first)
    expect(Math.max(...lanes)).toBeGreaterThanOrEqual(least)
    expect(lanes.at(-1)).toBeGreaterThanOrEqual(least)
  })

  test('the person’s cap holds', () => {
    const { lanes } = run({ rate: 500 * MBIT, roundTripMs: 50, perLane: 3 * MBIT }, 30, { cap: 6 })
    expect(Math.max(...lanes)).toBe(6)
  })

  test('a relay is spared', () => {
    const { lanes } = run({ rate: 500 * MBIT, roundTripMs: 50, perLane: 3 * MBIT, route: 'relayed' }, 30)
    expect(Math.max(...lanes)).toBe(4)
  })

  test('lanes that cannot be opened are not asked for over and over', () => {
    const { lanes } = run({ rate: 500 * MBIT, roundTripMs: 50, perLane: 3 * MBIT }, 60, { openable: 2 })
    expect(lanes.at(-1)).toBe(2)
  })
})

describe('where packets queue up', () => {
  test.each([
    // As measured: smoothed round trips and megabits a second, every 300 ms from the first byte on.
    ['100 Mbit, 50 ms: the first lane fills it', 1, [51, 52, 57, 61, 65, 65], [0, 76, 91, 94, 90, 80]],
    ['500 Mbit, 50 ms: it does not', 4, [50, 50, 51, 51, 51, 51], [0, 83, 105, 107, 100, 109]],
  ])('the first lane tells whether there should be more. %s', (_name, count, trips, rates) => {
    const controller = new LaneController()
    let receivedBytes = 0
    const targets = trips.map((roundTripMs, look) => {
      receivedBytes += (rates[look] ?? 0) * MBIT * 0.3
      const sample = { nowMs: look * 300, laneCount: 1, receivedBytes, roundTripMs, isNetworkBound: true }
      return controller.advise({ ...sample, route: 'direct' })
    })
    expect(targets).toEqual([1, 1, 1, count, count, count])
  })

  test('a first lane that fills the line no more gets another within three seconds', () => {
    const controller = new LaneController()
    let receivedBytes = 0
    const look = (nowMs: number, roundTripMs: number, mbit: number): number => {
      receivedBytes += (mbit * MBIT * STEP_MS) / 1000
      const sample = { nowMs, laneCount: 1, receivedBytes, roundTripMs, isNetworkBound: true } as const
      return controller.advise({ ...sample, route: 'direct' })
    }
    let nowMs = 0
    look(nowMs, 50, 0)
    for (; nowMs < 10_000; nowMs += STEP_MS) expect(look(nowMs, nowMs < 500 ? 52 : 66, 90)).toBe(1)
    // As seen on a busy machine, with nothing lost on the line.
    const later: number[] = []
    for (const endMs = nowMs + 3000; nowMs < endMs; nowMs += STEP_MS) later.push(look(nowMs, 51, 20))
    expect(later.at(-1)).toBe(2)
  })

  test('on a line that one lane fills, there are three at most', () => {
    const { lanes } = run({ rate: 20 * MBIT, roundTripMs: 30, perLane: 80 * MBIT }, 30)
    expect(Math.max(...lanes)).toBeLessThanOrEqual(4)
    expect(lanes.slice(24).filter((count) => count > 3)).toEqual([])
  })

  test.each([
    // By how much is on its way of each: three lanes share 1 MB, or 60 KB.
    ['three', 3, { rate: 100 * MBIT, roundTripMs: 50 }],
    ['two', 2, { rate: 4 * MBIT, roundTripMs: 50 }],
  ])('where others fill it, lanes are held within seconds: %s', (_name, most, line) => {
    const { lanes } = run({ ...line, perLane: line.rate * 0.3, isShared: true }, 60)
    expect(lanes.slice(48).filter((count) => count > most)).toEqual([])
  })

  test('a flow that begins beside sixteen lanes finds three soon', () => {
    const lossy = { rate: 100 * MBIT, roundTripMs: 50, perLane: 3 * MBIT }
    const { lanes } = run(lossy, 60, { change: { ...lossy, perLane: 40 * MBIT, isShared: true } })
    expect(Math.max(...lanes)).toBe(16)
    // Half-time, and half a minute for three steps.
    expect(lanes.slice(120 + 48).filter((count) => count > 3)).toEqual([])
  })

  test('lanes that carry less and less without a queue are not left alone for long', () => {
    const controller = new LaneController()
    let receivedBytes = 0
    let laneCount = 1
    const counts: number[] = []
    for (let nowMs = 0; nowMs < 40_000; nowMs += STEP_MS) {
      // As on a busy machine: at first four fill the line, later eight lanes carry what four do not.
      const mbit = nowMs < 8000 ? Math.min(90, laneCount * 25) : laneCount * 10
      receivedBytes += (mbit * MBIT * STEP_MS) / 1000
      const sample = { nowMs, laneCount, receivedBytes, roundTripMs: 51, isNetworkBound: true } as const
      laneCount = controller.advise({ ...sample, route: 'direct' })
      counts.push(laneCount)
    }
    expect(counts.slice(8, 32)).toContain(4)
    expect(Math.max(...counts.slice(0, 32))).toBeLessThanOrEqual(8)
    expect(counts.at(-1)).toBe(16)
  })

  test('a radio that is late of its own accord keeps its lanes', () => {
    const controller = new LaneController()
    const lanes: number[] = []
    let receivedBytes = 0
    let laneCount = 1
    for (let nowMs = 0; nowMs < 60_000; nowMs += STEP_MS) {
      receivedBytes += (laneCount * 2 * MBIT * STEP_MS) / 1000
      const roundTripMs = nowMs < 12_000 ? 40 : 90
      const sample = { nowMs, laneCount, receivedBytes, roundTripMs, isNetworkBound: true } as const
      laneCount = controller.advise({ ...sample, route: 'direct' })
      lanes.push(laneCount)
    }
    expect(lanes.slice(48).filter((count) => count === 16).length / (lanes.length - 48)).toBeGreaterThan(0.7)
  })

  test('no more lanes are taken for a queue than the line can do without', () => {
    const controller = new LaneController()
    let receivedBytes = 0
    let laneCount = 1
    for (let nowMs = 0; nowMs < 30_000; nowMs += STEP_MS) {
      receivedBytes += (Math.min(500, laneCount * 150) * MBIT * STEP_MS) / 1000
      // Their windows make four lanes fill the line and a queue; two do neither.
      const roundTripMs = laneCount * 150 > 500 ? 95 : 50
      const sample = { nowMs, laneCount, receivedBytes, roundTripMs, isNetworkBound: true } as const
      laneCount = controller.advise({ ...sample, route: 'direct' })
    }
    expect(receivedBytes / (500 * MBIT * 30)).toBeGreaterThan(0.85)
  })
})

test('on a LAN there is one', () => {
  const { lanes } = run({ rate: 1000 * MBIT, roundTripMs: 0.5, perLane: 900 * MBIT, route: 'lan' }, 20)
  expect(new Set(lanes)).toEqual(new Set([1]))
})

test('lanes that bring nothing are given back, and tried again only after a while', () => {
  // Something else is the limit, the other side’s disk perhaps, and no queue shows it.
  const controller = new LaneController()
  const changes: number[] = []
  let laneCount = 1
  for (let nowMs = 0; nowMs < 120_000; nowMs += STEP_MS) {
    const target = controller.advise({
      nowMs,
      laneCount,
      receivedBytes: nowMs * 1000,
      roundTripMs: 40,
      isNetworkBound: true,
      route: 'direct',
    })
    if (target !== laneCount) changes.push(nowMs)
    laneCount = target
  }
  expect(laneCount).toBe(1)
  expect(changes.length).toBeGreaterThanOrEqual(2)
  expect(changes.length).toBeLessThanOrEqual(8)
})

test('nothing is decided while the network is not what is slow', () => {
  const controller = new LaneController()
  for (let nowMs = 0; nowMs < 60_000; nowMs += STEP_MS) {
    const sample = { nowMs, laneCount: 1, receivedBytes: nowMs, roundTripMs: 50, route: 'direct' } as const
    expect(controller.advise({ ...sample, isNetworkBound: false })).toBe(1)
  }
})

test('a connection that becomes a relay gives lanes back', () => {
  const line = { rate: 500 * MBIT, roundTripMs: 50, perLane: 3 * MBIT }
  const { lanes } = run(line, 60, { change: { ...line, route: 'relayed' } })
  expect(Math.max(...lanes)).toBe(16)
  expect(lanes.at(-1)).toBe(4)
})

test.each([0.05, 0.1, 0.2, 0.25])(
  'beside a flow of TCP that filled the queue before, which nobody can see, lanes of weight %s leave it a third',
  (weight) => {
    const controller = new LaneController()
    let laneCount = 1
    let receivedBytes = 0
    let share = 0
    const kept: number[] = []
    for (let nowMs = 0; nowMs < 120_000; nowMs += STEP_MS) {
      // Such a lane gets so much beside one of weight 1, little by little; the queue comes and goes as cubic's does.
      share += ((laneCount * weight) / (laneCount * weight + 1) - share) * 0.05
      receivedBytes += (100 * MBIT * share * STEP_MS) / 1000
      const roundTripMs = 70 + 25 * ((nowMs % 7000) / 7000)
      const sample = { nowMs, laneCount, receivedBytes, roundTripMs, isNetworkBound: true }
      laneCount = controller.advise({ ...sample, route: 'direct' })
      // But for tries, which are taken back.
      if (nowMs > 40_000) kept.push(1 - share)
    }
    expect(kept.reduce((sum, one) => sum + one, 0) / kept.length).toBeGreaterThanOrEqual(1 / 3)
  },
)

test('what a far peer may soon be worth is told while the first lane shows itself, and not to relays', () => {
  const likely = (route: RouteKind, roundTripMs: number, cap = 16): number[] => {
    const controller = new LaneController(cap)
    return [0, 250, 500, 750, 1000, 1250, 1500].map((nowMs) => {
      const sample = { nowMs, laneCount: 1, receivedBytes: nowMs * 10_000, roundTripMs, isNetworkBound: true }
      controller.advise({ ...sample, route })
      return controller.likelyCount
    })
  }
  expect(likely('direct', 50).slice(0, 2)).toEqual([4, 4])
  expect(likely('direct', 50).at(-1)).toBe(0)
  expect(likely('direct', 200).slice(0, 3)).toEqual([8, 8, 8])
  expect(likely('direct', 200, 2)[0]).toBe(2)
  expect(likely('relayed', 50)).toEqual([0, 0, 0, 0, 0, 0, 0])
  expect(likely('lan', 1)).toEqual([0, 0, 0, 0, 0, 0, 0])
})

describe('beside a TLS lane', () => {
  /** Rates of the stream and of each data channel, megabits a second; what all have together is cut to the line. */
  function beside(
    line: { readonly roundTripMs: number; readonly rate?: number; readonly cap?: number },
    streamAt: (seconds: number) => number,
    perChannel: number,
    seconds = 30,
  ): number[] {
    const controller = new LaneController(line.cap)
    const counts: number[] = []
    let [laneCount, receivedBytes, streamBytes] = [1, 0, 0]
    for (let nowMs = 0; nowMs < seconds * 1000; nowMs += 100) {
      const stream = streamAt(nowMs / 1000)
      const wanted = stream + (laneCount - 1) * perChannel
      const share = Math.min(1, (line.rate ?? Infinity) / wanted)
      receivedBytes += wanted * share * MBIT * 0.1
      streamBytes += stream * share * MBIT * 0.1
      const sample = {
        nowMs,
        laneCount,
        receivedBytes,
        streamBytes,
        isNetworkBound: true,
        route: 'direct' as const,
      }
      laneCount = controller.advise({ ...sample, roundTripMs: line.roundTripMs })
      counts.push(laneCount)
    }
    return counts
  }
  const slowStart = (best: number) => (seconds: number) => Math.min(best, 2 ** (seconds * 10))

  test('that fills the line, it goes on alone', () => {
    const counts = beside({ roundTripMs: 50, rate: 420 }, slowStart(420), 100)
    // Alone to the end of its slow start, then tried with a few, which bring nothing.
    expect(counts.slice(0, 12).every((count) => count === 1)).toBe(true)
    expect(Math.max(...counts)).toBe(3)
    expect(counts.slice(60, 200).every((count) => count === 1)).toBe(true)
  })

  test('that loses packets, many carry beside it', () => {
    const falling = (seconds: number): number =>
      seconds < 0.5 ? slowStart(30)(seconds) : Math.max(7, 30 - 40 * (seconds - 0.5))
    const counts = beside({ roundTripMs: 50, rate: 100 }, falling, 4)
    expect(counts.slice(0, 30).includes(3)).toBe(true)
    expect(counts.slice(150).every((count) => count >= 6)).toBe(true)
  })

  test('over a very long way a few carry beside it at once', () => {
    expect(beside({ roundTripMs: 200, rate: 300 }, slowStart(120), 22, 2)[0]).toBe(8)
  })

  test('a person who allows one lane gets one', () => {
    expect(new Set(beside({ roundTripMs: 50, cap: 1 }, slowStart(7), 4))).toEqual(new Set([1]))
  })
})
