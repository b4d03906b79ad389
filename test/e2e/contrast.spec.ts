/**
 * High contrast: the system takes every colour away and puts in its own. What is chosen must then differ by a line, and
 * a picture of each main screen is kept in coverage/looks for a person to judge. Wide, as the other states are not.
 */

import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type Locator } from '@playwright/test'
import { NOW_MS } from './mock/fixtures.ts'
import { LOOKS } from './mock/looks.ts'
import { startMockPage } from './mock/mock-page.ts'

const SCREENS = ['transfers-selected', 'receive-offer', 'share-link', 'settings-network', 'transfers-menu']

test.describe.configure({ mode: 'parallel' })
test.use({ trace: 'off', viewport: { width: 1180, height: 760 }, colorScheme: 'dark', locale: 'en-GB' })

for (const look of LOOKS.filter(({ name }) => SCREENS.includes(name))) {
  test(look.name, async ({ page }) => {
    const engine = look.engine()
    await using mock = await startMockPage('out/renderer', engine.implementation)
    await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark', reducedMotion: 'reduce' })
    await page.clock.setFixedTime(NOW_MS)
    await page.goto(mock.url)
    await expect(page.locator('#root > *').first()).toBeVisible()
    await look.prepare?.(page, { engine, mock })
    await page.waitForTimeout(200)
    await page.screenshot({ path: `coverage/looks/${look.name}-contrast.png` })
    // Colours are the system's now, and axe reads those of the style sheet.
    const axe = new AxeBuilder({ page }).setLegacyMode(true).disableRules('color-contrast')
    const { violations } = await axe.analyze()
    expect(
      violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.html.slice(0, 200)) })),
    ).toEqual([])
  })
}

test('what is chosen differs by a line', async ({ page }) => {
  const engine = LOOKS.find(({ name }) => name === 'transfers')?.engine()
  if (engine === undefined) throw new Error('there is no such look')
  await using mock = await startMockPage('out/renderer', engine.implementation)
  await page.emulateMedia({ forcedColors: 'active' })
  await page.goto(mock.url)
  const places = page.getByRole('navigation').getByRole('button')
  expect(await lineOf(places.nth(0)), 'the place in the window').not.toBe(await lineOf(places.nth(1)))
  const rows = page.locator('.transfer-row')
  await rows.nth(1).click()
  await expect(rows.nth(1)).toHaveAttribute('aria-selected', 'true')
  expect(await lineOf(rows.nth(1)), 'the transfer').not.toBe(await lineOf(rows.nth(2)))
  await rows.nth(1).locator('[aria-haspopup=menu]').click()
  const items = page.getByRole('menuitem')
  await expect(items.first()).toBeFocused()
  expect(await lineOf(items.nth(0)), 'the action').not.toBe(await lineOf(items.nth(1)))
  await page.keyboard.press('Escape')
  const tabs = page.getByRole('tab')
  expect(await lineOf(tabs.nth(0)), 'the tab').not.toBe(await lineOf(tabs.nth(1)))
})

/** Everything that forced colours leave of how an element stands out. */
function lineOf(element: Locator): Promise<string> {
  return element.evaluate((node) => {
    const style = getComputedStyle(node)
    return [style.outlineStyle, style.outlineColor, style.borderBottomWidth, style.borderBottomColor].join(
      ' ',
    )
  })
}
