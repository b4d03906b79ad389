/** Places in the picture of the swarm: steady, and none on top of another. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  countPlaces,
  LABEL_GAP_PX,
  LABEL_HEIGHT_PX,
  LABEL_WIDTH_PX,
  layOut,
  lineWidthPx,
  NODE_RADIUS_PX,
  OWN_RADIUS_PX,
  seatPeers,
  type Places,
  type Spot,
} from '#renderer/screens/details/swarm-layout.ts'

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const peers = (...ids: readonly string[]) => ids.map((peer) => ({ peer, state: 'connected' }))

function boxesOf(spot: Spot): Box[] {
  const away = NODE_RADIUS_PX + LABEL_GAP_PX
  const top = spot.label === 'below' ? spot.y + away : spot.y - away - LABEL_HEIGHT_PX
  return [
    around(spot, NODE_RADIUS_PX),
    {
      left: spot.x - LABEL_WIDTH_PX / 2,
      right: spot.x + LABEL_WIDTH_PX / 2,
      top,
      bottom: top + LABEL_HEIGHT_PX,
    },
  ]
}

function around({ x, y }: { readonly x: number; readonly y: number }, radius: number): Box {
  return { left: x - radius, right: x + radius, top: y - radius, bottom: y + radius }
}

function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
}

const widths = fc.integer({ min: 340, max: 1400 })
const swarms = fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{4,32}$/), { maxLength: 20 })

describe('places', () => {
  test('no circle and no label stands on another, at any width with any swarm', () => {
    fc.assert(
      fc.property(widths, swarms, (widthPx, ids) => {
        const places = seatPeers(new Map(), peers(...ids), countPlaces(widthPx))
        const layout = layOut(widthPx, places.values())
        const boxes = [
          [around(layout.middle, OWN_RADIUS_PX)],
          ...[...places.values()].map((place) => boxesOf(layout.spotOf(place))),
        ]
        boxes.forEach((own, i) => {
          for (const other of boxes.slice(i + 1).flat())
            expect(own.some((box) => overlap(box, other))).toBe(false)
        })
        for (const box of boxes.flat()) {
          expect(box.left).toBeGreaterThanOrEqual(0)
          expect(box.right).toBeLessThanOrEqual(widthPx)
          expect(box.top).toBeGreaterThanOrEqual(0)
          expect(box.bottom).toBeLessThanOrEqual(layout.heightPx)
        }
      }),
    )
  })

  test('whoever stays keeps the place, whoever comes and goes beside them', () => {
    fc.assert(
      fc.property(fc.array(swarms, { minLength: 1, maxLength: 8 }), (rounds) => {
        let before: Places = new Map()
        for (const ids of rounds) {
          const places = seatPeers(before, peers(...ids), 12)
          const stayed = [...before].filter(([peer]) => ids.includes(peer))
          expect(stayed.map(([peer]) => [peer, places.get(peer)])).toEqual(stayed)
          expect(new Set(places.values()).size).toBe(places.size)
          expect(places.size).toBe(Math.min(12, ids.length))
          before = places
        }
      }),
    )
  })

  test('the order in which they are told makes no difference', () => {
    fc.assert(
      fc.property(swarms, (ids) => {
        const told = seatPeers(new Map(), peers(...ids), 12)
        const backwards = seatPeers(new Map(), peers(...ids.toReversed()), 12)
        expect(Object.fromEntries(backwards)).toEqual(Object.fromEntries(told))
      }),
    )
  })

  test('two stand opposite each other', () => {
    const layout = layOut(800, [])
    const [one, other] = [...seatPeers(new Map(), peers('a1', 'b2'), 12).values()].map(layout.spotOf)
    expect((one?.x ?? 0) + (other?.x ?? 0)).toBeCloseTo(2 * layout.middle.x)
  })

  test('where not all can be drawn, those who are connected are', () => {
    const waiting = Array.from({ length: 12 }, (_, i) => ({ peer: `w${i}`, state: 'connecting' }))
    const places = seatPeers(new Map(), [...waiting, ...peers('here')], 12)
    expect(places.has('here')).toBe(true)
    expect(places.size).toBe(12)
  })

  test('a place that a narrow window does not have is given up', () => {
    const wide = seatPeers(new Map(), peers(...Array.from({ length: 12 }, (_, i) => `p${i}`)), 12)
    const narrow = seatPeers(wide, peers(...wide.keys()), 8)
    expect(narrow.size).toBe(8)
    for (const [peer, place] of narrow) expect(wide.get(peer)).toBe(place)
  })
})

test('a line grows with each tenfold rate, between thin and thick', () => {
  const widthsPx = [0, 10_000, 100_000, 1_000_000, 10_000_000].map(lineWidthPx)
  expect(widthsPx[0]).toBe(widthsPx[1])
  expect(widthsPx.slice(1).every((width, i) => width > (widthsPx[i] ?? 0) || i === 0)).toBe(true)
  expect(lineWidthPx(1e15)).toBe(6)
})
