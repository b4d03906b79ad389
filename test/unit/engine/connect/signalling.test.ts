/** Sealed signals on their two ways. */

import { expect, test } from 'vitest'
import { Signalling } from '#engine/connect/signalling.ts'
import { LaneId, SignalBox, type Signal } from '#shared/protocol/signals.ts'
import { createShareKeys, topicOf, type PeerId } from '#shared/share/keys.ts'
import { memoryTopic } from '#test/integration/harness/memory-topic.ts'
import * as v from 'valibot'

const LANE = v.parse(LaneId, '0123456789abcdef')
const OFFER: Signal = { kind: 'offer', lane: LANE, sdp: 'v=0', ways: 'direct', predict: true }

function pair() {
  const keys = createShareKeys()
  const [one, two, three] = memoryTopic(topicOf(keys.publicKey))
  const received: [PeerId, Signal][] = []
  const logged: string[] = []
  const overLane: string[] = []
  const sender = new Signalling({
    keys,
    session: one,
    sendOverLane: (_to, box) => overLane.push(box),
    received: () => undefined,
    log: () => undefined,
  })
  const receiver = new Signalling({
    keys,
    session: two,
    sendOverLane: () => undefined,
    received: (from, signal) => received.push([from, signal]),
    log: (event) => logged.push(event),
  })
  return { keys, one, two, three, sender, receiver, received, logged, overLane }
}

const pass = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

test('a signal goes both ways and is heard once, whichever comes first', async () => {
  const { one, two, sender, receiver, received, overLane } = pair()
  sender.send(two.peerId, OFFER)
  receiver.receive(one.peerId, overLane[0] ?? '')
  expect(received).toEqual([[one.peerId, OFFER]])
  await pass()
  expect(received).toHaveLength(1)
  // The same again is another signal.
  sender.send(two.peerId, OFFER)
  await pass()
  receiver.receive(one.peerId, overLane[1] ?? '')
  expect(received).toHaveLength(2)
})

test('what was sealed for others, or by others, is refused on every way', async () => {
  const { keys, one, two, three, receiver, received, logged } = pair()
  const box = new SignalBox(keys)
  receiver.receive(three.peerId, box.seal(OFFER, one.peerId, two.peerId))
  receiver.receive(one.peerId, box.seal(OFFER, one.peerId, three.peerId))
  receiver.receive(one.peerId, 'nonsense')
  two.hear(one.peerId, new SignalBox(createShareKeys()).seal(OFFER, one.peerId, two.peerId))
  await pass()
  expect(received).toEqual([])
  expect(logged).toEqual(['signal.refused', 'signal.refused', 'signal.refused', 'signal.refused'])
})

test('what is remembered of signals is bounded', () => {
  const { keys, one, two, receiver, received } = pair()
  const box = new SignalBox(keys)
  const first = box.seal(OFFER, one.peerId, two.peerId)
  receiver.receive(one.peerId, first)
  for (let i = 0; i < 1100; i++) receiver.receive(one.peerId, box.seal(OFFER, one.peerId, two.peerId))
  expect(received).toHaveLength(1101)
  receiver.receive(one.peerId, first)
  expect(received).toHaveLength(1102)
})
