/** The hold is no shorter than a signalling way, and bounded. */

import { expect, test } from 'vitest'
import { offererHoldMs } from '#engine/connect/offerer-hold.ts'

test('half of what offer and answer took, and some room for a busy machine', () => {
  expect(offererHoldMs(0)).toBe(30)
  expect(offererHoldMs(100)).toBe(80)
})

test('who takes seconds to answer does not hold up those who must punch holes', () => {
  expect(offererHoldMs(10_000)).toBe(200)
})
