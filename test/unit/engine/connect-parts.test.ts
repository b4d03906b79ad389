/** What stands between strangers' signals and the native library, and the words for what came of them. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { EarlySignals } from '#engine/connect/early-signals.ts'
import { isAllowed } from '#engine/connect/ice-settings.ts'
import { newKnownPeer, retryDelayMs } from '#engine/connect/known-peer.ts'
import { isLocalAddress, routeOf, type RouteContext } from '#engine/connect/route.ts'
import { checkCandidate, checkDescription } from '#engine/connect/sdp-check.ts'
import { LaneId, type Signal } from '#shared/protocol/signals.ts'
import { PeerId } from '#shared/share/keys.ts'
import { refusalOf } from '#test/unit/shared/refusal.ts'
import * as v from 'valibot'

const FINGERPRINT = Array.from({ length: 32 }, (_, i) => (i + 160).toString(16).toUpperCase()).join(':')

const NODE = [
  'v=0',
  'o=rtc 3414953978 0 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=group:LS 0',
  'a=msid-semantic:WMS *',
  'a=ice-options:ice2,trickle',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=sendrecv',
  'a=sctp-port:5000',
  'a=max-message-size:262144',
  'a=setup:actpass',
  'a=ice-ufrag:3VVo',
  'a=ice-pwd:bV1nOG3PfXcHr5vDnAWTkq',
]
const CHROME = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=extmap-allow-mixed',
  'a=msid-semantic: WMS',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=candidate:1 1 udp 2113937151 7d0f9ec6.local 50000 typ host generation 0',
  'a=ice-ufrag:Bm2T',
  'a=ice-pwd:8kQm2y0bN0pJtG1mDOQm9Ptl',
  'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=setup:active',
  'a=mid:0',
  'a=sctp-port:5000',
  'a=max-message-size:262144',
]
const FIREFOX = [
  'v=0',
  'o=mozilla...THIS_IS_SDPARTA-99.0 7342164124 0 IN IP4 0.0.0.0',
  's=-',
  't=0 0',
  'a=sendrecv',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=group:BUNDLE 0',
  'a=ice-options:trickle',
  'a=msid-semantic:WMS *',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=sendrecv',
  'a=ice-pwd:1ee1d1a2a4d8b8a0d1b4e0f3a0a1b2c3',
  'a=ice-ufrag:ab12cd34',
  'a=mid:0',
  'a=setup:actpass',
  'a=sctp-port:5000',
  'a=max-message-size:1073741823',
]

const text = (lines: readonly string[], end = '\r\n'): string => lines.join(end) + end
const without = (start: string): string => text(NODE.filter((line) => !line.startsWith(start)))
const replaced = (start: string, line: string): string =>
  text(NODE.map((old) => (old.startsWith(start) ? line : old)))

describe('descriptions', () => {
  test.each([
    ['node-datachannel', NODE],
    ['Chrome', CHROME],
  ])('of %s pass, with only the lines that are known to be harmless', (_who, lines) => {
    const checked = checkDescription(text(lines))
    expect(checked).not.toMatch(/candidate|extmap|group:LS/)
    expect(checked.endsWith('\r\n')).toBe(true)
    expect(checkDescription(checked)).toBe(checked)
    expect(checkDescription(text(lines, '\n'))).toBe(checked)
    for (const line of checked.trim().split('\r\n')) expect(lines).toContain(line)
  })

  test('of Firefox pass, whatever its program calls itself', () => {
    expect(checkDescription(text(FIREFOX))).toMatch(/a=ice-ufrag:ab12cd34/)
  })

  test.each([
    ['nothing', ''],
    ['noise', 'hello'],
    ['no version', without('v=')],
    ['another version', replaced('v=', 'v=1')],
    ['no section', without('m=')],
    ['two sections', text([...NODE, 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel'])],
    ['a section for sound', replaced('m=', 'm=audio 9 UDP/TLS/RTP/SAVPF 111')],
    ['a section of the old kind', replaced('m=', 'm=application 9 DTLS/SCTP 5000')],
    ['an impossible port', replaced('m=', 'm=application 999999 UDP/DTLS/SCTP webrtc-datachannel')],
    ['no fingerprint', without('a=fingerprint')],
    ['two fingerprints', text([...NODE, `a=fingerprint:sha-256 ${FINGERPRINT}`])],
    ['a short fingerprint', replaced('a=fingerprint', 'a=fingerprint:sha-256 AA:BB')],
    ['a fingerprint of SHA-1', replaced('a=fingerprint', `a=fingerprint:sha-1 ${FINGERPRINT}`)],
    [
      'a fingerprint with other letters',
      replaced('a=fingerprint', `a=fingerprint:sha-256 ${FINGERPRINT.replace('A0', 'ZZ')}`),
    ],
    ['no setup', without('a=setup')],
    ['an unknown setup', replaced('a=setup', 'a=setup:holdconn')],
    ['no user fragment', without('a=ice-ufrag')],
    ['a short user fragment', replaced('a=ice-ufrag', 'a=ice-ufrag:abc')],
    ['a user fragment with a space', replaced('a=ice-ufrag', 'a=ice-ufrag:ab cd')],
    ['an endless user fragment', replaced('a=ice-ufrag', `a=ice-ufrag:${'a'.repeat(257)}`)],
    ['no password', without('a=ice-pwd')],
    ['a short password', replaced('a=ice-pwd', 'a=ice-pwd:short')],
    ['two passwords', text([...NODE, 'a=ice-pwd:bV1nOG3PfXcHr5vDnAWTkq'])],
    ['no mid', without('a=mid')],
    ['a mid with a line feed', replaced('a=mid', 'a=mid:0\na=mid:1')],
    ['an origin with a NUL', replaced('o=', 'o=rtc\0 1 0 IN IP4 127.0.0.1')],
    ['an origin that is endless', replaced('o=', `o=${'r'.repeat(600)} 1 0 IN IP4 127.0.0.1`)],
    ['an address that is a name', replaced('c=', 'c=IN IP4 example.org')],
    ['a bandwidth', text([...NODE, 'b=AS:30'])],
    ['a line without a kind', text([...NODE, 'candidate'])],
    ['an empty line in between', text([NODE[0] ?? '', '', ...NODE.slice(1)])],
    ['65 lines', text([...NODE, ...Array.from({ length: 65 }, () => 'a=sendrecv')])],
    ['an attribute of 600 letters', text([...NODE, `a=${'x'.repeat(600)}`])],
    ['a version in the wrong place', text([...NODE.slice(1), 'v=0'])],
  ])('with %s are refused', (_what, sdp) => {
    expect(refusalOf(() => checkDescription(sdp))?.code).toBe('peer.protocol')
  })

  test('lose attributes that are not known', () => {
    const sdp = text([...NODE, 'a=tls-id:xyz', 'a=setup', 'a=max-message-size:99999999999'])
    expect(checkDescription(sdp)).toBe(checkDescription(text(NODE)))
  })
})

describe('candidates', () => {
  test.each([
    ['candidate:1 1 UDP 2122317823 192.168.1.5 50000 typ host', 'host', '192.168.1.5'],
    [
      'a=candidate:1 1 udp 2122317823 192.168.1.5 50000 typ host generation 0 ufrag x network-id 1',
      'host',
      '192.168.1.5',
    ],
    [
      'candidate:2 1 UDP 1686109951 203.0.113.7 40000 typ srflx raddr 0.0.0.0 rport 0',
      'srflx',
      '203.0.113.7',
    ],
    ['candidate:3 1 UDP 1 2001:db8::1 1 typ relay raddr ::1 rport 9', 'relay', '2001:db8::1'],
    ['candidate:842163049 1 udp 1 ::1 65535 typ prflx', 'prflx', '::1'],
    [
      'candidate:1 1 udp 2113937151 7d0f9ec6-1f8f-4f1c-9d77-8b3b0f3d2c11.local 50000 typ host',
      'host',
      '7d0f9ec6-1f8f-4f1c-9d77-8b3b0f3d2c11.local',
    ],
  ])('%s can be read', (line, type, address) => {
    const facts = checkCandidate(line)
    expect(facts).toMatchObject({ type, address })
    expect(facts.text).not.toMatch(/raddr|generation|ufrag/)
    expect(checkCandidate(facts.text)).toEqual(facts)
  })

  test.each([
    '',
    'candidate',
    'candidate:1 1 TCP 1 1.2.3.4 9 typ host tcptype active',
    'candidate:1 1 UDP 1 example.org 9 typ host',
    'candidate:1 1 UDP 1 256.1.1.1 9 typ host',
    'candidate:1 1 UDP 1 1.2.3.4 0 typ host',
    'candidate:1 1 UDP 1 1.2.3.4 65536 typ host',
    'candidate:1 1 UDP 0 1.2.3.4 9 typ host',
    'candidate:1 1 UDP 4294967296 1.2.3.4 9 typ host',
    'candidate:1 0 UDP 1 1.2.3.4 9 typ host',
    'candidate:1 1 UDP 1 1.2.3.4 9 typ other',
    'candidate:1 1 UDP 1 1.2.3.4 9 typ host\nx',
    'candidate:\0 1 UDP 1 1.2.3.4 9 typ host',
    'candidate:1 1 UDP 1 fe80::1%eth0 9 typ host',
    `candidate:${'1'.repeat(33)} 1 UDP 1 1.2.3.4 9 typ host`,
  ])('%j cannot', (line) => {
    expect(refusalOf(() => checkCandidate(line))?.code).toBe('peer.protocol')
  })
})

describe('routes', () => {
  const end = (address: string, type: string) => ({ address, type, port: 5000, transportType: 'UDP' })
  const context: RouteContext = {
    isRelayOnly: false,
    isOfThisDevice: (address) => ['192.168.1.2', '127.0.0.1', '198.51.100.1'].includes(address),
    relayHostOf: (address, port) => `own relay ${address}:${port}`,
  }

  test.each([
    ['127.0.0.1', 'host', '127.0.0.1', 'host', 'lan', 'same-device'],
    ['10.0.0.7', 'host', '192.168.1.2', 'host', 'lan', 'same-device'],
    ['192.168.1.2', 'host', '192.168.1.3', 'host', 'lan', 'same-network'],
    ['192.168.1.2', 'host', '192.168.1.3', 'prflx', 'lan', 'same-network'],
    ['fe80::1', 'host', 'fe80::2', 'host', 'lan', 'same-network'],
    ['2001:db8:1:2::a', 'host', '2001:db8:1:2::b', 'host', 'lan', 'same-network'],
    ['2001:db8:1:2::a', 'host', '2001:db8:1:3::b', 'host', 'direct', 'public-address'],
    ['203.0.113.7', 'host', '203.0.113.7', 'host', 'lan', 'same-device'],
    ['192.168.1.2', 'host', '203.0.113.7', 'srflx', 'direct', 'hole-punched'],
    ['203.0.113.8', 'srflx', '203.0.113.7', 'prflx', 'direct', 'hole-punched'],
    ['10.0.0.1', 'host', '198.51.100.9', 'host', 'direct', 'public-address'],
    ['198.51.100.9', 'host', '203.0.113.7', 'prflx', 'direct', 'public-address'],
    ['10.0.0.1', 'host', '100.64.3.4', 'srflx', 'direct', 'hole-punched'],
    // A device without a router before it, which a server has told its own address.
    ['198.51.100.1', 'srflx', '203.0.113.7', 'srflx', 'direct', 'public-address'],
    ['203.0.113.9', 'srflx', '203.0.113.9', 'srflx', 'direct', 'hairpin'],
    ['203.0.113.9', 'prflx', '203.0.113.9', 'prflx', 'direct', 'hairpin'],
    ['2001:db8:1:2::a', 'srflx', '2001:db8:1:2::a', 'srflx', 'direct', 'hairpin'],
    ['100.64.0.1', 'host', '100.64.3.4', 'host', 'direct', 'same-network'],
    ['10.0.0.1', 'relay', '192.168.1.3', 'host', 'relayed', 'no-direct-path'],
    ['10.0.0.1', 'host', '192.168.1.3', 'relay', 'relayed', 'no-direct-path'],
  ])('%s (%s) to %s (%s) is %s: %s', (localAddress, localType, remoteAddress, remoteType, kind, reason) => {
    const pair = { local: end(localAddress, localType), remote: end(remoteAddress, remoteType) }
    const route = routeOf(pair, context)
    expect(route).toMatchObject({ kind, reason, protocol: 'udp' })
    expect(route.remoteAddress).toBe(
      remoteAddress.includes(':') ? `[${remoteAddress}]:5000` : `${remoteAddress}:5000`,
    )
    expect(route.relayHost).toBe(localType === 'relay' ? `own relay ${localAddress}:5000` : null)
    const isRelayOnly = routeOf(pair, { ...context, isRelayOnly: true })
    expect(isRelayOnly.reason).toBe(kind === 'relayed' ? 'relay-only' : reason)
  })

  test.each([
    ['172.16.0.1', true],
    ['172.32.0.1', false],
    ['169.254.9.9', true],
    ['fd12::1', true],
    ['::1', true],
    ['2001:db8::1', false],
    ['8.8.8.8', false],
  ])('%s is local: %s', (address, isLocal) => expect(isLocalAddress(address)).toBe(isLocal))

  test('a policy keeps out what it must', () => {
    const facts = (type: 'host' | 'srflx' | 'relay') => ({ text: '', type, address: '1.2.3.4', port: 9 })
    expect(isAllowed('relay', facts('host'), 'local')).toBe(false)
    expect(isAllowed('relay', facts('srflx'), 'local')).toBe(false)
    expect(isAllowed('relay', facts('relay'), 'local')).toBe(true)
    expect(isAllowed('relay', facts('host'), 'remote')).toBe(true)
    expect(isAllowed('direct', facts('relay'), 'local')).toBe(false)
    expect(isAllowed('direct', facts('relay'), 'remote')).toBe(false)
    expect(isAllowed('automatic', facts('relay'), 'local')).toBe(true)
  })

  test('no name is looked up on the own network under “relay only”', () => {
    const mdns = {
      text: '',
      type: 'host',
      address: '7d0f9ec6-1f8f-4f1c-9d77-8b3b0f3d2c11.local',
      port: 9,
    } as const
    expect(isAllowed('relay', mdns, 'remote')).toBe(false)
    expect(isAllowed('automatic', mdns, 'remote')).toBe(true)
  })
})

describe('signals that overtook their offer', () => {
  const peer = (number: number): PeerId => v.parse(PeerId, number.toString(16).padStart(32, '0'))
  const signal = (lane: number): Signal => ({
    kind: 'candidate',
    lane: v.parse(LaneId, lane.toString(16).padStart(16, '0')),
    candidate: '',
    mid: '0',
  })

  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('are kept by peer and lane, and given out once', () => {
    const early = new EarlySignals()
    early.keep(peer(1), signal(1))
    early.keep(peer(1), signal(1))
    early.keep(peer(2), signal(1))
    expect(early.take(peer(1), signal(1).lane).length).toBe(2)
    expect(early.take(peer(1), signal(1).lane)).toEqual([])
    expect(early.take(peer(2), signal(1).lane).length).toBe(1)
    expect(early.take(peer(2), signal(2).lane)).toEqual([])
  })

  test('are few, and forgotten after a while', () => {
    const early = new EarlySignals()
    for (let i = 0; i < 1000; i++) {
      early.keep(peer(1), signal(0))
      early.keep(peer(1), signal(i))
    }
    expect(early.take(peer(1), signal(0).lane).length).toBe(32)
    const lanes = Array.from({ length: 1000 }, (_, i) => i).filter(
      (i) => early.take(peer(1), signal(i).lane).length > 0,
    )
    expect(lanes.length).toBeLessThanOrEqual(64)
    early.keep(peer(3), signal(5))
    vi.advanceTimersByTime(20_000)
    early.keep(peer(3), signal(6))
    expect(early.take(peer(3), signal(5).lane)).toEqual([])
    expect(early.take(peer(3), signal(6).lane).length).toBe(1)
  })
})

test('tries grow rarer, never endlessly so, and the two sides do not try in step', () => {
  const known = { ...newKnownPeer(v.parse(PeerId, '0'.repeat(32))), isOfferer: true }
  const delays = [0, 1, 2, 5, 50, 5000].map((failures) => retryDelayMs({ ...known, failures }, () => 1))
  expect(delays).toEqual([...delays].sort((left, right) => left - right))
  expect(delays.at(-1)).toBeLessThanOrEqual(30_000)
  expect(retryDelayMs({ failures: 1, isOfferer: false }, () => 0)).toBeGreaterThan(
    retryDelayMs({ failures: 3, isOfferer: true }, () => 1),
  )
})
