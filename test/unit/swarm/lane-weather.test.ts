/** Whatever lanes open, die, fall silent or are prepared meanwhile: as long as there is one that works, a transfer ends. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SessionLane } from '#shared/swarm/peer-session.ts'
import type { MemoryLane } from './memory-lane.ts'
import { Device, MemoryStore, VirtualSwarm } from './virtual-swarm.ts'

const MIB = 1024 * 1024
const TOTAL_BYTES = 12 * MIB
/** How long a lane takes to open, milliseconds. */
const OPEN_MS = 150
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
      const swarm = new VirtualSwarm(TOTAL_BYTES, 256 * 1024)
      const { clock } = swarm
      const ends: (readonly [MemoryLane, MemoryLane])[] = []
      let opening = 0
      const lanes = (): SessionLane[] => [...(receiver.swarm.sessions.get(seeder.peer)?.lanes.values() ?? [])]
      const open = (how: {
        kind: (typeof KINDS)[number]
        isTls: boolean
        isOffered: boolean
        delayMs: number
      }): void => {
        const [mine, theirs] = swarm.lane({ bytesPerSecond: MIB, delayMs: how.delayMs })
        for (const end of [mine, theirs]) {
          end.kind = how.kind
          end.protocol = how.isTls ? 'tls' : 'udp'
        }
        mine.isOffered = how.isOffered
        theirs.isOffered = !how.isOffered
        ends.push([mine, theirs])
        receiver.swarm.addLane(seeder.peer, mine)
        seeder.swarm.addLane(receiver.peer, theirs)
      }
      const openSoon = (): void => {
        opening++
        clock.after(OPEN_MS, () => {
          opening--
          open({ kind: 'direct', isTls: false, isOffered: true, delayMs: 25 })
        })
      }
      const seeder = new Device(clock, 1, new MemoryStore(swarm.layout, swarm.content))
      const receiver = new Device(clock, 2, new MemoryStore(swarm.layout, undefined), {
        maxLanes: 8,
        wantsLanes: (_peer, count) => {
          for (let there = lanes().length + opening; there < count; there++) openSoon()
        },
      })
      open({ kind: 'direct', isTls: false, isOffered: true, delayMs: 25 })
      // As the connector does: where none answers there is soon another.
      const stop = clock.every(100, () => {
        if (opening === 0 && lanes().every((lane) => lane.isSuspect)) openSoon()
      })
      let whenMs = 0
      for (const { afterMs, what, which, ...how } of happenings) {
        whenMs += afterMs
        clock.after(whenMs, () => {
          if (what === 'open' || what === 'open TLS') return open({ ...how, isTls: what === 'open TLS' })
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
