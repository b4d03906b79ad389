/** Which pieces are wanted soonest, and that swarms ask for them first. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PieceLayout } from '#shared/share/piece-layout.ts'
import { pickPiece } from '#shared/swarm/picker.ts'
import { Urgency, type FilePriority } from '#shared/swarm/urgency.ts'
import { MemoryStore, VirtualSwarm, Device } from './virtual-swarm.ts'

const PIECE = 256 * 1024
const PRIORITIES = ['low', 'normal', 'high'] as const

describe('urgency', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 5 * PIECE }), { minLength: 1, maxLength: 20 })
  const chosen = fc.array(fc.option(fc.constantFrom(...PRIORITIES)), { maxLength: 20 })
  const rankOf = (priority: FilePriority | undefined): number => PRIORITIES.indexOf(priority ?? 'normal')

  test('a piece is wanted as soon as the most wanted file in it', () => {
    fc.assert(
      fc.property(sizes, chosen, fc.boolean(), (fileSizes, priorities, isLate) => {
        const layout = new PieceLayout(fileSizes, PIECE)
        const perFile = new Map<number, FilePriority>()
        priorities.forEach((priority, file) => priority !== null && perFile.set(file, priority))
        const urgency = new Urgency()
        if (isLate) urgency.learnLayout(layout)
        urgency.setPriorities(perFile)
        if (!isLate) urgency.learnLayout(layout)
        const ranks = Array.from({ length: layout.pieceCount }, (_, piece) =>
          Math.max(...layout.segmentsOf(piece).map(({ file }) => rankOf(perFile.get(file)))),
        )
        for (let one = 0; one < ranks.length; one++)
          for (let two = 0; two < ranks.length; two++)
            expect(Math.sign(urgency.of(one) - urgency.of(two))).toBe(
              Math.sign((ranks[one] ?? 0) - (ranks[two] ?? 0)),
            )
      }),
    )
  })

  test('before a read head everything comes in order, whatever the priorities and the rarity', () => {
    fc.assert(
      fc.property(sizes, fc.nat(120 * PIECE), fc.nat(), (fileSizes, head, seed) => {
        const layout = new PieceLayout(fileSizes, PIECE)
        const urgency = new Urgency()
        urgency.learnLayout(layout)
        urgency.setPriorities(new Map([[0, 'high']]))
        urgency.setReadHead(head)
        const left = new Set(Array.from({ length: layout.pieceCount }, (_, i) => i))
        const order: number[] = []
        let noise = seed
        for (;;) {
          const piece = pickPiece({
            pieceCount: layout.pieceCount,
            isOpenToPick: (one) => left.has(one),
            peerHas: () => true,
            urgencyOf: (one) => urgency.of(one),
            isFirst: false,
            availability: Array.from(left, (one) => (one * 7 + seed) % 5),
            random: () => (noise = (noise * 16807 + 11) % 2147483647) / 2147483647,
          })
          if (piece === undefined) break
          left.delete(piece)
          order.push(piece)
        }
        expect(order).toHaveLength(layout.pieceCount)
        const from = Math.floor(head / PIECE)
        const soon = order.filter((piece) => urgency.isReadSoon(piece))
        expect(order.slice(0, soon.length)).toEqual(soon)
        expect(soon).toEqual(soon.map((_, i) => from + i))
        expect(soon.length).toBe(Math.max(0, Math.min(layout.pieceCount - from, 128)))
      }),
      { numRuns: 50 },
    )
  })

  test('nobody reads: nothing is in order any more', () => {
    const urgency = new Urgency()
    urgency.learnLayout(new PieceLayout([9 * PIECE], PIECE))
    urgency.setReadHead(3 * PIECE + 5)
    expect([2, 3, 4].map((piece) => urgency.isReadSoon(piece))).toEqual([false, true, true])
    expect(urgency.of(3)).toBeGreaterThan(urgency.of(4))
    urgency.setReadHead(undefined)
    expect(urgency.hasReader).toBe(false)
    expect(urgency.of(3)).toBe(urgency.of(8))
  })
})

describe('a download', () => {
  /** Eight files of five pieces each. */
  function twoDevices(): { swarm: VirtualSwarm; receiver: Device; start: () => void } {
    const swarm = new VirtualSwarm(40 * PIECE, PIECE)
    const layout = new PieceLayout(Array<number>(8).fill(5 * PIECE), PIECE)
    const seeder = new Device(swarm.clock, 1, new MemoryStore(layout, swarm.content))
    const receiver = new Device(swarm.clock, 2, new MemoryStore(layout, undefined))
    return {
      swarm,
      receiver,
      start: () => void swarm.connect(seeder, receiver, { bytesPerSecond: 4 * PIECE, delayMs: 5 }),
    }
  }
  /** Mean place of these pieces in the order in which they were complete. */
  const placeOf = (writes: readonly number[], from: number, until: number): number => {
    const places = writes.flatMap((piece, place) => (piece >= from && piece < until ? [place] : []))
    return places.reduce((sum, place) => sum + place, 0) / places.length
  }

  test('has the file of high priority first and that of low priority last', async () => {
    const { swarm, receiver, start } = twoDevices()
    receiver.swarm.urgency.setPriorities(
      new Map([
        [2, 'low'],
        [5, 'high'],
      ]),
    )
    start()
    expect(await swarm.finish(60_000, receiver)).toBe(true)
    const { writes } = receiver.store
    expect(writes.slice(0, 5).toSorted((a, b) => a - b)).toEqual([25, 26, 27, 28, 29])
    expect(writes.slice(-5).toSorted((a, b) => a - b)).toEqual([10, 11, 12, 13, 14])
    expect(swarm.isIdentical(receiver)).toBe(true)
  })

  test('goes on at the read head when that moves, in order', async () => {
    const { swarm, receiver, start } = twoDevices()
    receiver.swarm.urgency.setReadHead(0)
    start()
    await swarm.clock.run(60_000, () => receiver.store.writes.length >= 4)
    expect(receiver.store.writes.slice(0, 4)).toEqual([0, 1, 2, 3])
    const before = receiver.store.writes.length
    receiver.swarm.urgency.setReadHead(30 * PIECE)
    await swarm.clock.run(60_000, () => receiver.store.have.has(34))
    const after = receiver.store.writes.slice(before)
    // What was on its way already still comes.
    const moved = after.slice(after.indexOf(30))
    expect(after.indexOf(30)).toBeLessThan(8)
    expect(moved.slice(0, 5)).toEqual([30, 31, 32, 33, 34])
    expect(await swarm.finish(60_000, receiver)).toBe(true)
    expect(placeOf(receiver.store.writes, 35, 40)).toBeLessThan(placeOf(receiver.store.writes, 10, 30))
  })
})
