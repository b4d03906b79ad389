/** What becomes of an offer when the answering side's connection fails: it says so, and the offer is made anew at once. */

import * as v from 'valibot'
import { expect, test } from 'vitest'
import { Connector } from '#engine/connect/connector.ts'
import { LaneId, SignalBox, type Signal } from '#shared/protocol/signals.ts'
import { createShareKeys, topicOf, type PeerId } from '#shared/share/keys.ts'
import { eventually } from './harness/eventually.ts'
import { memoryTopic } from './harness/memory-topic.ts'

const LANE = v.parse(LaneId, '0123456789abcdef')
/** Well below the eight seconds after which an offer that nobody refuses gets a second one. */
const SOON_MS = 4000

/** A connector, and a peer beside it of which every word is the test's. */
function meet() {
  const keys = createShareKeys()
  const [own, other] = memoryTopic(topicOf(keys.publicKey))
  const box = new SignalBox(keys)
  const heard: Signal[] = []
  other.onSignal((from: PeerId, sealed: string) => heard.push(box.open(sealed, from, other.peerId)))
  const connector = new Connector({
    keys,
    session: own,
    policy: 'automatic',
    iceServers: [],
    bindAddress: '127.0.0.1',
    portRange: undefined,
    log: () => undefined,
    events: {
      opened: () => undefined,
      isBanned: () => false,
      changed: () => undefined,
      unusedServers: () => undefined,
    },
  })
  const say = (signal: Signal): void => own.hear(other.peerId, box.seal(signal, other.peerId, own.peerId))
  return { connector, own, other, heard, say }
}

test('an answerer whose connection fails says so', async () => {
  const { connector, heard, say } = meet()
  say({ kind: 'offer', lane: LANE, sdp: 'v=0' })
  await eventually('the word', () => heard.length > 0)
  expect(heard).toEqual([{ kind: 'refuse', lane: LANE, reason: 'failed' }])
  expect(connector.unconnected()[0]?.failure?.code).toBe('peer.protocol')
  connector.close()
})

test('an offerer that is told so offers anew at once', async () => {
  const { connector, own, other, heard, say } = meet()
  const offers = (): Signal[] => heard.filter(({ kind }) => kind === 'offer')
  own.join({ peers: [other.peerId] })
  await eventually('the offer', () => offers().length === 1)
  const [first] = offers()
  const saidMs = performance.now()
  if (first !== undefined) say({ kind: 'refuse', lane: first.lane, reason: 'failed' })
  await eventually('another', () => offers().length === 2)
  expect(performance.now() - saidMs).toBeLessThan(SOON_MS)
  expect(offers()[1]?.lane).not.toBe(first?.lane)
  connector.close()
})
