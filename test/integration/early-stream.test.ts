/** A TLS lane that is begun while the WebRTC connection is being opened: what is told, who dials, and what comes of it when nobody does. */

import { afterEach, expect, test } from 'vitest'
import * as v from 'valibot'
import { EarlyStream } from '#engine/connect/tls/early-stream.ts'
import { TlsOpening } from '#engine/connect/tls/tls-opening.ts'
import { LaneId, type Signal } from '#shared/protocol/signals.ts'
import type { Lane } from '#shared/swarm/lane.ts'
import { eventually, sleep } from './harness/eventually.ts'
import { ROUTE } from './harness/loopback-route.ts'

const LANE = v.parse(LaneId, 'b'.repeat(16))
const OFFER: Signal = { kind: 'offer', lane: LANE, sdp: '' }
const ANSWER: Signal = { kind: 'answer', lane: LANE, sdp: '' }
const endings: (() => void)[] = []
afterEach(() => {
  for (const end of endings.splice(0)) end()
})

class Side {
  readonly opened: Lane[] = []
  readonly failed: unknown[] = []
  begun = 0
  readonly stream: EarlyStream

  constructor(isHungry: boolean) {
    this.stream = new EarlyStream({
      opening: new TlsOpening(undefined),
      isHungry: () => isHungry,
      begin: (run) => {
        this.begun++
        const ending = new AbortController()
        endings.push(() => ending.abort())
        run(ending.signal).then(
          (lane) => {
            this.opened.push(lane)
            endings.push(() => lane.close())
          },
          (error: unknown) => this.failed.push(error),
        )
      },
    })
  }
}

/** Both have said and heard their descriptions. */
function introduced(isHungry = true): { readonly offerer: Side; readonly answerer: Side } {
  const [offerer, answerer] = [new Side(isHungry), new Side(false)]
  answerer.stream.hear(offerer.stream.tell(OFFER))
  offerer.stream.hear(answerer.stream.tell(ANSWER))
  return { offerer, answerer }
}

test.each(['offerer', 'answerer'] as const)(
  'who wants blocks dials, whoever sees the way first: the %s',
  async (first) => {
    const { offerer, answerer } = introduced()
    const [one, other] = first === 'offerer' ? [offerer, answerer] : [answerer, offerer]
    one.stream.reached(ROUTE)
    await sleep(120)
    other.stream.reached(ROUTE)
    await eventually('both ends', () => offerer.opened.length === 1 && answerer.opened.length === 1)
    expect(offerer.opened[0]?.id).toBe(answerer.opened[0]?.id)
    expect([offerer.opened[0]?.isOffered, answerer.opened[0]?.isOffered]).toEqual([true, false])
    expect(offerer.opened[0]?.route()).toMatchObject({ kind: 'lan', protocol: 'tls' })
    // ICE says so more than once.
    offerer.stream.reached(ROUTE)
    expect(offerer.begun).toBe(1)
  },
)

test('who wants nothing offers no port, and is told of none', () => {
  const [offerer, answerer] = [new Side(false), new Side(false)]
  const offer = offerer.stream.tell(OFFER)
  expect(offer).toEqual(OFFER)
  answerer.stream.hear(offer)
  expect(answerer.stream.tell(ANSWER)).toEqual(ANSWER)
  answerer.stream.reached(ROUTE)
  expect(answerer.begun).toBe(0)
})

test('nobody is dialled on the way of a relay, nor before a way is known', () => {
  const { offerer, answerer } = introduced()
  for (const side of [offerer, answerer]) {
    side.stream.reached(null)
    side.stream.reached({ ...ROUTE, kind: 'relayed' })
    expect(side.begun).toBe(0)
  }
})

test('words of a lane that were not asked for lead nowhere', () => {
  const [stranger, seeder] = [new Side(true), new Side(false)]
  const words = { lane: LANE, port: 50_000, token: 'A'.repeat(43), fingerprint: '0'.repeat(64) }
  seeder.stream.hear({ ...ANSWER, tls: words })
  seeder.stream.reached(ROUTE)
  expect(seeder.begun).toBe(0)
  expect(stranger.begun).toBe(0)
})

test('when the other side never sees the way, it ends by itself', async () => {
  const { offerer } = introduced()
  offerer.stream.reached(ROUTE)
  await eventually('the end', () => offerer.failed.length === 1)
  expect(offerer.failed[0]).toMatchObject({ code: 'peer.unreachable' })
})

test('another certificate than the one that was told of is left alone', async () => {
  const [offerer, answerer] = [new Side(true), new Side(false)]
  answerer.stream.hear(offerer.stream.tell(OFFER))
  const answer = answerer.stream.tell(ANSWER)
  if (answer.kind !== 'answer' || answer.tls === undefined) throw new Error('no words')
  offerer.stream.hear({ ...answer, tls: { ...answer.tls, fingerprint: '0'.repeat(64) } })
  for (const side of [answerer, offerer]) side.stream.reached(ROUTE)
  await eventually('both ends', () => offerer.failed.length === 1 && answerer.failed.length === 1)
  expect([...offerer.opened, ...answerer.opened]).toEqual([])
})
