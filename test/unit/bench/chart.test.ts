/** The chart of speeds: bars in proportion, names that cannot break out of it. */

import { expect, test } from 'vitest'
import { drawChart } from '#test/bench/peers/chart.ts'

const MBIT = 125_000

function widths(svg: string): number[] {
  return [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map((match) => Number(match[1]))
}

test('a bar is as long as the rate, and who did not arrive has none', () => {
  const svg = drawChart([
    {
      course: 'fiber',
      title: '500 Mbit, 50 ms',
      bytes: 100 * MBIT,
      tcpSeconds: 1,
      contenders: [
        { name: 'Beeline', medianSeconds: 2 },
        { name: 'slow', medianSeconds: 4 },
        { name: 'lost', medianSeconds: null },
      ],
    },
  ])
  const [own = 0, slow = 0, lost, tcp = 0] = widths(svg)
  expect(own / tcp).toBeCloseTo(0.5, 2)
  expect(slow / own).toBeCloseTo(0.5, 2)
  expect(lost).toBe(0)
  expect(svg).toContain('50 Mbit/s')
  expect(svg).toContain('not in time')
})

test('names are text', () => {
  const contenders = [{ name: '<script>&"', medianSeconds: 1 }]
  const svg = drawChart([{ course: 'a', title: '<b>', bytes: 1, tcpSeconds: 1, contenders }])
  expect(svg).not.toContain('<script>')
  expect(svg).not.toContain('<b>')
  expect(svg).toContain('&lt;script&gt;&amp;&quot;')
})
