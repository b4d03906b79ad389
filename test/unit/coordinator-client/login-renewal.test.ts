/** Logins are renewed at half their life, and never faster than once a minute. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LoginRenewal } from '#engine/coordinator-client/login-renewal.ts'
import { randomTopic } from '#test/unit/coordinator/raw-device.ts'

const HOUR_MS = 3_600_000

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test.each([
  ['half of a usual life', 4 * HOUR_MS, 2 * HOUR_MS],
  ['a minute for a life of a millisecond', 1, 60_000],
  ['what a timer takes for a life of centuries', Number.MAX_SAFE_INTEGER, 2 ** 31 - 1],
])('after %s', async (_what, lifeMs, waitMs) => {
  const renewal = new LoginRenewal()
  const renew = vi.fn<() => void>()
  renewal.plan(randomTopic(), lifeMs, renew)
  await vi.advanceTimersByTimeAsync(waitMs - 1)
  expect(renew).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(renew).toHaveBeenCalledOnce()
})

test('what does not expire is not renewed, nor is a topic that was left', async () => {
  const renewal = new LoginRenewal()
  const renew = vi.fn<() => void>()
  const [first, second] = [randomTopic(), randomTopic()]
  renewal.plan(first, HOUR_MS, renew)
  renewal.plan(first, undefined, renew)
  renewal.plan(second, HOUR_MS, renew)
  renewal.forget(second)
  await vi.advanceTimersByTimeAsync(2 * HOUR_MS)
  expect(renew).not.toHaveBeenCalled()
})

test('a new plan takes the place of the old one', async () => {
  const renewal = new LoginRenewal()
  const [early, late] = [vi.fn<() => void>(), vi.fn<() => void>()]
  const topic = randomTopic()
  renewal.plan(topic, HOUR_MS, early)
  renewal.plan(topic, 2 * HOUR_MS, late)
  await vi.advanceTimersByTimeAsync(HOUR_MS)
  expect(early).not.toHaveBeenCalled()
  expect(late).toHaveBeenCalledOnce()
})
