/**
 * Every state of the window, reached with a made-up engine: nothing in it breaks the page's policy, accessibility has
 * no violations, and a picture of it is kept in coverage/looks for a person to judge.
 */

import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { NOW_MS } from './mock/fixtures.ts'
import { LOOKS } from './mock/looks.ts'
import { startMockPage } from './mock/mock-page.ts'

const VARIANTS = [
  { name: 'light-en-900', colorScheme: 'light', locale: 'en-GB', viewport: { width: 900, height: 600 } },
  { name: 'dark-ko-420', colorScheme: 'dark', locale: 'ko-KR', viewport: { width: 420, height: 760 } },
] as const

// They share nothing: each has a page and an engine of its own.
test.describe.configure({ mode: 'parallel' })
// What failed is in the picture.
test.use({ trace: 'off' })

for (const { name: variant, ...options } of VARIANTS) {
  test.describe(variant, () => {
    test.use(options)
    for (const look of LOOKS) {
      test(look.name, async ({ page }) => {
        const complaints: string[] = []
        page.on('console', (message) => {
          // The status of a request that is meant to fail is no complaint of the page.
          if (
            ['error', 'warning'].includes(message.type()) &&
            !message.text().startsWith('Failed to load resource')
          ) {
            complaints.push(message.text())
          }
        })
        page.on('pageerror', (error) => complaints.push(error.message))
        const engine = look.engine()
        await using mock = await startMockPage('out/renderer', engine.implementation, look.session)
        await page.clock.setFixedTime(NOW_MS)
        await page.goto(mock.url)
        await expect(page.locator('#root > *').first()).toBeVisible()
        await look.prepare?.(page, { engine, mock })
        await page.waitForTimeout(200)
        await page.screenshot({ path: `coverage/looks/${look.name}-${variant}.png` })
        // In the page itself: the other way opens a second one for frames, and there are none here.
        const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
        expect(
          violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.html.slice(0, 200)) })),
        ).toEqual([])
        const isWider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
        expect(isWider, 'the page must not scroll sideways').toBe(false)
        expect(complaints.filter((text) => !(look.mayComplain?.test(text) ?? false))).toEqual([])
      })
    }
  })
}
