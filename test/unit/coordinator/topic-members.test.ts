/** Members of a topic against a plain list, and what counts as one address. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressKey } from '#coordinator/addresses.ts'
import { TokenBucket } from '#coordinator/token-bucket.ts'
import { TopicMembers } from '#coordinator/topic-members.ts'
import { utf8 } from '#shared/encoding/bytes.ts'
import { peerIdOf } from '#shared/share/keys.ts'

const peers = Array.from({ length: 12 }, (_, i) => peerIdOf(utf8(`token ${i}`)))

test('members come, move and go like in a plain map, and samples are different members', () => {
  const step = fc.tuple(fc.boolean(), fc.constantFrom(...peers), fc.nat({ max: 3 }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat({ max: 14 }), (steps, size) => {
      const members = new TopicMembers<number>()
      const plain = new Map<string, number>()
      for (const [isSet, peer, session] of steps) {
        if (isSet) {
          members.set(peer, session)
          plain.set(peer, session)
        } else {
          members.delete(peer)
          plain.delete(peer)
        }
      }
      expect(members.count).toBe(plain.size)
      for (const peer of peers) expect(members.get(peer)).toBe(plain.get(peer))
      const [except = ''] = plain.keys()
      const sample = members.sample(size, peers.find((peer) => peer === except) ?? peerIdOf(utf8('nobody')))
      const ids = sample.map((member) => member.peer)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids).not.toContain(except)
      expect(ids).toHaveLength(Math.min(size, Math.max(0, plain.size - 1)))
      for (const member of sample) expect(plain.get(member.peer)).toBe(member.session)
    }),
  )
})

test('every member is drawn about as often as every other', () => {
  const members = new TopicMembers<number>()
  for (const [i, peer] of peers.entries()) members.set(peer, i)
  const drawn = new Map<string, number>()
  for (let i = 0; i < 6000; i++) {
    for (const { peer } of members.sample(2, peerIdOf(utf8('nobody'))))
      drawn.set(peer, (drawn.get(peer) ?? 0) + 1)
  }
  for (const peer of peers) expect(Math.abs((drawn.get(peer) ?? 0) - 1000)).toBeLessThan(200)
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::9', '2001:db8:1:2'],
  ['2001:0db8:0001:0002::9', '2001:db8:1:2'],
  ['2001:db8::9', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['64:ff9b::192.0.2.33', '64:ff9b:0:0'],
  ['', ''],
])('the address %j counts as %j', (address, key) => {
  expect(addressKey(address)).toBe(key)
})

test('a bucket lets its burst through, then its rate, and loses nothing to a clock that is set back', () => {
  const bucket = new TokenBucket(10, 3, 1000)
  expect([1, 2, 3, 4].map(() => bucket.take(1, 1000))).toEqual([true, true, true, false])
  expect(bucket.take(1, 1099)).toBe(false)
  expect(bucket.take(1, 1100)).toBe(true)
  expect(bucket.take(1, 500)).toBe(false)
  expect(bucket.take(1, 600)).toBe(true)
  expect(bucket.isFull(601)).toBe(false)
  expect(bucket.isFull(5000)).toBe(true)
})
