import { describe, expect, test } from 'vitest'
import {
  hasProgress,
  isHidden,
  markOf,
  shareDone,
  stateWords,
} from '#renderer/screens/transfers/state-words.ts'
import { createFormat } from '#renderer/text/format.ts'
import { korean } from '#renderer/text/korean.ts'
import { english } from '#renderer/text/messages.ts'
import type { TransferView } from '#shared/api/views.ts'
import { DIRECT, LAN, MB, NOW_MS, peer, transfer } from '#test/e2e/mock/fixtures.ts'

const format = createFormat('en-GB')
const words = (more: Partial<TransferView>): string =>
  stateWords(transfer(1, 'x', more), english, format, NOW_MS)

describe('what a transfer says of itself', () => {
  test('receiving: from how many, without those that are still connecting', () => {
    const peers = [peer('a', LAN), peer('b', DIRECT), peer('c', null)]
    expect(words({ state: 'receiving', peers })).toBe('Receiving from 2 devices')
    expect(words({ state: 'receiving', peers: peers.slice(1, 2) })).toBe('Receiving from 1 device')
    expect(words({ state: 'receiving', peers: peers.slice(2) })).toBe('Connecting…')
  })

  test('an own share: nobody yet, somebody now, somebody before, complete copies', () => {
    const own = { role: 'send', state: 'seeding' } as const
    expect(words(own)).toBe('Shared · nobody is fetching it right now')
    expect(words({ ...own, peers: [peer('a', LAN, { completeness: 0.4 })] })).toBe('Sending to 1 device')
    expect(words({ ...own, sentBytes: 5 * MB })).toBe('Shared · 5.00 MB sent so far')
    expect(words({ ...own, sentBytes: MB, fetchedCount: 2 })).toBe('Shared · fetched by 2 devices')
  })

  test('received and passed on', () => {
    const done = { state: 'seeding', finishedAtMs: NOW_MS } as const
    expect(words(done)).toBe('Complete · ready to pass on')
    expect(words({ ...done, peers: [peer('a', LAN, { completeness: 0.5 })] })).toBe(
      'Complete · passing on to 1 device',
    )
    expect(words({ state: 'finished', finishedAtMs: NOW_MS - 7_200_000 })).toBe('Received 2 hours ago')
  })

  test('without a coordinator only those who are alone say so', () => {
    const offline = { coordinator: 'offline' } as const
    expect(words({ ...offline, role: 'send', state: 'seeding' })).toBe('New devices cannot find it right now')
    expect(words({ ...offline, state: 'stalled' })).toBe('Cannot look for others right now')
    expect(words({ ...offline, state: 'receiving', peers: [peer('a', LAN)] })).toBe('Receiving from 1 device')
    expect(isHidden(transfer(1, 'x', { ...offline, peers: [peer('a', null)] }))).toBe(true)
    expect(isHidden(transfer(1, 'x', { ...offline, peers: [peer('a', LAN)] }))).toBe(false)
  })

  test('a failed one gives the advice of its code, in the language of the window', () => {
    const view = transfer(1, 'x', { state: 'failed', error: { code: 'disk.full', detail: null } })
    expect(stateWords(view, english, format, NOW_MS)).toBe(english.errors['disk.full'])
    expect(stateWords(view, korean, createFormat('ko-KR'), NOW_MS)).toBe(korean.errors['disk.full'])
  })
})

test('a bar only while something is missing', () => {
  expect(hasProgress(transfer(1, 'x', { state: 'paused' }))).toBe(true)
  expect(hasProgress(transfer(1, 'x', { state: 'seeding', finishedAtMs: 1 }))).toBe(false)
  expect(hasProgress(transfer(1, 'x', { role: 'send', state: 'seeding' }))).toBe(false)
})

test('how much: not known before the size is, never more than all', () => {
  expect(shareDone(transfer(1, 'x', { totalBytes: 0 }))).toBeUndefined()
  expect(shareDone(transfer(1, 'x', { totalBytes: 10, doneBytes: 5 }))).toBe(0.5)
  expect(shareDone(transfer(1, 'x', { totalBytes: 10, doneBytes: 12 }))).toBe(1)
})

test('what was received and is not passed on is done; an own share that rests is paused', () => {
  expect(markOf(transfer(1, 'x', { state: 'stopped', finishedAtMs: 1 }))).toBe('done')
  expect(markOf(transfer(1, 'x', { state: 'stopped' }))).toBe('paused')
  expect(markOf(transfer(1, 'x', { state: 'stopped', role: 'send', finishedAtMs: 1 }))).toBe('paused')
})
