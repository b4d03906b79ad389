/** Why a connection is relayed, and over what it ran: in the live picture, in lines and in the summary. */

import { describe, expect, test, vi } from 'vitest'
import { formatSeconds } from '#cli/format.ts'
import { resultLines } from '#cli/output/sentences.ts'
import { PLAIN_STYLE } from '#cli/output/style.ts'
import { transferPicture } from '#cli/output/transfer-picture.ts'
import { connectionWords, historyWords, relaySentence } from '#cli/route-words.ts'
import { run } from '#cli/run.ts'
import { TransferHistory } from '#cli/transfer-history.ts'
import { RouteReason, type PeerView } from '#shared/api/views.ts'
import { fakeWorld, peerView, routeOf, transferView } from './fake-engine.ts'

function relayed(reason: RouteReason, changes: Partial<PeerView> = {}): PeerView {
  return peerView({ route: { ...routeOf('relayed'), relayHost: 'turn.example', reason }, ...changes })
}

test.each([
  ['same-device', 'direct, this computer'],
  ['same-network', 'direct, same network'],
  ['hairpin', 'direct, same router'],
] as const)('%s is %s', (reason, words) => {
  expect(connectionWords(peerView({ route: { ...routeOf('lan'), reason } }))).toBe(words)
})

test('a TLS connection is named, and one that could not be had is too', () => {
  const route = { ...routeOf('lan'), reason: 'same-network' } as const
  expect(connectionWords(peerView({ route: { ...route, protocol: 'tls' }, tls: 'open' }))).toBe(
    'direct, same network, TLS',
  )
  expect(connectionWords(peerView({ route, tls: 'blocked' }))).toBe('direct, same network (TLS: blocked)')
  const far = { ...routeOf('direct'), reason: 'public-address' } as const
  expect(connectionWords(peerView({ route: { ...far, protocol: 'tls' }, tls: 'open' }))).toBe(
    'direct, through the internet, TLS',
  )
  expect(connectionWords(peerView({ route: far, tls: 'blocked' }))).toBe('direct, through the internet')
})

test.each(RouteReason.options)('a relay by %s is explained, a direct way needs no excuse', (reason) => {
  expect(relaySentence(relayed(reason))).toMatch(/^relayed(, because .{10}| for now)/)
  expect(relaySentence(peerView({ route: { ...routeOf('direct'), reason } }))).toBeUndefined()
  expect(relaySentence(relayed(reason, { state: 'connecting' }))).toBeUndefined()
})

test.each([
  ['none', 'relayed, because your network lets no UDP out'],
  ['later', 'relayed, because your network lets no UDP out; tried again later'],
  ['trying', 'relayed, because your network lets no UDP out; a direct way is being tried'],
] as const)('what becomes of it is told: %s', (betterRoute, sentence) => {
  expect(relaySentence(relayed('udp-blocked', { betterRoute }))).toBe(sentence)
})

describe('a history', () => {
  const at = (kind: 'lan' | 'direct' | 'relayed', sinceMs: number): PeerView['history'][number] => ({
    kind,
    sinceMs,
  })

  test.each([
    [[], undefined],
    [[at('direct', 800)], undefined],
    [[at('relayed', 800), at('direct', 2100)], 'relayed after 0.8 s, direct after 2.1 s'],
    [
      [at('relayed', 1), at('direct', 2), at('relayed', 3), at('direct', 4), at('lan', 75_000)],
      '… direct after 0.0 s, relayed after 0.0 s, direct after 0.0 s, local after 1 min 15 s',
    ],
  ])('%o', (history, words) => expect(historyWords(history)).toBe(words))

  test('and the reason stand in the summary below the peer', () => {
    const history = new TransferHistory()
    const peer = relayed('changing-ports-both', { history: [at('direct', 600), at('relayed', 9_100)] })
    const result = history.result(transferView({ peers: [peer] }), 'ab', 'finished', 5)
    const lines = resultLines(result, PLAIN_STYLE)
    const start = lines.findIndex((line) => line.includes('from bert'))
    expect(lines.slice(start)).toEqual([
      '  744 MB from bert, relayed through turn.example',
      '    direct after 0.6 s, relayed after 9.1 s',
      '    relayed, because both routers take another port for every destination',
    ])
  })
})

test.each([
  [0, '0.0 s'],
  [9949, '9.9 s'],
  [9950, '10 s'],
])('%i ms are %s', (durationMs, text) => expect(formatSeconds(durationMs)).toBe(text))

describe('the live picture', () => {
  const picture = (peers: readonly PeerView[], height = 23): string =>
    transferPicture(transferView({ peers }), { width: 99, height }, PLAIN_STYLE).join('\n')
  const there = (name: string, peer: PeerView): PeerView => ({ ...peer, name, peer: peerView().peer })

  test('tells one reason once, and with names where it is not everybody’s', () => {
    expect(picture([relayed('udp-blocked')])).toMatch(/\n\nRelayed, because your network lets no UDP out\.$/)
    expect(picture([there('anna', relayed('udp-blocked')), peerView()])).toContain(
      '\nanna: relayed, because your network lets no UDP out.',
    )
    const two = [there('anna', relayed('udp-blocked')), there('carla', relayed('udp-blocked')), peerView()]
    expect(picture(two)).toContain('\n2 devices: relayed, because')
    expect(picture([peerView()])).not.toContain('because')
  })

  test('leaves it away rather than a peer', () => {
    expect(picture([relayed('udp-blocked')], 6)).not.toContain('because')
  })
})

test('lines say why, and again when it is direct', async () => {
  const world = fakeWorld({ role: 'send' })
  world.transfer.set({ peers: [relayed('looking', { betterRoute: 'trying' })] })
  const code = run(['send', 'photos'], world.context)
  await vi.waitFor(() => expect(world.stdout.text).toContain('direct way is being looked for'))
  world.transfer.set({ peers: [relayed('udp-blocked-there')] })
  world.transfer.set({ peers: [peerView({ route: routeOf('direct') })] })
  world.interrupt()
  await code
  expect(world.stdout.text).toContain(
    'bert: relayed through turn.example for now; a direct way is being looked for\n',
  )
  expect(world.stdout.text).toContain(
    'bert: relayed through turn.example, because the other side’s network lets no UDP out\n',
  )
  expect(world.stdout.text).toContain('bert: direct, through the internet\n')
})
