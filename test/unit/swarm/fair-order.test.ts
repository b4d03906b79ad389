/** Who is next: by weights, whoever comes and goes. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FairOrder } from '#shared/swarm/fair-order.ts'

interface Flow {
  readonly name: string
}

const flows = (count: number): Flow[] => Array.from({ length: count }, (_, i) => ({ name: String(i) }))

/** Serves the first so often. @returns bytes each got */
function serve(order: FairOrder<Flow>, times: number, bytesOf: (turn: number) => number): Map<Flow, number> {
  const got = new Map<Flow, number>()
  for (let turn = 0; turn < times; turn++) {
    const [next] = order.inOrder()
    if (next === undefined) break
    order.charge(next, bytesOf(turn))
    got.set(next, (got.get(next) ?? 0) + bytesOf(turn))
  }
  return got
}

describe('those who wait all the time', () => {
  test('share by their weights, and are never further off than a block each', () => {
    const weight = fc.constantFrom(0.25, 1, 4)
    const blocks = fc.array(fc.integer({ min: 1, max: 16_384 }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(fc.array(weight, { minLength: 2, maxLength: 8 }), blocks, (weights, sizes) => {
        const order = new FairOrder<Flow>()
        const all = flows(weights.length)
        for (const [i, flow] of all.entries()) {
          order.setWeight(flow, weights[i] ?? 1)
          order.add(flow)
        }
        const got = serve(order, 400, (turn) => sizes[turn % sizes.length] ?? 1)
        const largest = Math.max(...sizes)
        for (const [i, one] of all.entries()) {
          for (const [k, other] of all.entries()) {
            // Of the paper, theorem 1: the normalized difference is at most one block of each.
            const [mine, theirs] = [weights[i] ?? 1, weights[k] ?? 1]
            const difference = (got.get(one) ?? 0) / mine - (got.get(other) ?? 0) / theirs
            expect(Math.abs(difference)).toBeLessThanOrEqual(largest / mine + largest / theirs + 1e-6)
          }
        }
      }),
    )
  })
})

describe('whoever comes and goes', () => {
  test('gets no more by it, and no less', () => {
    const order = new FairOrder<Flow>()
    const [steady, restless] = flows(2) as [Flow, Flow]
    order.add(steady)
    const got = { steady: 0, restless: 0 }
    for (let turn = 0; turn < 1000; turn++) {
      // Gone after every block, and back at once.
      order.add(restless)
      const [next] = order.inOrder()
      if (next === undefined) throw new Error('nobody waits')
      order.charge(next, 100)
      if (next === restless) order.delete(restless)
      got[next === steady ? 'steady' : 'restless'] += 100
    }
    expect(Math.abs(got.steady - got.restless)).toBeLessThanOrEqual(100)
  })

  test('does not catch up on a pause', () => {
    const order = new FairOrder<Flow>()
    const [steady, late] = flows(2) as [Flow, Flow]
    order.add(steady)
    serve(order, 1000, () => 100)
    order.add(late)
    const got = serve(order, 10, () => 100)
    expect(got.get(late)).toBe(500)
    expect(got.get(steady)).toBe(500)
  })

  test('nor on turns that it could not use', () => {
    const order = new FairOrder<Flow>()
    const [steady, held] = flows(2) as [Flow, Flow]
    order.add(held)
    order.add(steady)
    for (let turn = 0; turn < 1000; turn++) {
      order.pass(held)
      order.charge(steady, 100)
    }
    const got = serve(order, 10, () => 100)
    expect(Math.abs((got.get(held) ?? 0) - (got.get(steady) ?? 0))).toBeLessThanOrEqual(200)
  })

  test('does not become the first for long by what is given back', () => {
    const order = new FairOrder<Flow>()
    const [one, other] = flows(2) as [Flow, Flow]
    order.add(one)
    order.add(other)
    serve(order, 100, () => 100)
    order.refund(one, 1_000_000)
    const got = serve(order, 20, () => 100)
    expect(got.get(other)).toBeGreaterThanOrEqual(900)
  })
})
