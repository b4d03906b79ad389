/** How two sides come to a TLS lane, which of them dials, and what they leave alone. */

import * as v from 'valibot'
import { afterEach, expect, test } from 'vitest'
import { TlsOpening } from '#engine/connect/tls/tls-opening.ts'
import type { OpenedLane } from '#engine/connect/tls/tls-attempt.ts'
import { TlsDesk } from '#engine/connect/tls/tls-desk.ts'
import type { LaneLook, PeerLanes } from '#engine/connect/tls/tls-prospect.ts'
import type { TlsMessage } from '#shared/protocol/peer-messages.ts'
import { LaneId } from '#shared/protocol/signals.ts'
import type { PeerId } from '#shared/share/keys.ts'
import type { Lane } from '#shared/swarm/lane.ts'
import { peerNumber } from '#test/unit/swarm/virtual-swarm.ts'
import { MemoryLane } from '#test/unit/swarm/memory-lane.ts'
import { VirtualClock } from '#test/unit/swarm/virtual-clock.ts'
import { eventually, sleep } from './harness/eventually.ts'
import { ROUTE } from './harness/loopback-route.ts'

const LANE = 'b'.repeat(16)
/** Of nobody. */
const OFFER = {
  lane: v.parse(LaneId, 'c'.repeat(16)),
  port: 65_535,
  token: 'A'.repeat(43),
  fingerprint: '0'.repeat(64),
}

class Side {
  readonly id: PeerId
  readonly opened: Lane[] = []
  readonly said: TlsMessage[] = []
  /** What becomes of what it says; undefined swallows it. */
  filter: (message: TlsMessage) => TlsMessage | undefined = (message) => message
  lane: LaneLook = {
    id: LANE,
    route: ROUTE,
    isSuspect: false,
    isStream: false,
    isAwaited: false,
  }
  other: Side | undefined
  readonly desk: TlsDesk

  constructor(number: number) {
    this.id = peerNumber(number)
    this.desk = new TlsDesk({
      ownId: this.id,
      opening: new TlsOpening(undefined),
      sessions: () => this.#sessions().values(),
      send: (_peer, lane, message) => {
        this.said.push(message)
        const passed = this.filter(message)
        if (passed !== undefined) setImmediate(() => this.other?.desk.hear(this.id, lane, passed))
        return true
      },
      opened: (_peer, lane) => this.opened.push(lane),
      changed: () => undefined,
      log: () => undefined,
    })
  }

  get state(): string {
    return this.desk.stateOf(this.other?.id ?? this.id, [])
  }

  #sessions(): PeerLanes[] {
    const stream = this.opened.map((lane) => ({ ...this.lane, id: lane.id, isStream: true }))
    return this.other === undefined
      ? []
      : [{ peer: this.other.id, features: new Set(['tls']), lanes: [this.lane, ...stream] }]
  }
}

const sides: Side[] = []
afterEach(() => {
  for (const side of sides.splice(0)) {
    side.desk[Symbol.dispose]()
    for (const lane of side.opened) lane.close()
  }
})

function pair(): readonly [Side, Side] {
  const [left, right] = [new Side(1), new Side(2)]
  left.other = right
  right.other = left
  sides.push(left, right)
  return [left, right]
}

function want(side: Side): void {
  side.lane = { ...side.lane, isAwaited: true }
}

async function bothOpen(...both: readonly Side[]): Promise<void> {
  await eventually('both ends', () => both.every(({ opened }) => opened.length === 1))
  expect(both[0]?.opened[0]?.id).toBe(both[1]?.opened[0]?.id)
}

test('who wants blocks asks and dials, once', async () => {
  const [left, right] = pair()
  want(right)
  await bothOpen(left, right)
  await sleep(400)
  expect(right.said.map(({ type }) => type)).toEqual(['tls.get'])
  expect(left.said.map(({ type }) => type)).toEqual(['tls.offer'])
  expect(right.opened[0]?.route()).toMatchObject({ kind: 'lan', protocol: 'tls' })
  expect([left.state, right.state]).toEqual(['none', 'none'])
})

test('when both want it at once, one lane comes of it', async () => {
  const [left, right] = pair()
  want(left)
  want(right)
  await bothOpen(left, right)
  await sleep(400)
  expect([left.opened.length, right.opened.length]).toEqual([1, 1])
})

test('where nothing gets in on one side, the other one listens', async () => {
  const [left, right] = pair()
  want(right)
  // As a firewall that lets nothing in: whatever port is told, nobody is there.
  left.filter = (message) => (message.type === 'tls.offer' ? { ...message, port: 65_535 } : message)
  await bothOpen(left, right)
  expect(right.said.map(({ type }) => type)).toEqual(['tls.get', 'tls.offer'])
})

test('where nothing gets through at all, both say so and leave it at that', async () => {
  const [left, right] = pair()
  want(right)
  for (const side of [left, right]) {
    side.filter = (message) => (message.type === 'tls.offer' ? { ...message, port: 65_535 } : message)
  }
  await eventually('the end', () => left.state === 'blocked' && right.state === 'blocked')
  const count = right.said.length
  await sleep(500)
  expect(right.said.length).toBe(count)
  expect([...left.opened, ...right.opened]).toEqual([])
  // In another network it may work.
  right.desk.moved()
  await eventually('another try', () => right.said.length > count)
})

test('another certificate than the one that was told of is left alone', async () => {
  const [left, right] = pair()
  want(right)
  const wrong = '0'.repeat(64)
  for (const side of [left, right]) {
    side.filter = (message) => (message.type === 'tls.offer' ? { ...message, fingerprint: wrong } : message)
  }
  await eventually('the end', () => left.state === 'blocked' && right.state === 'blocked')
  expect([...left.opened, ...right.opened]).toEqual([])
})

test('where both have dialled and missed each other, one calls the other', async () => {
  const [left, right] = pair()
  for (const side of [left, right])
    side.lane = { ...side.lane, route: { ...ROUTE, kind: 'direct', reason: 'public-address' } }
  want(right)
  // Each is refused at once here, and the other dials at some other moment.
  left.filter = (message) => (message.type === 'tls.meet' ? { ...message, port: 65_535 } : message)
  await eventually('another way', () => right.said.length === 2)
  await bothOpen(left, right)
  expect(right.said).toMatchObject([{ type: 'tls.get', port: expect.any(Number) }, { type: 'tls.get' }])
  expect(right.said[1]).not.toHaveProperty('port')
  expect(left.said.map(({ type }) => type)).toEqual(['tls.meet', 'tls.offer'])
})

test('one that is begun early is the only one, and where it does not come the usual way is taken', async () => {
  const [left, right] = pair()
  const fails = Promise.withResolvers<OpenedLane>()
  let runs = 0
  const run = (): Promise<OpenedLane> => {
    runs++
    return fails.promise
  }
  void right.desk.beginEarly(left.id, LANE, run)
  void right.desk.beginEarly(left.id, LANE, run)
  want(right)
  await sleep(400)
  expect([runs, right.said.length, right.state]).toEqual([1, 0, 'trying'])
  fails.reject(new Error('nobody called'))
  await bothOpen(left, right)
  await right.desk.beginEarly(left.id, LANE, run)
  expect(runs).toBe(1)
})

test('one that opens when the other side has given up already is forgotten at once', async () => {
  const [left, right] = pair()
  const proof = Promise.withResolvers<void>()
  const [lane] = MemoryLane.pair(new VirtualClock(1), 'f'.repeat(16))
  void right.desk.beginEarly(left.id, LANE, async () => Object.assign(lane, { proven: proof.promise }))
  await eventually('the opening', () => right.opened.length === 1)
  proof.reject(new Error('closed'))
  right.opened.length = 0
  want(right)
  const sinceMs = performance.now()
  await bothOpen(left, right)
  // And not after the pause that follows a lane that was open.
  expect(performance.now() - sinceMs).toBeLessThan(5000)
})

test('who is to be met half-way follows no other invitation', async () => {
  const [left, right] = pair()
  right.lane = { ...right.lane, route: { ...ROUTE, kind: 'direct', reason: 'hole-punched' } }
  want(right)
  await eventually('the question', () => right.said.length === 1)
  right.desk.hear(left.id, LANE, { ...OFFER, type: 'tls.offer' })
  await sleep(200)
  expect(right.state).toBe('trying')
  expect(right.said).toHaveLength(1)
})

test.each(['tls.offer', 'tls.meet'] as const)('%s that nobody asked for leads nowhere', async (type) => {
  const [left, right] = pair()
  right.desk.hear(left.id, LANE, { ...OFFER, type })
  await sleep(200)
  expect(right.state).toBe('none')
  expect(right.said).toEqual([])
})

test('nobody is invited beside a lane that runs over a relay', async () => {
  const [left, right] = pair()
  left.lane = { ...left.lane, route: { ...ROUTE, kind: 'relayed' } }
  left.desk.hear(right.id, LANE, { type: 'tls.get' })
  expect(left.said).toEqual([{ type: 'tls.none' }])
  await sleep(100)
  expect(left.state).toBe('none')
})

test('who asks again and again is invited once in a while', async () => {
  const [left, right] = pair()
  right.desk[Symbol.dispose]()
  for (let i = 0; i < 20; i++) left.desk.hear(right.id, LANE, { type: 'tls.get' })
  await eventually('the invitation', () => left.said.some(({ type }) => type === 'tls.offer'))
  expect(left.said.filter(({ type }) => type === 'tls.offer')).toHaveLength(1)
})
