/** Whatever lanes open, die, fall silent or are prepared meanwhile: as long as there is one that works, a transfer ends. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OpeningLanes } from './opening-lanes.ts'

const MIB = 1024 * 1024
const TOTAL_BYTES = 12 * MIB
/** Two minutes for what one lane carries in twelve seconds: waits for what has died are some seconds each. */
const LIMIT_MS = 120_000

const KINDS = ['direct', 'lan', 'relayed'] as const
const Happening = fc.record({
  afterMs: fc.integer({ min: 0, max: 900 }),
  what: fc.constantFrom('open', 'open', 'open TLS', 'cut', 'mute'),
  kind: fc.constantFrom(...KINDS),
  isOffered: fc.boolean(),
  which: fc.nat(20),
  delayMs: fc.constantFrom(1, 6, 25),
})

test('a transfer ends, and nothing is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(Happening, { maxLength: 14 }), async (happenings) => {
      const channel = { bytesPerSecond: MIB, delayMs: 25 }
      const world = new OpeningLanes(TOTAL_BYTES, channel, { maxLanes: 8 })
      const { swarm, seeder, receiver, ends } = world
      const { clock } = swarm
      world.open()
      // As the connector does: where none answers there is soon another.
      const stop = clock.every(100, () => {
        if (!world.isOpening && world.lanes().every((lane) => lane.isSuspect)) world.openSoon()
      })
      let whenMs = 0
      for (const { afterMs, what, which, delayMs, ...how } of happenings) {
        whenMs += afterMs
        clock.after(whenMs, () => {
          if (what === 'open' || what === 'open TLS') {
            const quality = { bytesPerSecond: MIB, delayMs }
            return void world.open({ ...how, quality, isTls: what === 'open TLS' })
          }
          const pair = ends[which % ends.length]
          if (what === 'cut') pair?.[0].cut('cut')
          else for (const end of pair ?? []) end.isMute = true
        })
      }
      expect(await swarm.finish(LIMIT_MS, receiver), JSON.stringify(happenings)).toBe(true)
      stop()
      expect(swarm.isIdentical(receiver)).toBe(true)
      expect([seeder.banned.size, receiver.banned.size]).toEqual([0, 0])
    }),
    { numRuns: 60 },
  )
}, 180_000)
