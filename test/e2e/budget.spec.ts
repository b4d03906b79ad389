/**
 * What the page may weigh: it is loaded over home networks too. Counted twice, because two different people wait: one
 * for the first screen, and one, who is offline a moment later, for everything that is fetched in the quiet after it.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'

const PAGE = 'out/renderer'

/** JavaScript of the first screen, compressed, bytes: below two seconds of a slow line of 1 Mbit/s. */
const FIRST_BUDGET_BYTES = 180_000
/** All of it, both languages included. */
const WHOLE_BUDGET_BYTES = 200_000

function weigh(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + gzipSync(readFileSync(join(PAGE, name))).length, 0)
}

test('the page keeps within its budget of JavaScript', () => {
  const index = readFileSync(join(PAGE, 'index.html'), 'utf8')
  // Vite names the entry, and everything it imports at once, in the page itself.
  const first = [...index.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, name]) => name ?? '')
  expect(first.length).toBeGreaterThan(0)
  expect(weigh(first)).toBeLessThanOrEqual(FIRST_BUDGET_BYTES)

  const all = readdirSync(join(PAGE, 'assets')).filter((name) => name.endsWith('.js'))
  expect(all.length, 'what is rarely opened stands in files of its own').toBeGreaterThan(first.length)
  expect(weigh(all.map((name) => `assets/${name}`))).toBeLessThanOrEqual(WHOLE_BUDGET_BYTES)
})
