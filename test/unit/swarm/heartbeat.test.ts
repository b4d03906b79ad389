/** When a lane is asked, suspected and given up. */

import { describe, expect, test } from 'vitest'
import { Heartbeat, type LanePulse } from '#shared/swarm/heartbeat.ts'

const IDLE: Omit<LanePulse, 'nowMs'> = {
  isBusy: false,
  blockQuietMs: 0,
  queuedBytes: 0,
  roundTripMs: 20,
  bytesPerSecond: 0,
}
const BUSY = { ...IDLE, isBusy: true, bytesPerSecond: 10_000_000 }

interface Course {
  readonly askedMs: number[]
  readonly suspectMs: number | undefined
  readonly deadMs: number | undefined
}

/** Ticks as the swarm does; `pass` says what happens in between. */
function run(
  heartbeat: Heartbeat,
  pulse: Omit<LanePulse, 'nowMs'>,
  untilMs: number,
  pass: (nowMs: number, asked: readonly number[]) => void = () => undefined,
): Course {
  const askedMs: number[] = []
  const ids: number[] = []
  let suspectMs: number | undefined
  for (let nowMs = 100; nowMs <= untilMs; nowMs += 100) {
    pass(nowMs, ids)
    const health = heartbeat.beat({ ...pulse, nowMs }, (id) => {
      askedMs.push(nowMs)
      ids.push(id)
    })
    if (health === 'suspect') suspectMs ??= nowMs
    if (health === 'dead') return { askedMs, suspectMs, deadMs: nowMs }
  }
  return { askedMs, suspectMs, deadMs: undefined }
}

test('a lane that is idle and silent is asked after a second, suspect after 2.6 s, dead after 8 s', () => {
  expect(run(new Heartbeat(0), IDLE, 20_000)).toMatchObject({ suspectMs: 2700, deadMs: 8100 })
})

test('a busy one is asked and suspect sooner', () => {
  const heartbeat = new Heartbeat(0)
  const course = run(heartbeat, BUSY, 20_000)
  expect(course.askedMs[0]).toBe(400)
  expect(course.suspectMs).toBeLessThanOrEqual(1900)
})

test('one that answers is asked once a second and never suspect', () => {
  const heartbeat = new Heartbeat(0)
  const course = run(heartbeat, IDLE, 30_000, (nowMs, ids) => {
    const id = ids.at(-1)
    if (id === undefined) return
    heartbeat.heard(nowMs)
    heartbeat.hearPong(id, nowMs)
  })
  expect(course).toMatchObject({ suspectMs: undefined, deadMs: undefined })
  expect(course.askedMs.length).toBeLessThan(30)
  expect(heartbeat.roundTripMs).toBe(100)
})

test('an answer to an earlier question counts, so a round trip longer than the pause is none of its faults', () => {
  const heartbeat = new Heartbeat(0)
  const far = { ...IDLE, roundTripMs: 1800 }
  const asked = new Map<number, number>()
  const course = run(heartbeat, far, 30_000, (nowMs, ids) => {
    for (const id of ids) if (!asked.has(id)) asked.set(id, nowMs - 100)
    for (const [id, askedMs] of asked) {
      if (nowMs - askedMs !== 1800) continue
      heartbeat.heard(nowMs)
      heartbeat.hearPong(id, nowMs)
    }
  })
  expect(course).toMatchObject({ suspectMs: undefined, deadMs: undefined })
  expect(heartbeat.roundTripMs).toBe(1800)
})

describe('is not suspect', () => {
  test('while this device itself does nothing', () => {
    const heartbeat = new Heartbeat(0)
    expect(run(heartbeat, IDLE, 1500).suspectMs).toBeUndefined()
    // A pause of a minute, of which the next tick knows.
    heartbeat.forgive(60_000)
    expect(heartbeat.beat({ ...IDLE, nowMs: 61_600 }, () => undefined)).toBe('alive')
    expect(heartbeat.beat({ ...IDLE, nowMs: 64_000 }, () => undefined)).toBe('suspect')
  })

  test('while the answer stands behind what is sent', () => {
    const heartbeat = new Heartbeat(0)
    const slow = { ...BUSY, bytesPerSecond: 300_000, queuedBytes: 1_000_000 }
    expect(run(heartbeat, slow, 6000).suspectMs).toBeUndefined()
    expect(run(heartbeat, slow, 20_000).suspectMs).toBeDefined()
  })

  test('while it carries blocks, whatever it does not answer', () => {
    const heartbeat = new Heartbeat(0)
    const course = run(heartbeat, BUSY, 30_000, (nowMs) => {
      if (nowMs % 1000 === 0) heartbeat.heardFrame(nowMs)
    })
    expect(course).toMatchObject({ suspectMs: undefined, deadMs: undefined })
  })
})

test('one that talks and never answers is suspect after some seconds: it may carry in one direction only', () => {
  const heartbeat = new Heartbeat(0)
  const { suspectMs, deadMs } = run(heartbeat, { ...IDLE, blockQuietMs: 5000 }, 30_000, (nowMs) =>
    heartbeat.heard(nowMs),
  )
  expect(suspectMs).toBeGreaterThan(2500)
  expect(suspectMs).toBeLessThan(4500)
  expect(deadMs).toBeUndefined()
})

test('an answer that nobody asked for changes nothing', () => {
  const heartbeat = new Heartbeat(0)
  const { suspectMs } = run(heartbeat, IDLE, 20_000, (nowMs) => heartbeat.hearPong(999, nowMs))
  expect(suspectMs).toBe(2700)
})
