import { expect, test } from 'vitest'
import { needsSecondOffer, type Attempt } from '#engine/connect/known-peer.ts'

type Seen = Pick<Attempt, 'role' | 'ways' | 'isSecond' | 'startedMs'>
const FIRST: Seen = { role: 'offer', ways: 'any', isSecond: false, startedMs: 1000 }
const SECOND: Seen = { ...FIRST, isSecond: true, startedMs: 9000 }

function known(lanes: number, ...attempts: readonly Seen[]): Parameters<typeof needsSecondOffer>[0] {
  return {
    lanes: { size: lanes },
    attempts: new Map(attempts.map((attempt, index) => [`${index}`, attempt])),
  }
}

test('an offer that takes long gets a second one beside it, once', () => {
  expect(needsSecondOffer(known(0, FIRST), 8999)).toBe(false)
  expect(needsSecondOffer(known(0, FIRST), 9000)).toBe(true)
  expect(needsSecondOffer(known(0, FIRST, SECOND), 30_000)).toBe(false)
  expect(needsSecondOffer(known(0, SECOND), 30_000)).toBe(false)
})

test.each([
  ['who answered', known(0, { ...FIRST, role: 'answer' })],
  ['who has a lane already', known(1, FIRST)],
  ['a try for a direct way', known(0, { ...FIRST, ways: 'direct' })],
  ['nobody', known(0)],
])('%s makes none', (_who, peer) => expect(needsSecondOffer(peer, 30_000)).toBe(false))
