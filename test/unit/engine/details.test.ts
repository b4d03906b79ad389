/** What is shown of a transfer beside its row in a list: rates, pieces, people, notices. */

import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { DetailsEvent } from '#shared/api/transfer-views.ts'
import { PeerId } from '#shared/share/keys.ts'
import { Bitfield } from '#shared/swarm/bitfield.ts'
import { PeerSession } from '#shared/swarm/peer-session.ts'
import { Notices } from '#engine/notices.ts'
import { People } from '#engine/people.ts'
import { cellsOf } from '#engine/piece-cells.ts'
import { RateHistory } from '#engine/rate-history.ts'

function peer(number: number): PeerId {
  return v.parse(PeerId, number.toString(16).padStart(32, '0'))
}

function greeted(number: number, name = `peer ${number}`): PeerSession {
  const session = new PeerSession(peer(number))
  session.hasGreeted = true
  session.name = name
  return session
}

describe('rates', () => {
  test('are what went by since the sample before, by the time that really passed', () => {
    let nowMs = 0
    const rates = new RateHistory(() => nowMs)
    for (const [atMs, down, up] of [
      [1000, 500, 0],
      [3000, 2500, 10],
      [3500, 2500, 20],
    ] as const) {
      nowMs = atMs
      rates.sample(down, up)
    }
    expect(rates.view()).toEqual({ down: [500, 1000, 0], up: [0, 5, 20] })
  })

  test('of the last five minutes are kept, oldest first', () => {
    let nowMs = 0
    const rates = new RateHistory(() => nowMs)
    let total = 0
    for (let i = 1; i <= 310; i++) {
      nowMs += 1000
      rates.sample((total += i), 0)
    }
    const { down } = rates.view()
    expect([down.length, down[0], down.at(-1)]).toEqual([300, 11, 310])
  })
})

describe('cells', () => {
  test.each([0, 1, 599, 600, 601, 1200, 2 ** 20])('of %i pieces fit on a screen', (pieceCount) => {
    const have = new Bitfield(pieceCount)
    const cells = cellsOf({ have, availability: new Uint16Array(pieceCount) })
    expect(cells.pieces.length).toBe(cells.availability.length)
    expect(cells.pieces.length).toBeLessThanOrEqual(600)
    expect(cells.pieces.length).toBeGreaterThanOrEqual(Math.min(pieceCount, 300))
  })

  test('tell how much is here and how rare the rarest piece is', () => {
    const have = new Bitfield(1200)
    for (const piece of [0, 1, 2]) have.add(piece)
    const availability = new Uint16Array(1200).fill(3)
    availability[3] = 1
    const cells = cellsOf({ have, availability })
    expect(cells.pieces.slice(0, 3)).toEqual([100, 50, 0])
    expect(cells.availability.slice(0, 3)).toEqual([3, 1, 3])
  })

  test('that lack one piece of many are not full', () => {
    const have = Bitfield.full(2 ** 20)
    have.delete(5)
    expect(cellsOf({ have, availability: new Uint16Array(2 ** 20) }).pieces[0]).toBe(99)
  })
})

describe('people', () => {
  test('who leave and come back are one, with everything that went to and fro', () => {
    const people = new People()
    const sessions = new Map<PeerId, PeerSession>()
    const first = greeted(1)
    sessions.set(first.peer, first)
    people.observe(sessions)
    first.receivedBytes = 100
    first.remote = Bitfield.full(4)
    sessions.clear()
    people.observe(sessions)
    expect(people.view(sessions)).toEqual([
      { peer: peer(1), name: 'peer 1', isHere: false, completeness: 1, receivedBytes: 100, sentBytes: 0 },
    ])
    const second = greeted(1, 'renamed')
    second.sentBytes = 7
    second.receivedBytes = 5
    sessions.set(second.peer, second)
    people.observe(sessions)
    const [view] = people.view(sessions)
    expect(view).toMatchObject({ name: 'renamed', isHere: true, receivedBytes: 105, sentBytes: 7 })
  })

  test('are bounded, the latest first, and whoever is here is not forgotten', () => {
    const people = new People()
    const here = greeted(0)
    for (let i = 1; i <= 500; i++) {
      people.observe(
        new Map([
          [here.peer, here],
          [peer(i), greeted(i)],
        ]),
      )
      people.observe(new Map([[here.peer, here]]))
    }
    const views = people.view(new Map([[here.peer, here]]))
    expect(views).toHaveLength(200)
    expect(views[0]?.peer).toBe(peer(500))
    expect(views.find((view) => view.peer === here.peer)?.isHere).toBe(true)
    expect(v.is(DetailsEvent.entries.people, views)).toBe(true)
  })

  test('who get everything are counted once, however often they come back', () => {
    const people = new People(3)
    const sessions = new Map<PeerId, PeerSession>()
    const see = (session: PeerSession): void => {
      sessions.set(session.peer, session)
      people.observe(sessions)
    }
    const first = greeted(1)
    first.remote = new Bitfield(4)
    see(first)
    expect(people.fetchedCount).toBe(3)
    first.remote = Bitfield.full(4)
    people.observe(sessions)
    sessions.clear()
    people.observe(sessions)
    const again = greeted(1)
    again.remote = Bitfield.full(4)
    see(again)
    expect(people.fetchedCount).toBe(4)
  })

  test('who had everything when they came did not get it now, unless it came from here', () => {
    const people = new People()
    const seeder = greeted(1)
    seeder.remote = Bitfield.full(1)
    const quick = greeted(2)
    quick.remote = Bitfield.full(1)
    quick.sentBytes = 10
    people.observe(
      new Map([
        [seeder.peer, seeder],
        [quick.peer, quick],
      ]),
    )
    expect(people.fetchedCount).toBe(1)
  })

  test('who finish and leave between two looks are counted', () => {
    const people = new People()
    const session = greeted(1)
    session.remote = new Bitfield(4)
    people.observe(new Map([[session.peer, session]]))
    session.remote = Bitfield.full(4)
    people.observe(new Map())
    expect(people.fetchedCount).toBe(1)
  })

  test('who never said hello are nobody', () => {
    const people = new People()
    const stranger = new PeerSession(peer(1))
    people.observe(new Map([[stranger.peer, stranger]]))
    expect(people.view(new Map())).toEqual([])
  })
})

test('notices are told once, counted, and not without end', () => {
  const notices = new Notices()
  notices.add({ code: 'peer-banned', count: 1, text: 'peer.bad-piece' })
  notices.add({ code: 'peer-banned', count: 1, text: 'peer.bad-piece' })
  notices.add({ code: 'servers-unused', count: 1, text: 'a' })
  notices.add({ code: 'servers-unused', count: 1, text: 'a' })
  expect(notices.list().map(({ count }) => count)).toEqual([2, 1])
  for (let i = 0; i < 100; i++) notices.add({ code: 'servers-unused', count: 1, text: String(i) })
  expect(notices.list().length).toBe(20)
})
