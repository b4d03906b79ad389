import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { demoBoard } from '#cli/demo/demo-board.ts'
import { offerLines } from '#cli/output/sentences.ts'
import { COLOUR_STYLE, PLAIN_STYLE, styleFor } from '#cli/output/style.ts'
import { transferPicture, transferSentence, withSteadyCoordinator } from '#cli/output/transfer-picture.ts'
import { connectionWords } from '#cli/route-words.ts'
import { displayWidth } from '#cli/terminal-text.ts'
import { RouteReason, TransferState } from '#shared/api/views.ts'
import { offerView, peerView, routeOf, transferView } from './fake-engine.ts'

const SIZE = { width: 79, height: 23 }
const NEVER_WIDER = { numRuns: 200 }

const anyPeer = fc
  .record({
    peer: fc.stringMatching(/^[0-9a-f]{32}$/),
    name: fc.string({ unit: 'binary', maxLength: 60 }),
    state: fc.constantFrom('connecting', 'connected', 'failed'),
    route: fc.oneof(
      fc.constantFrom(null, routeOf('lan'), routeOf('direct')),
      fc.constantFrom(...RouteReason.options).map((reason) => ({ ...routeOf('relayed'), reason })),
    ),
    betterRoute: fc.constantFrom('none', 'trying', 'later'),
    roundTripMs: fc.option(fc.double({ min: 0, max: 1e5, noNaN: true })),
    downBytesPerSecond: fc.double({ min: 0, max: 1e11, noNaN: true }),
    upBytesPerSecond: fc.double({ min: 0, max: 1e11, noNaN: true }),
    completeness: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(peerView)
const anyView = fc
  .record({
    state: fc.constantFrom(...TransferState.options),
    role: fc.constantFrom('send', 'get'),
    title: fc.string({ unit: 'binary', maxLength: 100 }),
    coordinator: fc.constantFrom('online', 'offline', 'connecting'),
    doneBytes: fc.integer({ min: 0, max: 1_200_000_000 }),
    etaMs: fc.option(fc.integer({ min: 0, max: 1e10 })),
    peers: fc.array(anyPeer, { maxLength: 40 }),
  })
  .map(transferView)

test('no picture is wider or higher than its terminal, whatever names and numbers are', () => {
  fc.assert(
    fc.property(
      anyView,
      fc.integer({ min: 39, max: 200 }),
      fc.integer({ min: 10, max: 60 }),
      (view, width, height) => {
        const lines = transferPicture(view, { width, height }, COLOUR_STYLE)
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width)
        expect(lines.length).toBeLessThanOrEqual(height)
        const board = demoBoard([{ name: 'anna', transfer: view }], width, COLOUR_STYLE)
        for (const line of board) expect(displayWidth(line)).toBeLessThanOrEqual(width)
      },
    ),
    NEVER_WIDER,
  )
})

test('a receiver sees how far, how fast, how long, and from whom over which route', () => {
  const lines = transferPicture(transferView(), SIZE, PLAIN_STYLE).join('\n')
  for (const words of [
    '“photos”',
    '62 %',
    '744 MB of 1.20 GB',
    '54.2 MB/s',
    '8 s left',
    '211 of 340 files',
    'bert',
  ]) {
    expect(lines).toContain(words)
  }
  expect(lines).toContain('direct, same network')
})

test('a narrow terminal gives a peer two lines', () => {
  expect(transferPicture(transferView(), { width: 49, height: 23 }, PLAIN_STYLE).slice(-2)).toEqual([
    'bert                         54.2 MB/s  has 100 %',
    '  direct, same network',
  ])
})

test('a receiver sees how much nobody connected has', () => {
  const lines = transferPicture(transferView({ state: 'stalled' }), SIZE, PLAIN_STYLE).join(' ')
  expect(lines).toContain('Missing: 456 MB (456 pieces), and nobody connected has that.')
  expect(transferPicture(transferView(), SIZE, PLAIN_STYLE).join(' ')).not.toContain('Missing')
})

test('a lost coordinator is told', () => {
  const lines = transferPicture(transferView({ coordinator: 'offline' }), SIZE, PLAIN_STYLE).join('\n')
  expect(lines).toContain('The coordinator cannot be reached')
})

test('a coordinator that is tried again stays lost until it answers', () => {
  const offline = transferView({ coordinator: 'offline' })
  const states = ['connecting', 'online'].map((coordinator) => transferView({ coordinator }))
  expect(states.map((view) => withSteadyCoordinator(view, offline).coordinator)).toEqual([
    'offline',
    'online',
  ])
  expect(withSteadyCoordinator(transferView({ coordinator: 'connecting' }), undefined).coordinator).toBe(
    'connecting',
  )
})

test('more peers than rows are counted', () => {
  const peers = Array.from({ length: 30 }, (_, i) => peerView({ peer: String(i).padStart(32, '0') }))
  const lines = transferPicture(transferView({ peers }), SIZE, PLAIN_STYLE)
  expect(lines.at(-1)).toMatch(/^and \d+ more$/)
})

test.each([
  [peerView({ route: routeOf('lan') }), 'direct, same network'],
  [peerView({ route: routeOf('direct') }), 'direct, through the internet'],
  [peerView({ route: routeOf('relayed') }), 'relayed through 203.0.113.7'],
  [peerView({ route: { ...routeOf('relayed'), relayHost: 'turn.example' } }), 'relayed through turn.example'],
  [
    peerView({ route: { ...routeOf('relayed'), localType: 'host', remoteAddress: '[2001:db8::1]:4' } }),
    'relayed through 2001:db8::1',
  ],
  [peerView({ state: 'connecting', route: null }), 'connecting…'],
  [peerView({ state: 'failed', failure: 'peer.bad-piece' }), 'shut out: sent bad data'],
])('a connection in words', (peer, words) => expect(connectionWords(peer)).toBe(words))

test.each([
  [{}, 'Receiving: 62 %, 744 MB of 1.20 GB, 54.2 MB/s, 8 s left, 211 of 340 files, 1 connection'],
  [
    { state: 'stalled', peers: [] },
    'Waiting for somebody who has the rest: 62 %, 744 MB of 1.20 GB, 211 of 340 files, 0 connections. ' +
      'Missing: 456 MB (456 pieces), and nobody is connected.',
  ],
  [{ state: 'stalled' }, 'Missing: 456 MB (456 pieces), and nobody connected has that. It goes on by itself'],
  [{ role: 'send', state: 'seeding', peers: [] }, 'Ready; waiting for somebody to open the link'],
  [
    { role: 'send', state: 'seeding', upBytesPerSecond: 5e6, sentBytes: 9e6 },
    'Sending to 1 device: 5.00 MB/s, 9.00 MB sent',
  ],
  [
    { role: 'send', state: 'seeding', upBytesPerSecond: 0, sentBytes: 9e6 },
    '1 device connected, with everything; 9.00 MB sent so far',
  ],
  [
    {
      role: 'send',
      state: 'seeding',
      upBytesPerSecond: 0,
      sentBytes: 9e6,
      peers: [peerView({ completeness: 0.5 })],
    },
    '1 device connected; 9.00 MB sent so far',
  ],
])('a transfer in one sentence: %j', (changes, sentence) => {
  expect(transferSentence(transferView(changes))).toContain(sentence)
})

describe('an offer', () => {
  const announcement = { offer: offerView(), destination: '/home/anna', freeBytes: 5e9 }

  test('names sender, size, count, first names and place', () => {
    const lines = offerLines(announcement, 80, PLAIN_STYLE)
    expect(lines[0]).toBe('“photos” from bert')
    expect(lines[1]).toMatch(/^1\.20 GB in 340 files, 2 empty folders, shared /)
    expect(lines.join('\n')).toMatch(/photos\/one\.jpg +3\.40 MB\n/)
    expect(lines).toContain('  and 340 more')
    expect(lines.at(-1)).toBe('It goes into /home/anna (5.00 GB free)')
  })

  test('keeps a long name within the terminal, its end readable', () => {
    const preview = [{ path: `${'long/'.repeat(40)}end.jpg`, sizeBytes: 1 }]
    const line = offerLines({ ...announcement, offer: offerView({ preview }) }, 50, PLAIN_STYLE)[3] ?? ''
    expect(displayWidth(line)).toBeLessThanOrEqual(50)
    expect(line).toContain('end.jpg')
  })
})

test('colours only at a terminal, and not where they are unwanted', () => {
  expect(styleFor(true, {})).toBe(COLOUR_STYLE)
  for (const style of [
    styleFor(false, {}),
    styleFor(true, { NO_COLOR: '1' }),
    styleFor(true, { TERM: 'dumb' }),
  ]) {
    expect(style).toBe(PLAIN_STYLE)
  }
})

test('what nobody connected has is said exactly, in the picture and in the plain line', () => {
  const missing = { pieceCount: 3, bytes: 786_432, fileCount: 7, files: ['a\u001b[2J.bin', 'b.txt'] }
  const view = transferView({ state: 'stalled', role: 'get', missing })
  for (const words of [transferPicture(view, SIZE, PLAIN_STYLE).join(' '), transferSentence(view)]) {
    expect(words).toContain('3 pieces')
    expect(words).toContain('of 7 files')
    expect(words).toContain('and 5 other files')
    expect(words).not.toContain('\u001b')
  }
  expect(transferSentence({ ...view, missing: null })).not.toContain('b.txt')
})
