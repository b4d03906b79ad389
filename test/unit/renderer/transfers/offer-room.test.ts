import { expect, test } from 'vitest'
import { countRoutes } from '#renderer/screens/transfers/count-routes.ts'
import { roomFor } from '#renderer/screens/transfers/offer-room.ts'
import { DIRECT, LAN, peer, RELAYED } from '#test/e2e/mock/fixtures.ts'

const WANTED = { sizeBytes: 100, fileCount: 1, isComplete: true }
const SPACE = { freeBytes: 100, exists: true, isWritable: true }

test('what fits to the last byte fits', () => {
  expect(roomFor(WANTED, SPACE)).toEqual({ isEnough: true, problem: null })
  expect(roomFor(WANTED, { ...SPACE, freeBytes: 99 })).toEqual({ isEnough: false, problem: 'space' })
})

test('nobody is held up by what is not known', () => {
  expect(roomFor(WANTED, undefined).isEnough).toBe(true)
  expect(roomFor(WANTED, { ...SPACE, freeBytes: null }).isEnough).toBe(true)
})

test('a folder that cannot be written is none, however much is free', () => {
  expect(roomFor(WANTED, { ...SPACE, isWritable: false })).toEqual({
    isEnough: false,
    problem: 'permission',
  })
})

test('routes of connected devices only, the shortest way first', () => {
  const peers = [peer('a', RELAYED), peer('b', LAN), peer('c', DIRECT), peer('d', DIRECT), peer('e', null)]
  expect(countRoutes([...peers, peer('f', LAN, { state: 'failed' })])).toEqual([
    { kind: 'lan', count: 1 },
    { kind: 'direct', count: 2 },
    { kind: 'relayed', count: 1 },
  ])
})
