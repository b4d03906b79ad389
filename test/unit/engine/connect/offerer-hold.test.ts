/** What waits for the answer, and for how long. */

import { expect, test } from 'vitest'
import { isNearby, offererHoldMs } from '#engine/connect/offerer-hold.ts'

test('half of what offer and answer took, and some room for a busy machine', () => {
  expect(offererHoldMs(0)).toBe(30)
  expect(offererHoldMs(100)).toBe(80)
})

test('who takes seconds to answer does not hold up those who must punch holes', () => {
  expect(offererHoldMs(10_000)).toBe(200)
})

test('near is what a device says of itself in a network of its own', () => {
  const facts = (type: 'host' | 'srflx', address: string): Parameters<typeof isNearby>[0] => ({
    type,
    address,
  })
  expect(isNearby(facts('host', '192.168.1.5'))).toBe(true)
  expect(isNearby(facts('host', 'fd00::5'))).toBe(true)
  expect(isNearby(facts('host', '3f2504e0-4f89-11d3-9a0c-0305e82c3301.local'))).toBe(true)
  expect(isNearby(facts('host', '198.51.100.7'))).toBe(false)
  expect(isNearby(facts('srflx', '192.168.1.5'))).toBe(false)
})
