/** What tray, task bar, power saver and notifications make of transfers. */

import { describe, expect, test } from 'vitest'
import { activityOf } from '#electron/main/activity.ts'
import { Announcer } from '#electron/main/announcer.ts'
import { textsFor } from '#electron/main/texts.ts'
import { peerView, transferView } from './transfer-view.ts'

describe('activity', () => {
  test.each([
    'queued',
    'preparing',
    'looking',
    'offered',
    'stalled',
    'paused',
    'finished',
    'stopped',
    'failed',
  ] as const)('%s keeps nothing awake', (state) => {
    const view = transferView({ state, peers: [peerView()] })
    expect(activityOf([view])).toEqual({ running: [], receivingCount: 0, sendingCount: 0, progress: null })
  })

  test('a share is at work only while somebody is here who lacks something', () => {
    const count = (...peers: ReturnType<typeof peerView>[]) =>
      activityOf([transferView({ role: 'send', state: 'seeding', peers })]).sendingCount
    expect(count()).toBe(0)
    expect(count(peerView({ completeness: 1 }))).toBe(0)
    expect(count(peerView({ state: 'failed', completeness: 0.5 }))).toBe(0)
    expect(count(peerView({ completeness: 1 }), peerView({ completeness: 0.5 }))).toBe(1)
  })

  test('progress is that of all bytes together', () => {
    const { progress, running } = activityOf([
      transferView({ id: 1, totalBytes: 3000, doneBytes: 0 }),
      transferView({ id: 2, totalBytes: 1000, doneBytes: 1000, state: 'checking' }),
      transferView({ id: 3, totalBytes: 9000, doneBytes: 9000, state: 'finished' }),
    ])
    expect(progress).toBe(0.25)
    expect(running.map((one) => one.progress)).toEqual([0, 1])
  })

  test('of empty files it is a number too', () => {
    expect(activityOf([transferView({ totalBytes: 0 })]).progress).toBe(0)
  })
})

describe('news', () => {
  test('that a sender may leave is told once per share, while somebody still lacks something', () => {
    const peers = [peerView({ completeness: 0.5 })]
    const share = { role: 'send', state: 'seeding', peers } as const
    const announcer = new Announcer([transferView(share)])
    expect(announcer.note([transferView({ ...share, copies: 0.99 })], [])).toEqual([])
    expect(announcer.note([transferView({ ...share, copies: 1 })], [])).toEqual([
      { kind: 'spread', title: 'Holiday' },
    ])
    expect(announcer.note([transferView({ ...share, copies: 0.5 })], [])).toEqual([])
    expect(announcer.note([transferView({ ...share, copies: 2 })], [])).toEqual([])
    const done = transferView({ ...share, id: 2, copies: 1, peers: [peerView({ completeness: 1 })] })
    expect(announcer.note([done], [])).toEqual([{ kind: 'delivered', title: 'Holiday', name: 'Anna' }])
  })

  const done = { state: 'seeding', finishedAtMs: 5 } as const

  test('what is so at the start is none', () => {
    const failed = transferView({ id: 2, state: 'failed', error: { code: 'disk.full', detail: null } })
    const announcer = new Announcer([transferView(done), failed])
    expect(announcer.note([transferView(done), failed], [])).toEqual([])
  })

  test('a transfer that completes is told once', () => {
    const announcer = new Announcer([transferView()])
    expect(announcer.note([transferView(done)], [])).toEqual([{ kind: 'received', title: 'Holiday' }])
    expect(announcer.note([transferView({ ...done, state: 'finished' })], [])).toEqual([])
  })

  test('also one so small that nobody saw it run', () => {
    expect(new Announcer([]).note([transferView(done)], [])).toEqual([{ kind: 'received', title: 'Holiday' }])
  })

  test('an own share is complete from the beginning, which is no news', () => {
    expect(new Announcer([]).note([transferView({ ...done, role: 'send' })], [])).toEqual([])
  })

  test('a failure is told, and again after it ran in between', () => {
    const announcer = new Announcer([transferView()])
    const failed = transferView({ state: 'failed' })
    const news = [{ kind: 'failed', title: 'Holiday' }]
    expect(announcer.note([failed], [])).toEqual(news)
    expect(announcer.note([failed], [])).toEqual([])
    expect(announcer.note([transferView()], [])).toEqual([])
    expect(announcer.note([failed], [])).toEqual(news)
  })

  test('each receiver of a share that has everything is told once', () => {
    const share = (...peers: ReturnType<typeof peerView>[]) => [
      transferView({ role: 'send', state: 'seeding', peers }),
    ]
    const announcer = new Announcer(share(peerView({ completeness: 0.9 })))
    const anna = peerView({ completeness: 1 })
    expect(announcer.note(share(anna), [])).toEqual([{ kind: 'delivered', title: 'Holiday', name: 'Anna' }])
    expect(announcer.note(share(), [])).toEqual([])
    expect(announcer.note(share(anna), [])).toEqual([])
    const elsewhere = peerView({ peer: 'b'.repeat(32), completeness: 1, sentBytes: 0 })
    expect(announcer.note(share(anna, elsewhere), [])).toEqual([])
  })

  test('a number that comes again after its transfer has gone is another one', () => {
    const announcer = new Announcer([transferView(done)])
    announcer.note([], [transferView().id])
    expect(announcer.note([transferView(done)], [])).toHaveLength(1)
  })
})

describe('the shell’s texts', () => {
  test.each([
    ['system', 'ko-KR', 'Beeline 보기'],
    ['system', 'ko', 'Beeline 보기'],
    ['system', 'de-DE', 'Show Beeline'],
    ['system', '', 'Show Beeline'],
    ['ko', 'en-US', 'Beeline 보기'],
    ['en', 'ko-KR', 'Show Beeline'],
  ] as const)('%s on a %s system', (language, locale, show) => {
    expect(textsFor(language, locale).show).toBe(show)
  })
})
