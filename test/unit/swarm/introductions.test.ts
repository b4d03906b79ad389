/** Peers that introduce each other: what is told, what is passed on, and what nobody can make of it. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromBase64Url, toBase64Url } from '#shared/encoding/base64url.ts'
import { randomBytes, toHex } from '#shared/encoding/bytes.ts'
import { IntroductionKey, IntroductionSeal, MAX_PASSED_BYTES } from '#shared/protocol/introductions.ts'
import { decodePeerMessage, encodePeerMessage, type PeerMessage } from '#shared/protocol/peer-messages.ts'
import { createShareKeys, topicOf } from '#shared/share/keys.ts'
import * as v from 'valibot'
import { refusalOf } from '#test/unit/shared/refusal.ts'
import { RawPeer } from './raw-peer.ts'
import { Device, MemoryStore, peerNumber, VirtualSwarm } from './virtual-swarm.ts'

const PIECE = 256 * 1024
const BOX = toBase64Url(new Uint8Array(500).fill(7))
const TOPIC = topicOf(createShareKeys().publicKey)
const [ONE, TWO, THREE] = [peerNumber(1), peerNumber(2), peerNumber(3)]

/** Devices with ids, each connected to those that `pairs` say. */
function topic(count: number, pairs: readonly (readonly [number, number])[]) {
  const swarm = new VirtualSwarm(PIECE, PIECE)
  const devices = Array.from(
    { length: count },
    (_, i) => new Device(swarm.clock, i + 1, new MemoryStore(swarm.layout, swarm.content), { hasId: true }),
  )
  const at = (index: number): Device => {
    const device = devices[index]
    if (device === undefined) throw new Error('no such device')
    return device
  }
  for (const [one, two] of pairs) swarm.connect(at(one), at(two))
  return { swarm, at }
}

describe('a common neighbour', () => {
  test('tells both of each other, and passes signals along, both ways', async () => {
    const { swarm, at } = topic(3, [
      [0, 1],
      [1, 2],
    ])
    expect(at(0).swarm.signal(THREE, BOX)).toBe(false)
    await swarm.clock.run(1000)
    expect(at(0).swarm.introductions?.strangers()).toEqual([THREE])
    expect(at(2).swarm.introductions?.strangers()).toEqual([ONE])
    expect(at(1).swarm.introductions?.strangers()).toEqual([])
    expect(at(0).swarm.signal(THREE, BOX)).toBe(true)
    await swarm.clock.run(100)
    expect(at(2).signals).toEqual([BOX])
    expect(at(2).swarm.signal(ONE, BOX)).toBe(true)
    await swarm.clock.run(100)
    expect(at(0).signals).toEqual([BOX])
    expect(at(1).signals).toEqual([])
  })

  test('is the only one: nothing goes further than one neighbour', async () => {
    const { swarm, at } = topic(4, [
      [0, 1],
      [1, 2],
      [2, 3],
    ])
    await swarm.clock.run(15_000)
    expect(at(0).swarm.introductions?.strangers()).toEqual([THREE])
    expect(at(0).swarm.signal(peerNumber(4), BOX)).toBe(false)
  })

  test('that goes away introduces nobody any more, and one that knows nobody new says nothing', async () => {
    const { swarm, at } = topic(3, [
      [0, 1],
      [1, 2],
    ])
    await swarm.clock.run(1000)
    at(1).swarm.close('stopped')
    await swarm.clock.run(100)
    expect(at(0).swarm.introductions?.strangers()).toEqual([])
    expect(at(0).swarm.signal(THREE, BOX)).toBe(false)
  })
})

describe('a stranger', () => {
  /** A raw peer beside two devices that are connected to each other and to it. */
  async function between() {
    const { swarm, at } = topic(2, [[0, 1]])
    const raw = new RawPeer(9)
    raw.join(swarm, at(0))
    raw.greet({ features: ['introduce'], key: new IntroductionSeal(TOPIC).publicKey })
    await swarm.clock.run(500)
    return { swarm, at, raw }
  }

  test('can have no more passed on than it sends, and not without end', async () => {
    const { swarm, at, raw } = await between()
    const victim = new RawPeer(8)
    victim.join(swarm, at(0))
    victim.greet({ features: ['introduce'], key: new IntroductionSeal(TOPIC).publicKey })
    await swarm.clock.run(100)
    for (let i = 0; i < 1000; i++) raw.say({ type: 'pass', to: victim.peer, box: BOX })
    await swarm.clock.run(1000)
    const passed = victim.heard.filter(({ type }) => type === 'passed')
    expect(passed.length).toBeGreaterThanOrEqual(200)
    expect(passed.length).toBeLessThanOrEqual(215)
    expect(passed[0]).toMatchObject({ from: raw.peer, box: BOX })
    // Nobody else got anything, the sender neither.
    expect(raw.heard.filter(({ type }) => type === 'passed')).toEqual([])
    expect(at(1).signals).toEqual([])
    expect(at(0).banned.size).toBe(0)
  })

  test.each<[string, PeerMessage]>([
    ['itself', { type: 'pass', to: peerNumber(9), box: BOX }],
    ['nobody', { type: 'pass', to: peerNumber(77), box: BOX }],
  ])('that writes to %s is not answered', async (_whom, message) => {
    const { swarm, raw } = await between()
    const before = raw.heard.length
    raw.say(message)
    await swarm.clock.run(200)
    expect(raw.heard.slice(before).map(({ type }) => type)).not.toContain('passed')
  })

  test('that passes on what it made up is not heard, and nothing breaks', async () => {
    const { swarm, at, raw } = await between()
    const other = new IntroductionSeal(TOPIC)
    for (const key of [other.publicKey, v.parse(IntroductionKey, 'A'.repeat(43))])
      raw.say({ type: 'passed', from: peerNumber(5), key, box: BOX })
    await swarm.clock.run(200)
    expect(at(0).signals).toEqual([])
    expect(at(0).banned.size).toBe(0)
    expect(at(0).swarm.introductions?.canReach(peerNumber(5))).toBe(false)
  })

  test('that tells of peers with impossible keys makes nobody stumble', async () => {
    const { swarm, at, raw } = await between()
    raw.say({ type: 'peers', peers: [[peerNumber(5), v.parse(IntroductionKey, 'A'.repeat(43))]] })
    await swarm.clock.run(100)
    expect(at(0).swarm.introductions?.strangers()).toEqual([peerNumber(5)])
    expect(at(0).swarm.signal(peerNumber(5), BOX)).toBe(false)
  })

  test('that tells of ever more peers is listened to now and then, and its lists replace each other', async () => {
    const { swarm, at, raw } = await between()
    const key = new IntroductionSeal(TOPIC).publicKey
    for (let i = 0; i < 200; i++) {
      raw.say({
        type: 'peers',
        peers: Array.from({ length: 16 }, (_, k) => [peerNumber(100 + i * 16 + k), key]),
      })
      await swarm.clock.run(100)
    }
    expect(at(0).swarm.introductions?.strangers()).toHaveLength(16)
  })

  test.each<[string, PeerMessage]>([
    ['tells of peers', { type: 'peers', peers: [] }],
    ['passes on', { type: 'passed', from: TWO, key: v.parse(IntroductionKey, 'B'.repeat(43)), box: BOX }],
    ['has something passed on', { type: 'pass', to: TWO, box: BOX }],
  ])('that %s without the feature is shut out', async (_what, message) => {
    const { swarm, at } = topic(1, [])
    const raw = new RawPeer(9)
    raw.join(swarm, at(0))
    raw.greet({ features: [] })
    await swarm.clock.run(100)
    expect(raw.heard.filter(({ type }) => type === 'peers')).toEqual([])
    raw.say(message)
    await swarm.clock.run(100)
    expect(at(0).banned.get(raw.peer)?.code).toBe('peer.protocol')
  })
})

describe('the seal of a passed signal', () => {
  test('opens for the one it is for, and for nobody else, nor as anybody else', () => {
    const [a, b, c] = [new IntroductionSeal(TOPIC), new IntroductionSeal(TOPIC), new IntroductionSeal(TOPIC)]
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 600 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, place, flip) => {
          const box = a.seal(toBase64Url(bytes), ONE, TWO, b.publicKey)
          expect(fromBase64Url(b.open(box, ONE, TWO, a.publicKey))).toEqual(new Uint8Array(bytes))
          expect(refusalOf(() => c.open(box, ONE, TWO, a.publicKey))?.code).toBe('seal.broken')
          expect(refusalOf(() => b.open(box, THREE, TWO, a.publicKey))?.code).toBe('seal.broken')
          expect(refusalOf(() => b.open(box, ONE, TWO, c.publicKey))?.code).toBe('seal.broken')
          const spoilt = fromBase64Url(box) ?? new Uint8Array(1)
          const at = place % spoilt.length
          spoilt[at] = (spoilt[at] ?? 0) ^ flip
          expect(refusalOf(() => b.open(toBase64Url(spoilt), ONE, TWO, a.publicKey))?.code).toBe(
            'seal.broken',
          )
        },
      ),
      { numRuns: 30 },
    )
  })

  test('has nothing of the signal in it, and a bounded length', () => {
    const [a, b] = [new IntroductionSeal(TOPIC), new IntroductionSeal(TOPIC)]
    const secret = randomBytes(64)
    const box = a.seal(toBase64Url(secret), ONE, TWO, b.publicKey)
    expect(toHex(fromBase64Url(box) ?? new Uint8Array(0))).not.toContain(toHex(secret.subarray(0, 8)))
    const long = toBase64Url(new Uint8Array(MAX_PASSED_BYTES + 1))
    expect(refusalOf(() => b.open(long, ONE, TWO, a.publicKey))?.code).toBe('peer.protocol')
    expect(refusalOf(() => b.open('not base64url!', ONE, TWO, a.publicKey))?.code).toBe('peer.protocol')
  })

  test.each([
    ['no key', { type: 'peers', peers: [[ONE]] }],
    ['a key of another length', { type: 'peers', peers: [[ONE, 'A'.repeat(42)]] }],
    ['17 peers', { type: 'peers', peers: Array(17).fill([ONE, 'A'.repeat(43)]) }],
    ['an id that is none', { type: 'pass', to: 'x', box: BOX }],
    ['a box without end', { type: 'pass', to: ONE, box: 'A'.repeat(30_000) }],
    [
      'a greeting with a wrong key',
      { type: 'hello', version: 1, features: [], name: '', agent: '', key: 'A' },
    ],
  ])('%s is refused', (_what, message) => {
    expect(refusalOf(() => decodePeerMessage(JSON.stringify(message)))?.code).toBe('peer.protocol')
  })

  test('what is said is heard', () => {
    const key = new IntroductionSeal(TOPIC).publicKey
    const said: PeerMessage[] = [
      { type: 'peers', peers: [[ONE, key]] },
      { type: 'pass', to: ONE, box: BOX },
      { type: 'passed', from: TWO, key, box: BOX },
    ]
    for (const message of said) expect(decodePeerMessage(encodePeerMessage(message))).toEqual(message)
  })
})
