/** What the details say of connections, of nobody, and of notices. */

import { describe, expect, test } from 'vitest'
import { missingWords } from '#renderer/screens/details/missing-words.ts'
import { nobodyWords } from '#renderer/screens/details/nobody-words.ts'
import { noticeWords } from '#renderer/screens/details/notice-words.ts'
import {
  connectionWords,
  helpWords,
  historyWords,
  routeWords,
  searchWords,
  standingOf,
  staysOf,
  tlsWords,
} from '#renderer/screens/details/route-words.ts'
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
    [{ relayHost: null, remoteType: 'relay' }, 'the other side’s relay'],
    [{ relayHost: null }, 'by a server in between'],
    [{ reason: 'relay-only' }, 'through turn.example.org: you chose to hide'],
    [
      { reason: 'relay-only', relayHost: null, remoteType: 'relay' },
      'the other side’s relay: you chose to hide',
    ],
    [{ reason: 'relay-only-there' }, 'the other side chose to hide'],
    [{ reason: 'udp-blocked' }, 'your network lets no UDP out'],
    [{ reason: 'udp-blocked-there' }, 'the other side’s network lets no UDP out'],
    [{ reason: 'no-common-family' }, 'only IPv4, the other only IPv6'],
    [{ reason: 'changing-ports' }, 'your router uses another port for every destination, and theirs'],
    [{ reason: 'changing-ports-there' }, 'their router uses another port for every destination, and yours'],
    [{ reason: 'changing-ports-both' }, 'your router and theirs both use another port for every destination'],
    [{ reason: 'looking' }, 'for now; still looking for a direct way'],
    [{ kind: 'lan', reason: 'hairpin' }, 'turns the packets round'],
    [{ kind: 'direct', reason: 'hairpin' }, 'turns the packets round'],
    [{ kind: 'direct', reason: 'port-mapped' }, 'a router has opened a port'],
    [{ kind: 'direct', reason: 'looking' }, 'nobody stands in between'],
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

  test('a TLS connection is told of as a route, and why there is none', () => {
    const route = { ...BASE, kind: 'lan', reason: 'same-network', protocol: 'tls' } as const
    expect(routeWords(route, english)).toMatch(/^LAN, TLS/)
    expect(routeWords(route, korean)).toMatch(/^LAN, TLS/)
    expect(routeWords({ ...route, protocol: 'udp' }, english)).not.toContain('TLS')
    for (const reason of ['public-address', 'hole-punched'] as const) {
      const far = { ...route, kind: 'direct', reason } as const
      expect(routeWords(far, english)).toMatch(/^Direct, TLS/)
      expect(routeWords(far, korean)).toMatch(/^직접, TLS/)
    }
    const peer = { state: 'connected', tls: 'blocked' } as const
    expect(tlsWords(peer, english)).toContain('firewall')
    expect(tlsWords(peer, korean)).toContain('방화벽')
    expect(tlsWords({ ...peer, tls: 'trying' }, english)).toContain('tried')
    for (const tls of ['none', 'open'] as const) expect(tlsWords({ ...peer, tls }, english)).toBeUndefined()
    expect(tlsWords({ ...peer, state: 'failed' }, english)).toBeUndefined()
  })

  test('a better route is told of while one is looked for, and only then', () => {
    const peer = { state: 'connected', route: BASE, betterRoute: 'none' } as const
    expect(searchWords(peer, english)).toBeUndefined()
    expect(searchWords({ ...peer, betterRoute: 'trying' }, english)).toContain('right now')
    expect(searchWords({ ...peer, betterRoute: 'later' }, english)).toContain('tries again later')
    expect(searchWords({ ...peer, state: 'failed', betterRoute: 'later' }, english)).toBeUndefined()
  })

  test('what would help is said of relays that a person can do something about', () => {
    const helpFor = (route: Partial<RouteView>) =>
      helpWords({ state: 'connected', route: { ...BASE, ...route } }, english)
    expect(helpFor({ reason: 'udp-blocked' })).toContain('UDP')
    expect(helpFor({ reason: 'changing-ports-there' })).toContain('theirs')
    expect(helpFor({ reason: 'relay-only' })).toBeUndefined()
    expect(helpFor({ kind: 'direct', reason: 'udp-blocked' })).toBeUndefined()
  })

  test('a connection without a route is drawn as one that is under way', () => {
    expect(standingOf({ state: 'connected', route: null })).toBe('connecting')
    expect(standingOf({ state: 'failed', route: BASE })).toBe('failed')
    expect(standingOf({ state: 'connected', route: BASE })).toBe('relayed')
  })
})

describe('what a connection ran over', () => {
  const format = createFormat('en-US')
  const told = (...history: Parameters<typeof historyWords>[0]) => historyWords(history, english, format)

  test('nothing is said before it is open', () => {
    expect(told()).toBeUndefined()
  })

  test('one route from the start', () => {
    expect(told({ kind: 'direct', sinceMs: 840 })).toBe('Open after 0.8 sec, direct from the start.')
  })

  test('relayed first, direct soon', () => {
    expect(told({ kind: 'relayed', sinceMs: 800 }, { kind: 'direct', sinceMs: 2100 })).toBe(
      'Open after 0.8 sec: relayed for 1.3 sec, direct since then.',
    )
  })

  test('of many changes the last are told, and how many there were', () => {
    const many = Array.from({ length: 9 }, (_, i) => ({
      kind: i % 2 === 0 ? ('relayed' as const) : ('direct' as const),
      sinceMs: 500 + i * 60_000,
    }))
    expect(told(...many)).toBe(
      'Open after 0.5 sec, changed 8 times; lately direct for 1 min, relayed for 1 min, direct for 1 min, relayed since then.',
    )
  })

  test('Korean has its own order', () => {
    const history = [
      { kind: 'relayed' as const, sinceMs: 800 },
      { kind: 'direct' as const, sinceMs: 2100 },
    ]
    expect(historyWords(history, korean, createFormat('ko-KR'))).toBe(
      '0.8초 만에 연결: 1.3초 동안 중계, 그 뒤로 직접 연결.',
    )
  })

  test('a clock that went back makes no negative time', () => {
    const stays = staysOf([
      { kind: 'relayed', sinceMs: 900 },
      { kind: 'direct', sinceMs: 100 },
    ])
    expect(stays).toEqual([
      { kind: 'relayed', forMs: 0 },
      { kind: 'direct', forMs: null },
    ])
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
        queuePosition: null,
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

describe('what nobody connected has', () => {
  const missing = { pieceCount: 12, bytes: 3 * 1024 * 1024, fileCount: 7, files: ['a.bin', 'b/c.txt'] }

  test('is counted, sized and named in both languages', () => {
    const words = missingWords(missing, english, createFormat('en-GB'))
    for (const part of ['12 pieces', '7 files', 'a.bin', 'b/c.txt', '5 more']) expect(words).toContain(part)
    const koreanWords = missingWords(missing, korean, createFormat('ko-KR'))
    for (const part of ['조각 12개', '파일 7개', 'a.bin', 'b/c.txt', '5개'])
      expect(koreanWords).toContain(part)
  })

  test('names no more than there is', () => {
    const one = { pieceCount: 1, bytes: 10, fileCount: 1, files: ['only'] }
    expect(missingWords(one, english, createFormat('en-GB'))).toMatch(/has 1 piece .* of 1 file: only\. /)
  })
})
