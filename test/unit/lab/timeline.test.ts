/** What the lab reads off the words of a receiver. */

import { expect, test } from 'vitest'
import { Timeline } from '#test/lab/timeline.ts'

const RELAYED = { kind: 'relayed', localType: 'relay', remoteType: 'relay', reason: 'looking' }
const DIRECT = { kind: 'direct', localType: 'srflx', remoteType: 'srflx', reason: 'hole-punched' }

function progress(receivedBytes: number, route: object | null, more: object = {}): string {
  const peer = { state: route === null ? 'connecting' : 'connected', route, failure: null, ...more }
  const transfer = { state: 'receiving', receivedBytes, totalBytes: 1000, peers: [peer] }
  return JSON.stringify({ event: 'progress', transfer })
}

function timelineOf(...lines: readonly (readonly [atMs: number, line: string])[]): Timeline {
  const timeline = new Timeline()
  for (const [atMs, line] of lines) timeline.read(line, atMs)
  return timeline
}

test('the moments of a connection that begins relayed and becomes direct', () => {
  const history = [
    { kind: 'relayed', sinceMs: 300 },
    { kind: 'direct', sinceMs: 1900 },
  ]
  const timeline = timelineOf(
    [100, progress(0, null)],
    [400, progress(0, RELAYED)],
    [650, progress(10, RELAYED)],
    [2000, progress(500, DIRECT, { history })],
    [2250, progress(700, DIRECT, { history })],
    [2500, JSON.stringify({ event: 'done', receivedBytes: 1000 })],
  )
  expect(timeline).toMatchObject({ openMs: 400, firstByteMs: 650, directMs: 2000, doneMs: 2500 })
  expect(timeline.firstRoute).toEqual(RELAYED)
  expect(timeline.lastRoute).toEqual(DIRECT)
  expect(timeline.sameKindSinceMs).toBe(2000)
  expect(timeline.history).toBe('relayed 0.3 s, direct 1.9 s')
})

test('a route that is lost is not the same kind any more', () => {
  const timeline = timelineOf([400, progress(0, DIRECT)], [900, progress(0, null)])
  expect(timeline.sameKindSinceMs).toBeNull()
  expect(timeline.lastRoute).toEqual(DIRECT)
})

test('the longest pause is one that touches the time after the event', () => {
  const timeline = timelineOf(
    [0, progress(0, null)],
    [5000, progress(10, DIRECT)],
    [5250, progress(20, DIRECT)],
    [5500, progress(20, null)],
    [8000, progress(30, DIRECT)],
    [8250, progress(40, DIRECT)],
    [8300, JSON.stringify({ event: 'done', receivedBytes: 40 })],
  )
  expect(timeline.longestPauseMs(5300, 9000)).toBe(2750)
  expect(timeline.longestPauseMs(8100, 9000)).toBe(250)
})

test('a transfer that does not go on is a pause until now', () => {
  const timeline = timelineOf([1000, progress(10, DIRECT)], [1250, progress(20, DIRECT)])
  expect(timeline.longestPauseMs(1100, 31_250)).toBe(30_000)
})

test('failures of a peer and of the command are told, and other lines are none of its business', () => {
  const timeline = timelineOf(
    [0, 'no JSON'],
    [1, JSON.stringify({ event: 'link', link: 'x' })],
    [2, progress(0, null, { failure: 'peer.unreachable' })],
  )
  expect(timeline.failure).toBe('peer.unreachable')
  timeline.read(JSON.stringify({ event: 'error', code: 'transfer.failed' }), 3)
  expect(timeline.failure).toBe('transfer.failed')
  expect(timeline.openMs).toBeNull()
})
