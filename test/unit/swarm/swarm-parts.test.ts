/** The parts of the swarm that decide something, one by one. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BLOCK_BYTES } from '#shared/share/piece-layout.ts'
import { Bitfield } from '#shared/swarm/bitfield.ts'
import { OpenPiece } from '#shared/swarm/open-piece.ts'
import {
  FIRST_WINDOW_BYTES,
  MAX_WINDOW_BYTES,
  MIN_WINDOW_BYTES,
  pickPiece,
  windowBytes,
  type PieceView,
} from '#shared/swarm/picker.ts'
import { RateMeter } from '#shared/swarm/rate-meter.ts'
import { Suspects } from '#shared/swarm/suspects.ts'
import { refusalOf } from '#test/unit/shared/refusal.ts'
import { VirtualClock } from './virtual-clock.ts'
import { peerNumber } from './virtual-swarm.ts'

const [ONE, TWO] = [peerNumber(1), peerNumber(2)]

describe('bitfield', () => {
  const length = fc.integer({ min: 0, max: 300 })

  test('is a set of numbers, also through its bytes', () => {
    fc.assert(
      fc.property(length, fc.array(fc.tuple(fc.boolean(), fc.nat(320))), (size, changes) => {
        const field = new Bitfield(size)
        const set = new Set<number>()
        for (const [isAdded, index] of changes) {
          const isChange = isAdded ? index < size && !set.has(index) : set.has(index)
          expect(isAdded ? field.add(index) : field.delete(index)).toBe(isChange)
          if (isAdded && index < size) set.add(index)
          else set.delete(index)
        }
        const again = Bitfield.parse(field.toBytes(), size)
        for (const one of [field, again]) {
          expect(one.count).toBe(set.size)
          expect(one.isFull).toBe(set.size === size)
          for (let i = 0; i < 330; i++) expect(one.has(i)).toBe(set.has(i))
        }
      }),
    )
  })

  test('refuses another length and stray bits, and takes everything else', () => {
    fc.assert(
      fc.property(length, fc.uint8Array({ maxLength: 45 }), (size, bytes) => {
        const isRightLength = bytes.length === Math.ceil(size / 8)
        const last = bytes.at(-1) ?? 0
        const hasStrayBits = isRightLength && size % 8 !== 0 && (last & (0xff >> (size % 8))) !== 0
        const refused = refusalOf(() => Bitfield.parse(bytes, size))
        expect(refused?.code).toBe(isRightLength && !hasStrayBits ? undefined : 'peer.protocol')
      }),
    )
  })

  test('full has everything, and its bytes are its own', () => {
    const full = Bitfield.full(9)
    expect([...full.toBytes()]).toEqual([0xff, 0x80])
    full.toBytes().fill(0)
    expect(full.isFull).toBe(true)
  })
})

describe('picking a piece', () => {
  const view = (more: Partial<PieceView>): PieceView => ({
    pieceCount: 6,
    isOpenToPick: () => true,
    peerHas: () => true,
    urgencyOf: () => 1,
    isFirst: false,
    availability: [2, 2, 2, 2, 2, 2],
    random: () => 0.5,
    ...more,
  })

  test('takes the rarest that the peer has and that is open', () => {
    const availability = [3, 1, 2, 1, 5, 2]
    const peerHas = (piece: number): boolean => piece !== 1
    expect(pickPiece(view({ availability, peerHas }))).toBe(3)
    expect(pickPiece(view({ availability, peerHas, isOpenToPick: (piece) => piece > 3 }))).toBe(5)
  })

  test('at first takes any that two have, each as likely, and the rarest only when there is none', () => {
    const clock = new VirtualClock(4)
    const availability = [1, 2, 9, 1, 30, 1]
    const picked = new Set<number | undefined>()
    for (let i = 0; i < 200; i++)
      picked.add(pickPiece(view({ availability, isFirst: true, random: () => clock.random() })))
    expect(picked).toEqual(new Set([1, 2, 4]))
    const peerHas = (piece: number): boolean => piece % 2 === 1 && piece !== 1
    expect([3, 5]).toContain(pickPiece(view({ availability, isFirst: true, peerHas })))
    // What somebody reads or wants soonest still comes before.
    const urgencyOf = (piece: number): number => (piece === 0 ? 2 : 1)
    expect(pickPiece(view({ availability, isFirst: true, urgencyOf }))).toBe(0)
  })

  test('of any view it is one that may be picked, and none that may is wanted sooner or as soon and rarer', () => {
    const piece = fc.record({
      isOpen: fc.boolean(),
      has: fc.boolean(),
      urgency: fc.nat(3),
      count: fc.nat(5),
    })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.boolean(), fc.nat(), (pieces, isFirst, seed) => {
        const clock = new VirtualClock(seed)
        const chosen = pickPiece({
          pieceCount: pieces.length,
          isOpenToPick: (i) => pieces[i]?.isOpen === true,
          peerHas: (i) => pieces[i]?.has === true,
          urgencyOf: (i) => pieces[i]?.urgency ?? 0,
          availability: pieces.map(({ count }) => count),
          isFirst,
          random: () => clock.random(),
        })
        const open = pieces.filter(({ isOpen, has }) => isOpen && has)
        const soonest = Math.max(...open.map(({ urgency }) => urgency))
        const soon = open.filter(({ urgency }) => urgency === soonest)
        const rarest = Math.min(...soon.map(({ count }) => count))
        const common = soon.filter(({ count }) => count > 1)
        const right = isFirst && common.length > 0 ? common : soon.filter(({ count }) => count === rarest)
        expect(open.length > 0 ? right : [undefined]).toContain(pieces[chosen ?? -1])
      }),
    )
  })

  test('takes nothing when there is nothing', () => {
    expect(pickPiece(view({ isOpenToPick: () => false }))).toBe(undefined)
    expect(pickPiece(view({ peerHas: () => false }))).toBe(undefined)
    expect(pickPiece(view({ pieceCount: 0 }))).toBe(undefined)
  })

  test('chooses among equals by chance, each as likely', () => {
    const clock = new VirtualClock(3)
    const hits = [0, 0, 0, 0, 0, 0]
    for (let i = 0; i < 6000; i++) {
      const piece = pickPiece(view({ random: () => clock.random() })) ?? -1
      hits[piece] = (hits[piece] ?? 0) + 1
    }
    for (const count of hits) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})

describe('the window', () => {
  test('lies between its bounds whatever is measured', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
        fc.boolean(),
        fc.integer({ min: 0, max: 1000 }),
        (rate, roundTripMs, isYoung, sourceCount) => {
          const window = windowBytes(rate, roundTripMs, isYoung, sourceCount)
          const shared = (isYoung ? FIRST_WINDOW_BYTES : MIN_WINDOW_BYTES) / Math.max(1, sourceCount)
          expect(window).toBeGreaterThanOrEqual(Math.max(shared, 2 * BLOCK_BYTES))
          expect(window).toBeLessThanOrEqual(MAX_WINDOW_BYTES)
        },
      ),
    )
  })

  test('grows with the rate and with the round trip', () => {
    expect(windowBytes(0, null, false, 1)).toBe(MIN_WINDOW_BYTES)
    expect(windowBytes(5_000_000, 100, false, 1)).toBeGreaterThan(windowBytes(2_000_000, 100, false, 1))
    expect(windowBytes(2_000_000, 400, false, 1)).toBeGreaterThan(windowBytes(2_000_000, 0, false, 1))
    expect(windowBytes(1e12, 0, false, 1)).toBe(MAX_WINDOW_BYTES)
  })

  test('of many slow sources is small for each, and of a fast one among them as large as alone', () => {
    expect(windowBytes(0, null, false, 12)).toBe(2 * BLOCK_BYTES)
    expect(windowBytes(5_000_000, 100, false, 12)).toBe(windowBytes(5_000_000, 100, false, 1))
  })
})

describe('a piece being put together', () => {
  const open = (blocks: number): OpenPiece => new OpenPiece(7, new Uint8Array(blocks * BLOCK_BYTES))
  const block = (fill: number): Uint8Array => new Uint8Array(BLOCK_BYTES).fill(fill)

  test('gives out runs of missing blocks, and what is released once more', () => {
    const piece = open(8)
    expect(piece.take(3)).toEqual([7, 0, 3])
    expect(piece.take(100)).toEqual([7, 3, 5])
    expect(piece.take(1)).toBe(undefined)
    piece.release(1)
    piece.release(2)
    piece.release(5)
    expect(piece.missingCount).toBe(3)
    expect(piece.take(10)).toEqual([7, 1, 2])
    expect([...piece.asked()]).toEqual([0, 1, 2, 3, 4, 6, 7])
    expect(piece.take(10)).toEqual([7, 5, 1])
    expect(piece.take(0)).toBe(undefined)
  })

  test('is complete when every block has come, from whomever, asked for or not', () => {
    const piece = open(2)
    expect(piece.receive(1, block(2), TWO)).toBe(true)
    expect(piece.receive(1, block(9), ONE)).toBe(false)
    expect(piece.isComplete).toBe(false)
    piece.take(1)
    expect(piece.receive(0, block(1), ONE)).toBe(true)
    expect(piece.isComplete).toBe(true)
    expect(piece.missingCount).toBe(0)
    expect(piece.from).toEqual([ONE, TWO])
    expect([piece.bytes[0], piece.bytes[BLOCK_BYTES]]).toEqual([1, 2])
    piece.release(0)
    expect(piece.missingCount).toBe(0)
  })

  test('keeps its counts whatever happens to it', () => {
    const step = fc.tuple(fc.constantFrom('take', 'release', 'receive'), fc.nat(4))
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const piece = open(5)
        for (const [what, number] of steps) {
          if (what === 'take') piece.take(number)
          else if (what === 'release') piece.release(number)
          else piece.receive(number, block(number), ONE)
          const asked = [...piece.asked()].length
          expect(piece.missingCount + asked + piece.receivedCount).toBe(5)
        }
      }),
    )
  })
})

describe('suspects', () => {
  const piece = (...fills: readonly number[]): Uint8Array => {
    const bytes = new Uint8Array(fills.length * BLOCK_BYTES)
    fills.forEach((fill, i) => bytes.fill(fill, i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES))
    return bytes
  }

  test('are those whose blocks differ from the truth, and nobody else', () => {
    const suspects = new Suspects()
    suspects.add(3, piece(1, 2, 9), [ONE, TWO, TWO])
    expect(suspects.has(3)).toBe(true)
    expect(suspects.convict(3, piece(1, 2, 3))).toEqual([TWO])
    expect(suspects.has(3)).toBe(false)
    expect(suspects.convict(3, piece(1, 2, 3))).toEqual([])
  })

  test('may be several, and none when nobody is known to have sent the block', () => {
    const suspects = new Suspects()
    suspects.add(0, piece(8, 9), [ONE, TWO])
    expect(suspects.convict(0, piece(1, 2)).sort()).toEqual([ONE, TWO])
    suspects.add(1, piece(8, 2), [undefined, TWO])
    expect(suspects.convict(1, piece(1, 2))).toEqual([])
  })

  test('are remembered for a few pieces only: evidence must not fill the memory', () => {
    const suspects = new Suspects()
    for (let i = 0; i < 100; i++) suspects.add(i, piece(9), [ONE])
    const kept = Array.from({ length: 100 }, (_, i) => i).filter((i) => suspects.has(i))
    expect(kept).toEqual([96, 97, 98, 99])
  })
})

describe('the rate', () => {
  function meter(): { rate: RateMeter; move: (ms: number) => void } {
    let now = 12_345
    return { rate: new RateMeter(() => now), move: (ms) => void (now += ms) }
  }

  test('is what went by in the last seconds, soon after the start too', () => {
    const { rate, move } = meter()
    const measured: number[] = []
    for (let i = 0; i < 100; i++) {
      rate.add(10_000)
      move(100)
      measured.push(rate.bytesPerSecond())
    }
    expect(rate.totalBytes).toBe(1_000_000)
    for (const bytesPerSecond of measured.slice(5)) {
      expect(Math.abs(bytesPerSecond - 100_000)).toBeLessThan(20_000)
    }
  })

  test('is nothing after a pause, however long', () => {
    for (const pauseMs of [2250, 10_000, 86_400_000]) {
      const { rate, move } = meter()
      rate.add(1_000_000)
      move(pauseMs)
      expect(rate.bytesPerSecond()).toBe(0)
      rate.add(500)
      expect(rate.bytesPerSecond()).toBeGreaterThan(0)
    }
  })

  test('is never more than all there was in the shortest time that counts', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3000), fc.nat(1_000_000))), (steps) => {
        const { rate, move } = meter()
        for (const [ms, bytes] of steps) {
          move(ms)
          rate.add(bytes)
          expect(rate.bytesPerSecond()).toBeGreaterThanOrEqual(0)
          expect(rate.bytesPerSecond()).toBeLessThanOrEqual(rate.totalBytes * 4)
        }
      }),
    )
  })
})
