import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Availability } from '#shared/swarm/availability.ts'

/** By the definition, from the counts. */
function copiesOf(counts: readonly number[]): number {
  if (counts.length === 0) return 0
  const fewest = Math.min(...counts)
  return fewest + counts.filter((count) => count > fewest).length / counts.length
}

test('whatever comes and goes, the copies are what the counts say', () => {
  const change = fc.record({ piece: fc.nat({ max: 6 }), isMore: fc.boolean() })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.array(change, { maxLength: 80 }),
      (pieceCount, changes) => {
        const availability = new Availability(pieceCount)
        const counts = Array.from({ length: pieceCount }, () => 0)
        for (const { piece: any, isMore } of changes) {
          const piece = any % pieceCount
          if (isMore) availability.add(piece)
          else availability.delete(piece)
          counts[piece] = Math.max(0, (counts[piece] ?? 0) + (isMore ? 1 : -1))
          expect([...availability.counts]).toEqual(counts)
          expect(availability.copies).toBeCloseTo(copiesOf(counts), 9)
        }
      },
    ),
  )
})

test('nothing has no copies', () => {
  expect(new Availability(0).copies).toBe(0)
})
