/** Who of a large topic is connected to whom: never in two parts, never too many, and little coming and going. */

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  chooseToPart,
  isUseless,
  MAX_CANDIDATES,
  wantedConnections,
  type MeshLink,
} from '#shared/swarm/mesh.ts'
import { peerNumber } from '../../swarm/virtual-swarm.ts'
import { MeshTopic } from './mesh-topic.ts'

const LIMIT = 12

describe('who makes room', () => {
  const link = fc.record({
    peer: fc.integer({ min: 1, max: 1000 }).map(peerNumber),
    sinceMs: fc.nat(200_000),
    usedMs: fc.nat(200_000),
    canGive: fc.boolean(),
    canTake: fc.boolean(),
    isSnubbed: fc.boolean(),
  })

  test('is of no use, or it is for one that is hard to reach; and never two within ten seconds', () => {
    fc.assert(
      fc.property(
        fc.array(link, { maxLength: 14 }),
        fc.option(fc.nat(200_000)),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.boolean(),
        (links, before, random, isForPoor) => {
          const nowMs = 200_000
          const madeRoomMs = before ?? Number.NEGATIVE_INFINITY
          const peer = chooseToPart({ nowMs, links, madeRoomMs, random: () => random }, isForPoor)
          const useless = links.filter((one) => isUseless(one, nowMs))
          const all = isForPoor && links.length > 4 ? links : []
          const choice = nowMs - madeRoomMs < 10_000 ? [] : useless.length > 0 ? useless : all
          expect(choice.length > 0 ? choice.map((one) => one.peer) : [undefined]).toContain(peer)
        },
      ),
    )
  })

  const good: MeshLink = {
    peer: peerNumber(1),
    sinceMs: 0,
    usedMs: 95_000,
    canGive: true,
    canTake: true,
    isSnubbed: false,
  }
  test.each([
    ['gives and takes', {}, false],
    ['has just come', { sinceMs: 90_000, canGive: false, canTake: false }, false],
    ['has everything, as this side has', { canGive: false, canTake: false }, true],
    ['has moved nothing for long', { usedMs: 50_000 }, true],
    ['owes blocks and sends none', { isSnubbed: true, canTake: false }, true],
    ['owes blocks and fetches others', { isSnubbed: true }, false],
  ])('one that %s', (_what, more, isOfNoUse) => {
    expect(isUseless({ ...good, ...more }, 100_000)).toBe(isOfNoUse)
  })

  test('in a topic that fits, everybody is wanted; in a larger one a third of the places is kept', () => {
    expect(wantedConnections(12, 11)).toBe(12)
    expect(wantedConnections(12, 13)).toBe(8)
    expect(wantedConnections(1, 50)).toBe(1)
  })
})

describe('a large topic', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())

  const degrees = (topic: MeshTopic): number[] => topic.nodes.map((node) => node.since.size)

  test.each([1, 2, 3])(
    'of 200 that come one after the other is in one part at every moment (seed %i)',
    async (seed) => {
      const topic = new MeshTopic(seed, LIMIT)
      for (let number = 1; number <= 200; number++) {
        topic.join(number, number === 1)
        expect(topic.partCount).toBe(1)
        await topic.pass(1)
        expect(topic.partCount).toBe(1)
      }
      await topic.pass(60)
      expect(topic.partCount).toBe(1)
      expect(Math.max(...degrees(topic))).toBeLessThanOrEqual(LIMIT)
      expect(Math.min(...degrees(topic))).toBeGreaterThanOrEqual(4)
      expect(Math.max(...topic.nodes.map((node) => node.known.size))).toBeLessThanOrEqual(
        MAX_CANDIDATES + 2 * LIMIT,
      )
    },
  )

  test.each([4, 5])(
    'stays in one part while a tenth is replaced every ten seconds (seed %i)',
    async (seed) => {
      const topic = new MeshTopic(seed, LIMIT)
      let number = 0
      for (let i = 0; i < 200; i++) topic.join(++number, i % 5 === 0)
      await topic.pass(20)
      const toldBefore = new Map(topic.nodes.map((node) => [node, node.toldCount]))
      const ROUNDS = 12
      for (let round = 0; round < ROUNDS; round++) {
        for (let i = 0; i < 20; i++) {
          const nodes = topic.nodes
          const leaving = nodes[Math.floor(topic.clock.random() * nodes.length)]
          if (leaving !== undefined) topic.leave(leaving)
          topic.join(++number, topic.clock.random() < 0.2)
        }
        await topic.pass(10)
        expect(topic.partCount).toBe(1)
        expect(Math.max(...degrees(topic))).toBeLessThanOrEqual(LIMIT)
      }
      for (const node of topic.nodes) {
        // 480 came or went: a peer hears of some 32 in 200 of them, whatever the topic's size.
        const told = node.toldCount - (toldBefore.get(node) ?? 0)
        expect(told).toBeLessThan(140)
        // At most one every ten seconds.
        expect(node.partings).toBeLessThanOrEqual(ROUNDS + 3)
      }
    },
  )

  test('of peers that have everything rests', async () => {
    const topic = new MeshTopic(6, LIMIT)
    for (let number = 1; number <= 100; number++) topic.join(number, true)
    await topic.pass(60)
    const before = topic.nodes.reduce((sum, node) => sum + node.partings, 0)
    await topic.pass(300)
    expect(topic.nodes.reduce((sum, node) => sum + node.partings, 0)).toBe(before)
    expect(topic.partCount).toBe(1)
  })

  test('of which all but a few have everything: those find places with the others', async () => {
    const topic = new MeshTopic(7, LIMIT)
    for (let number = 1; number <= 100; number++) topic.join(number, true)
    await topic.pass(60)
    const late = Array.from({ length: 5 }, (_, i) => topic.join(200 + i, false))
    await topic.pass(60)
    for (const node of late) expect(node.since.size).toBeGreaterThanOrEqual(8)
  })
})
