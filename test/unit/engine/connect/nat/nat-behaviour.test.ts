/** What ports say about a router: what is regular is called so, and chance is not. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  inCheckingOrder,
  mappingOf,
  PREDICTED_PORTS,
  predictPorts,
  stepOf,
  type Sample,
} from '#engine/connect/nat/nat-behaviour.ts'

const sample = (destination: string, port: number, address = '203.0.113.1'): Sample => ({
  destination: { address: destination, port: 3478 },
  mapped: { address, port },
})
const never = (): boolean => false

describe('mapping', () => {
  test.each<[string, readonly Sample[], ReturnType<typeof mappingOf>]>([
    ['nothing', [], 'unknown'],
    ['one answer', [sample('192.0.2.1', 4000)], 'unknown'],
    ['one address, one port', [sample('192.0.2.1', 4000), sample('192.0.2.1', 4000)], 'unknown'],
    ['two addresses, one port', [sample('192.0.2.1', 4000), sample('192.0.2.2', 4000)], 'endpoint'],
    ['two addresses, two ports', [sample('192.0.2.1', 4000), sample('192.0.2.2', 4001)], 'differs'],
    ['one address, two ports', [sample('192.0.2.1', 4000), sample('192.0.2.1', 4001)], 'differs'],
    ['two own addresses', [sample('192.0.2.1', 4000), sample('192.0.2.2', 4000, '203.0.113.2')], 'differs'],
    [
      'a third that differs',
      [sample('192.0.2.1', 4000), sample('192.0.2.2', 4000), sample('192.0.2.3', 4001)],
      'differs',
    ],
  ])('%s', (_what, samples, mapping) => {
    expect(mappingOf(samples, never)).toBe(mapping)
  })

  test('is public only when every server sees an own address', () => {
    const own = sample('192.0.2.1', 4000)
    const translated = sample('192.0.2.2', 4001)
    const isOwn = ({ port }: { port: number }): boolean => port === 4000
    expect(mappingOf([own], isOwn)).toBe('public')
    expect(mappingOf([own, translated], isOwn)).toBe('differs')
  })
})

const step = fc.integer({ min: -4000, max: 4000 }).filter((value) => value !== 0)
const fewPorts = (first: number, by: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + by * index)

describe('the step', () => {
  test.each<[readonly number[], number | undefined]>([
    [[20_000, 20_003, 20_006, 20_009], 3],
    [[20_009, 20_006, 20_003, 20_000], -3],
    [[65_000, 65_256, 65_512, 232], 256],
    // Others mapped in between.
    [[20_000, 20_003, 20_012, 20_015, 20_021], 3],
    // The end of the router's ports.
    [[31_994, 31_997, 20_000, 20_003, 20_006], 3],
    // One mapping for two ports of one address.
    [[20_000, 20_000, 20_003, 20_006, 20_009], 3],
    // Too few for a rule.
    [[20_000, 20_003, 20_006], undefined],
    [[20_000], undefined],
    [[], undefined],
    [[1024, 40_000, 7, 50_000, 12_345, 33], undefined],
    // Near one another, and in no direction.
    [[20_000, 20_003, 20_001, 20_006, 20_002], undefined],
  ])('of %j is %j', (ports, expected) => {
    expect(stepOf(ports)).toBe(expected)
  })

  test('of any regular series is found', () => {
    const series = fc.tuple(fc.integer({ min: 17_000, max: 49_000 }), step, fc.integer({ min: 4, max: 5 }))
    fc.assert(
      fc.property(series, ([first, by, count]) => {
        expect(stepOf(fewPorts(first, by, count))).toBe(by)
      }),
    )
  })

  test('is found with one series of others in the middle', () => {
    const small = fc.integer({ min: 1, max: 8 })
    fc.assert(
      fc.property(small, fc.integer({ min: 1, max: 7 }), fc.boolean(), (by, others, isDown) => {
        const sign = isDown ? -1 : 1
        const gaps = [1, 1 + others, 1, 1]
        const ports = gaps.reduce<number[]>(
          (all, gap) => [...all, (all.at(-1) ?? 0) + sign * by * gap],
          [30_000],
        )
        expect(stepOf(ports)).toBe(sign * by)
      }),
    )
  })

  test('is not made up from ports that lie far apart', () => {
    const gap = fc.integer({ min: 65, max: 32_000 })
    const gaps = fc.uniqueArray(gap, { minLength: 4, maxLength: 8 })
    fc.assert(
      fc.property(gaps, (all) => {
        const ports = all.reduce<number[]>((so, one) => [...so, ((so.at(-1) ?? 0) + one) % 65_536], [1024])
        expect(stepOf(ports)).toBeUndefined()
      }),
    )
  })
})

describe('prediction', () => {
  test('goes on from the last port', () => {
    expect(predictPorts([20_000, 20_003, 20_009], 3)).toEqual([
      20_012, 20_015, 20_018, 20_021, 20_024, 20_027, 20_030, 20_033, 20_036, 20_039, 20_042, 20_045,
    ])
    expect(predictPorts([20_009, 20_006], -3)?.slice(0, 2)).toEqual([20_003, 20_000])
  })

  /** Whether a check of each side goes out from where a check of the other one goes to. */
  function meets(others: { readonly offer: number; readonly answer: number }): boolean {
    const steps = Array.from({ length: PREDICTED_PORTS }, (_, index) => index + 1)
    const told = { offer: inCheckingOrder(steps, 'offer'), answer: inCheckingOrder(steps, 'answer') }
    return told.answer.some((toAnswer, ofOffer) =>
      told.offer.some(
        (toOffer, ofAnswer) =>
          toAnswer === ofAnswer + 1 + others.answer && toOffer === ofOffer + 1 + others.offer,
      ),
    )
  }

  test.each([0, 1, 2, 3, 4, 5])('meets where %i ports went to others', (count) => {
    for (let offer = 0; offer <= count; offer++) expect(meets({ offer, answer: count - offer })).toBe(true)
  })

  test.each([
    ['nothing', [], 3],
    ['one port', [20_000], 3],
    ['the wrong way', [20_003, 20_000], 3],
    ['another step', [20_000, 20_004], 3],
    ['a jump', [20_000, 23_000], 3],
  ])('is refused for %s', (_what, ports, by) => {
    expect(predictPorts(ports, by)).toBeUndefined()
  })

  test('names ports that exist, twelve at most, each once', () => {
    const port = fc.integer({ min: 1024, max: 65_535 })
    fc.assert(
      fc.property(port, step, (last, by) => {
        const ports = predictPorts([(last - by + 65_536) % 65_536, last], by) ?? []
        expect(ports.length).toBeLessThanOrEqual(PREDICTED_PORTS)
        expect(new Set(ports).size).toBe(ports.length)
        for (const one of ports) expect(one >= 1024 && one <= 65_535).toBe(true)
      }),
    )
  })
})
