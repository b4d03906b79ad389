import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowAfterKey, rowsInSight, scrollFor } from '#renderer/screens/transfers/row-window.ts'
import { layoutFor } from '#renderer/screens/transfers/row-layout.ts'

const LIST = { count: 2000, rowPx: 66, heightPx: 600 }

test('whatever is in sight exists, and little more', () => {
  fc.assert(
    fc.property(
      fc.nat(3000),
      fc.integer({ min: 40, max: 120 }),
      fc.nat(2000),
      fc.nat(),
      (count, rowPx, heightPx, far) => {
        const scrollPx = Math.min(far, Math.max(0, count * rowPx - heightPx))
        const { first, end } = rowsInSight({ count, rowPx, scrollPx, heightPx })
        for (let y = scrollPx; y < Math.min(scrollPx + heightPx, count * rowPx); y += rowPx / 3) {
          const row = Math.floor(y / rowPx)
          expect(row >= first && row < end).toBe(true)
        }
        expect(first).toBeGreaterThanOrEqual(0)
        expect(end).toBeLessThanOrEqual(count)
        expect(end - first).toBeLessThanOrEqual(Math.ceil(heightPx / rowPx) + 14)
      },
    ),
  )
})

test('a list that became shorter than it is scrolled shows no rows that are not there', () => {
  const { first, end } = rowsInSight({ count: 3, rowPx: 66, scrollPx: 90_000, heightPx: 600 })
  expect(first).toBeLessThanOrEqual(end)
  expect(end).toBe(3)
})

test('scrolls as little as it must', () => {
  const list = { rowPx: 66, scrollPx: 660, heightPx: 600 }
  expect(scrollFor(12, list)).toBe(660)
  expect(scrollFor(9, list)).toBe(594)
  expect(scrollFor(19, list)).toBe(720)
})

test.each([
  ['ArrowDown', 5, 6],
  ['ArrowUp', 0, 0],
  ['ArrowDown', 1999, 1999],
  ['PageDown', 5, 13],
  ['PageUp', 5, 0],
  ['Home', 700, 0],
  ['End', 700, 1999],
  ['x', 5, undefined],
])('%s in row %i leads to %s', (key, row, expected) => {
  expect(rowAfterKey(key, row, LIST)).toBe(expected)
})

test('no key leads anywhere in an empty list', () => {
  expect(rowAfterKey('End', -1, { ...LIST, count: 0 })).toBeUndefined()
})

test('wider lists show more in fewer lines', () => {
  expect([300, 640, 940].map(layoutFor)).toEqual(['compact', 'medium', 'wide'])
})
