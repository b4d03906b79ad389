/** Passing on until a limit, on a virtual clock. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Seeding, type SeedingOptions } from '#engine/seeding.ts'
import type { SeedLimit } from '#shared/api/views.ts'
import { isSeedLimitReached, type SeedAccount } from '#shared/swarm/seed-account.ts'
import { VirtualClock } from '../swarm/virtual-clock.ts'

const NONE: SeedLimit = { ratio: null, timeMs: null }
const HOUR_MS = 3_600_000

class World {
  readonly clock = new VirtualClock()
  sentBytes = 0
  usual: SeedLimit = NONE
  reachedCount = 0
  noted: SeedAccount = { sentBytes: 0, timeMs: 0 }

  seeding(more: Partial<SeedingOptions> = {}): Seeding {
    return new Seeding({
      before: this.noted,
      own: null,
      usual: () => this.usual,
      totalBytes: 1000,
      sentBytes: () => this.sentBytes,
      reached: () => {
        this.reachedCount++
      },
      note: (account) => {
        this.noted = account
      },
      clock: this.clock,
      ...more,
    })
  }
}

test('without a limit it goes on', async () => {
  const world = new World()
  const seeding = world.seeding()
  seeding.begin()
  world.sentBytes = 1_000_000
  await world.clock.run(HOUR_MS)
  expect(world.reachedCount).toBe(0)
  expect(seeding.view()).toMatchObject({ isReached: false, ratio: 1000, endsAtMs: null })
  seeding.close()
})

test('a ratio counts what was sent before it was complete, but ends nothing before that', async () => {
  const world = new World()
  const seeding = world.seeding({ own: { ratio: 2, timeMs: null } })
  world.sentBytes = 5000
  await world.clock.run(10_000)
  expect(seeding.isReached).toBe(false)
  seeding.begin()
  await world.clock.run(2000)
  expect(seeding.isReached).toBe(true)
  expect(world.reachedCount).toBe(1)
  seeding.close()
})

test('a time counts from when it was complete, over all runs', async () => {
  const world = new World()
  world.usual = { ratio: null, timeMs: HOUR_MS }
  const first = world.seeding()
  await world.clock.run(2 * HOUR_MS)
  first.begin()
  await world.clock.run(HOUR_MS / 2)
  expect(first.view().endsAtMs).toBeGreaterThan(0)
  first.close()
  const second = world.seeding()
  second.begin()
  await world.clock.run(HOUR_MS / 2 - 5000)
  expect(second.isReached).toBe(false)
  await world.clock.run(10_000)
  expect(second.isReached).toBe(true)
  second.close()
})

test('a limit that changes holds at once, and what was reached stays so', async () => {
  const world = new World()
  const seeding = world.seeding()
  seeding.begin()
  world.sentBytes = 1500
  await world.clock.run(5000)
  seeding.setLimit({ ratio: 1.5, timeMs: null })
  expect(seeding.isReached).toBe(true)
  seeding.setLimit(null)
  await world.clock.run(5000)
  expect(seeding.isReached).toBe(true)
  expect(world.reachedCount).toBe(1)
  seeding.close()
})

test('whoever wants it passed on again after that begins anew', async () => {
  const world = new World()
  world.usual = { ratio: 1, timeMs: null }
  const first = world.seeding()
  first.begin()
  await world.clock.run(1000)
  world.sentBytes = 1000
  await world.clock.run(2000)
  expect(first.isReached).toBe(true)
  first.close()
  world.sentBytes = 0
  const again = world.seeding()
  again.begin()
  await world.clock.run(60_000)
  expect(again.isReached).toBe(false)
  world.sentBytes = 1000
  await world.clock.run(2000)
  expect(again.isReached).toBe(true)
  again.close()
})

test('a killed process forgets ten seconds at most', async () => {
  const world = new World()
  const seeding = world.seeding()
  seeding.begin()
  for (let second = 0; second < 60; second++) {
    world.sentBytes += 10
    await world.clock.run(1000)
    expect(world.sentBytes - world.noted.sentBytes).toBeLessThanOrEqual(110)
  }
  seeding.close()
  expect(world.noted.sentBytes).toBe(600)
})

describe('whatever was given', () => {
  const account = fc.record({ sentBytes: fc.nat(), timeMs: fc.nat() })
  const limit = fc.record({
    ratio: fc.option(fc.double({ min: 0.01, max: 100, noNaN: true })),
    timeMs: fc.option(fc.integer({ min: 1000 })),
  })

  test('more of it never takes a limit back, and a stricter limit is reached no later', () => {
    fc.assert(
      fc.property(account, account, limit, fc.nat(), (one, more, wanted, totalBytes) => {
        const later = { sentBytes: one.sentBytes + more.sentBytes, timeMs: one.timeMs + more.timeMs }
        const isReached = isSeedLimitReached(wanted, one, totalBytes)
        expect(isReached && !isSeedLimitReached(wanted, later, totalBytes)).toBe(false)
        const isLooseReached = isSeedLimitReached({ ...wanted, timeMs: null }, one, totalBytes)
        expect(isLooseReached && !isReached).toBe(false)
      }),
    )
  })

  test('no limit is never reached', () => {
    fc.assert(
      fc.property(account, fc.nat(), (one, totalBytes) => {
        expect(isSeedLimitReached(NONE, one, totalBytes)).toBe(false)
      }),
    )
  })
})
