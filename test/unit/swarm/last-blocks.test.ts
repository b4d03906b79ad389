/** Near the end the lanes of a peer end together, whatever their rates are. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BLOCK_BYTES } from '#shared/share/piece-layout.ts'
import { mayOweBytes, type LaneLoad } from '#shared/swarm/last-blocks.ts'
import { VirtualSwarm } from './virtual-swarm.ts'

const MIB = 1024 * 1024

function lane(bytesPerSecond: number, blocks: number): LaneLoad {
  return { outstandingBytes: blocks * BLOCK_BYTES, down: { bytesPerSecond: () => bytesPerSecond } }
}

test('while the end is far every lane may owe what its window holds', () => {
  const lanes = [lane(10 * MIB, 10), lane(MIB, 4)] as const
  expect(mayOweBytes(lanes[1], lanes, 100 * MIB)).toBe(Infinity)
})

test('what is left is shared by rates', () => {
  const [fast, slow] = [lane(60 * MIB, 40), lane(4 * MIB, 0)]
  // 16 MiB in all, so a quarter of a second: 15 and 1.
  expect(mayOweBytes(fast, [fast, slow], 11 * MIB)).toBe(15 * MIB)
  expect(mayOweBytes(slow, [fast, slow], 11 * MIB)).toBe(MIB)
})

test('a lane that owes more than its share gets nothing, and the last block goes to whoever brings it first', () => {
  const [fast, slow] = [lane(60 * MIB, 2), lane(4 * MIB, 8)]
  expect(mayOweBytes(slow, [fast, slow], BLOCK_BYTES)).toBeLessThan(slow.outstandingBytes)
  expect(mayOweBytes(fast, [fast, slow], BLOCK_BYTES)).toBeGreaterThan(fast.outstandingBytes)
})

test('whatever the loads are, somebody may always be asked for the next block', () => {
  const load = fc.record({ rate: fc.integer({ min: 0, max: 100 * MIB }), blocks: fc.nat({ max: 60 }) })
  fc.assert(
    fc.property(
      fc.array(load, { minLength: 2, maxLength: 16 }),
      fc.integer({ min: 1, max: 200 }),
      (loads, left) => {
        const lanes = loads.map(({ rate, blocks }) => lane(rate, blocks))
        const asked = lanes.filter(
          (one) => mayOweBytes(one, lanes, left * BLOCK_BYTES) > one.outstandingBytes,
        )
        expect(asked.length).toBeGreaterThan(0)
      },
    ),
  )
})

test('a download over a fast lane and slow ones ends when all together can have carried it', async () => {
  const swarm = new VirtualSwarm(48 * MIB, 256 * 1024)
  const [seeder, receiver] = [swarm.add('seeder'), swarm.add('receiver')]
  for (const rate of [16, 1, 1, 1])
    swarm.connect(seeder, receiver, { bytesPerSecond: rate * MIB, delayMs: 25 })
  expect(await swarm.finish(20_000, receiver)).toBe(true)
  // 2.53 s on a full line and a round trip until it is; 2.98 when slow lanes are asked for as much as they may owe.
  expect(receiver.doneMs).toBeLessThan(2750)
  expect(swarm.isIdentical(receiver)).toBe(true)
})
