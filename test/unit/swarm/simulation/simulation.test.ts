/**
 * Large swarms on a virtual clock: how near the last one comes to what the lines allow, and what becomes of a swarm
 * when some of its members are slow, silent, lying, selfish, or gone.
 */

import { describe, expect, test } from 'vitest'
import { figuresOf, runEqual, Simulation, type Member } from './simulation.ts'

const MIB = 1024 * 1024
const PIECE = 256 * 1024
/** A fair line at home: ten times as much down as up. */
const LINE = { upBytesPerSecond: MIB, downBytesPerSecond: 10 * MIB }
/** Simulations of hundreds take their seconds. Milliseconds. */
const LONG = { timeout: 120_000 }

/** Who shut out whom. */
function bannedBy(members: readonly Member[]): Set<string> {
  return new Set(members.flatMap(({ device }) => [...device.banned.keys()]))
}

describe('the last one is done soon after it could be at the earliest', () => {
  test.each([
    // A little above what is reached, and below what was reached without one of the rules (docs/decisions/0031).
    { count: 4, pieces: 64, isLimitedByEngine: false, ratio: 1.15, seeder: 1.2 },
    { count: 4, pieces: 64, isLimitedByEngine: true, ratio: 1.15, seeder: 1.2 },
    { count: 8, pieces: 64, isLimitedByEngine: false, ratio: 1.2, seeder: 1.25 },
    { count: 8, pieces: 64, isLimitedByEngine: true, ratio: 1.2, seeder: 1.25 },
    // Where turns by the piece tell: with turns of one block this is 1.36 to 1.39.
    { count: 30, pieces: 64, isLimitedByEngine: true, ratio: 1.34, seeder: 1.36 },
    {
      count: 100,
      pieces: 128,
      isLimitedByEngine: false,
      ratio: 1.35,
      seeder: 1.35,
      duplicates: 0.015,
      seeds: 1,
    },
    { count: 60, pieces: 128, isLimitedByEngine: true, ratio: 1.35, seeder: 1.3, seeds: 1 },
  ])(
    '1 to $count, $pieces pieces, limited by the engine: $isLimitedByEngine',
    LONG,
    async ({ count, pieces, isLimitedByEngine, ratio, seeder, duplicates = 0.01, seeds = 2 }) => {
      for (let seed = 1; seed <= seeds; seed++) {
        const options = { seed, totalBytes: pieces * PIECE, pieceBytes: PIECE, connections: 12 }
        const { receivers, figures } = await runEqual(options, count, LINE, isLimitedByEngine)
        expect(figures.ratio, `seed ${seed}`).toBeLessThan(ratio)
        expect(figures.seederShare, `seed ${seed}`).toBeLessThan(seeder)
        expect(figures.duplicates, `seed ${seed}`).toBeLessThan(duplicates)
        expect(receivers.every(({ device }) => device.store.rewrites === 0)).toBe(true)
        expect(bannedBy(receivers).size).toBe(0)
      }
    },
  )

  test('the bound is what the lines allow', () => {
    const simulation = new Simulation({ seed: 1, totalBytes: 4 * MIB, pieceBytes: PIECE, connections: 4 })
    const [seeder, ...receivers] = simulation.addTogether([
      { line: { upBytesPerSecond: 2 * MIB, downBytesPerSecond: MIB }, isSeeder: true },
      { line: { upBytesPerSecond: MIB / 4, downBytesPerSecond: MIB } },
      { line: { upBytesPerSecond: MIB / 4, downBytesPerSecond: MIB } },
      { line: { upBytesPerSecond: MIB / 4, downBytesPerSecond: MIB } },
    ])
    if (seeder === undefined) throw new Error('no seeder')
    // 12 MiB to be received, 2.75 MiB/s to be sent.
    expect(figuresOf(simulation.content, seeder, receivers).boundSeconds).toBeCloseTo(12 / 2.75)
  })
})

test('the same seed gives the same course', LONG, async () => {
  const course = async (seed: number): Promise<unknown> => {
    const options = { seed, totalBytes: 32 * PIECE, pieceBytes: PIECE, connections: 6 }
    const { receivers, figures } = await runEqual(options, 12, LINE)
    return [figures, receivers.map(({ device }) => device.doneMs)]
  }
  const first = await course(5)
  expect(await course(5)).toEqual(first)
  expect(await course(6)).not.toEqual(first)
})

describe('a swarm of a hundred in which not all are good', () => {
  function mixed(seed: number): {
    simulation: Simulation
    good: Member[]
    liars: Member[]
    selfish: Member[]
  } {
    const simulation = new Simulation({ seed, totalBytes: 40 * PIECE, pieceBytes: PIECE, connections: 12 })
    const slow = { upBytesPerSecond: MIB / 16, downBytesPerSecond: MIB / 2 }
    const members = simulation.addTogether([
      { line: LINE, isSeeder: true },
      ...Array.from({ length: 70 }, () => ({ line: LINE })),
      ...Array.from({ length: 15 }, () => ({ line: slow })),
      ...Array.from({ length: 10 }, () => ({ line: LINE, manner: 'selfish' as const })),
      ...Array.from({ length: 5 }, () => ({ line: LINE, isSeeder: true, manner: 'liar' as const })),
    ])
    return {
      simulation,
      good: members.slice(1, 86),
      selfish: members.slice(86, 96),
      liars: members.slice(96),
    }
  }

  test('all get everything, liars are shut out, and nobody else is', LONG, async () => {
    const { simulation, good, selfish, liars } = mixed(3)
    const silent = Array.from({ length: 5 }, () => simulation.addSilent(6))
    // A quarter of the lines hardly sends: some blocks are asked of a second and a third peer, or it takes far longer.
    expect(await simulation.finish(50_000, [...good, ...selfish])).toBe(true)
    const liarIds = new Set<string>(liars.map(({ device }) => device.peer))
    const banned = bannedBy(simulation.members)
    expect([...banned].filter((peer) => !liarIds.has(peer))).toEqual([])
    // Each of them met somebody who found out.
    expect(banned.size).toBe(liars.length)
    expect(silent.every((peer) => peer.requestCount > 0)).toBe(true)
    for (const { device } of [...good, ...selfish]) {
      expect(device.store.have.isFull).toBe(true)
      expect(device.store.rewrites).toBe(0)
      expect(device.failure).toBe(undefined)
    }
  })
})

describe('coming and going', () => {
  test(
    'newcomers every few seconds, others leave half-way: whoever stays gets everything',
    LONG,
    async () => {
      const simulation = new Simulation({
        seed: 11,
        totalBytes: 64 * PIECE,
        pieceBytes: PIECE,
        connections: 8,
      })
      simulation.add({ line: LINE, isSeeder: true })
      const staying: Member[] = []
      for (let i = 0; i < 40; i++) {
        staying.push(simulation.add({ line: LINE }))
        const passing = simulation.add({ line: LINE })
        await simulation.clock.run(500 + simulation.clock.random() * 1500)
        simulation.leave(passing)
      }
      expect(await simulation.finish(300_000, staying)).toBe(true)
      const received = staying.reduce((sum, { device }) => sum + device.swarm.traffic.receivedBytes, 0)
      // What those who left were sending is asked for again; no more than that.
      expect(received / (staying.length * simulation.content.layout.totalBytes)).toBeLessThan(1.02)
      expect(bannedBy(simulation.members).size).toBe(0)
    },
  )

  test(
    'the seeder leaves as soon as every piece is out: the others finish among themselves',
    LONG,
    async () => {
      const simulation = new Simulation({
        seed: 12,
        totalBytes: 64 * PIECE,
        pieceBytes: PIECE,
        connections: 8,
      })
      const all = Array.from({ length: 31 }, (_, i) => ({ line: LINE, isSeeder: i === 0 }))
      const [seeder, ...receivers] = simulation.addTogether(all)
      if (seeder === undefined) throw new Error('no seeder')
      const { pieceCount } = simulation.content.layout
      const isOut = (piece: number): boolean => receivers.some(({ device }) => device.store.have.has(piece))
      const isAllOut = (): boolean => Array.from({ length: pieceCount }, (_, i) => i).every(isOut)
      expect(await simulation.clock.run(100_000, isAllOut)).toBe(true)
      // Each left once before any left twice, and some again while the last were on their way. 1.7 without that rule.
      expect(seeder.device.swarm.traffic.sentBytes / simulation.content.layout.totalBytes).toBeLessThan(1.25)
      simulation.leave(seeder)
      expect(await simulation.finish(200_000, receivers)).toBe(true)
    },
  )

  test('of a swarm that only wants a part, nobody waits for pieces that nobody wants', LONG, async () => {
    const simulation = new Simulation({ seed: 13, totalBytes: 64 * PIECE, pieceBytes: PIECE, connections: 8 })
    const wanted = [3, 17, 40]
    const all = Array.from({ length: 6 }, (_, i) =>
      i === 0 ? { line: LINE, isSeeder: true } : { line: LINE, wanted },
    )
    const [, ...receivers] = simulation.addTogether(all)
    expect(await simulation.finish(8000, receivers)).toBe(true)
    for (const { device } of receivers) expect(device.store.have.count).toBe(wanted.length)
  })
})

describe('a topic of two hundred, each with twelve connections at most', () => {
  test('gets everything in one part, also when a tenth leaves in the middle', LONG, async () => {
    const simulation = new Simulation({
      seed: 21,
      totalBytes: 16 * PIECE,
      pieceBytes: PIECE,
      connections: 12,
    })
    const all = Array.from({ length: 200 }, (_, i) => ({ line: LINE, isSeeder: i === 0 }))
    const [, ...receivers] = simulation.addTogether(all)
    expect(simulation.partCount).toBe(1)
    await simulation.clock.run(4000)
    const leaving = receivers.filter((_, i) => i % 10 === 3)
    for (const member of leaving) simulation.leave(member)
    const staying = receivers.filter((member) => !member.isGone)
    expect(await simulation.finish(120_000, staying)).toBe(true)
    expect(simulation.partCount).toBe(1)
    for (const { device, neighbours } of staying) {
      expect(neighbours.size).toBeLessThanOrEqual(12)
      expect(device.swarm.sessions.size).toBeLessThanOrEqual(12)
      expect(device.store.rewrites).toBe(0)
    }
    const received = staying.reduce((sum, { device }) => sum + device.swarm.traffic.receivedBytes, 0)
    expect(received / (staying.length * simulation.content.layout.totalBytes)).toBeLessThan(1.06)
    expect(bannedBy(simulation.members).size).toBe(0)
  })
})
