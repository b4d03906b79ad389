/** What the details say of connections, of nobody, and of notices. */

import { describe, expect, test } from 'vitest'
import { nobodyWords } from '#renderer/screens/details/nobody-words.ts'
import { noticeWords } from '#renderer/screens/details/notice-words.ts'
import { canBecomeDirect, connectionWords, standingOf } from '#renderer/screens/details/route-words.ts'
import { createFormat } from '#renderer/text/format.ts'
import { korean } from '#renderer/text/korean.ts'
import { english } from '#renderer/text/messages.ts'
import { NoticeCode, RouteKind, RouteReason, TransferState, type RouteView } from '#shared/api/views.ts'

const BASE: RouteView = {
  kind: 'relayed',
  localType: 'relay',
  remoteType: 'srflx',
  localAddress: '192.0.2.1:1',
  remoteAddress: '192.0.2.2:2',
  protocol: 'udp',
  reason: 'no-direct-path',
  relayHost: 'turn.example.org',
}
const connected = (route: Partial<RouteView>) =>
  connectionWords({ state: 'connected', failure: null, route: { ...BASE, ...route } }, english)

describe('why a connection runs as it does', () => {
  test.each<[Partial<RouteView>, string]>([
    [{ kind: 'lan', reason: 'same-device' }, 'this computer'],
    [{ kind: 'lan', reason: 'same-network' }, 'same network'],
    [{ kind: 'direct', reason: 'hole-punched' }, 'both routers'],
    [{ kind: 'direct', reason: 'public-address' }, 'reached from everywhere'],
    [{}, 'through turn.example.org: no direct path'],
    [{ remoteType: 'relay' }, 'turn.example.org and a relay of the other side'],
    [{ relayHost: null }, 'the other side’s relay'],
    [{ reason: 'relay-only' }, 'turn.example.org, because you chose to hide'],
    [{ reason: 'relay-only', relayHost: null }, 'because you chose to hide'],
  ])('%o says “%s”', (route, words) => {
    expect(connected(route)).toContain(words)
  })

  test('a failed one says what helps, one under way what is tried', () => {
    const failed = { state: 'failed', route: null, failure: 'peer.silent' } as const
    expect(connectionWords(failed, english)).toBe(english.errors['peer.silent'])
    expect(connectionWords({ ...failed, failure: null }, english)).toBe(english.errors['peer.unreachable'])
    expect(connectionWords({ ...failed, state: 'connecting' }, english)).toContain('Trying every path')
  })

  test('no combination is without words, in both languages', () => {
    for (const text of [english, korean])
      for (const kind of RouteKind.options)
        for (const reason of RouteReason.options)
          for (const relayHost of [null, 'turn.example.org']) {
            const route = { ...BASE, kind, reason, relayHost }
            expect(
              connectionWords({ state: 'connected', failure: null, route }, text).length,
            ).toBeGreaterThan(5)
          }
  })

  test('only a relay that nobody asked for is looked past', () => {
    expect(canBecomeDirect({ state: 'connected', route: BASE })).toBe(true)
    expect(canBecomeDirect({ state: 'connected', route: { ...BASE, reason: 'relay-only' } })).toBe(false)
    expect(canBecomeDirect({ state: 'connected', route: { ...BASE, kind: 'direct' } })).toBe(false)
  })

  test('a connection without a route is drawn as one that is under way', () => {
    expect(standingOf({ state: 'connected', route: null })).toBe('connecting')
    expect(standingOf({ state: 'failed', route: BASE })).toBe('failed')
    expect(standingOf({ state: 'connected', route: BASE })).toBe('relayed')
  })
})

describe('nobody', () => {
  const situation = (more: Partial<Parameters<typeof nobodyWords>[0]>) =>
    nobodyWords(
      {
        state: 'seeding',
        role: 'send',
        coordinator: 'online',
        linkReach: 'anywhere',
        error: null,
        finishedAtMs: null,
        ...more,
      },
      english,
    )

  test('a sender is asked to pass the link on, on a network only to somebody there', () => {
    expect(situation({})).toMatchObject({ help: 'link', words: english.details.nobody.send })
    expect(situation({ linkReach: 'network' }).words).toBe(english.details.nobody.sendNetwork)
  })

  test('a receiver learns that it goes on by itself', () => {
    for (const state of ['looking', 'stalled', 'receiving'] as const)
      expect(situation({ role: 'get', state })).toMatchObject({
        title: english.details.nobody.getTitle,
        help: undefined,
      })
  })

  test('without a coordinator that is the reason, whoever asks', () => {
    expect(situation({ coordinator: 'offline' }).title).toBe(english.details.nobody.offlineTitle)
    expect(situation({ role: 'get', state: 'looking', coordinator: 'offline' }).title).toBe(
      english.details.nobody.offlineTitle,
    )
  })

  test('a reason of its own is stronger than the coordinator', () => {
    const paused = situation({ role: 'get', state: 'paused', coordinator: 'offline' })
    expect(paused).toMatchObject({ title: english.details.nobody.pausedTitle, help: 'resume' })
    const failed = situation({ state: 'failed', error: { code: 'disk.full', detail: null } })
    expect(failed.words).toBe(english.errors['disk.full'])
  })

  test('an own share that ended is not called complete', () => {
    expect(situation({ state: 'finished' }).title).toBe(english.details.nobody.stoppedTitle)
    expect(situation({ state: 'finished', role: 'get' }).title).toBe(english.details.nobody.finishedTitle)
  })

  test('every state has words', () => {
    for (const state of TransferState.options)
      for (const role of ['send', 'get'] as const) expect(situation({ state, role }).title).not.toBe('')
  })
})

test('every notice is a sentence in both languages, and a ban says why', () => {
  for (const [text, locale] of [
    [english, 'en-GB'],
    [korean, 'ko-KR'],
  ] as const)
    for (const code of NoticeCode.options) {
      const words = noticeWords({ code, count: 1234, text: 'peer.bad-piece' }, text, createFormat(locale))
      expect(words.length).toBeGreaterThan(10)
      expect(words).toContain(code === 'peer-banned' ? text.errors['peer.bad-piece'] : '1,234')
    }
})
