/** Menus and tabs by keyboard, as the patterns of WAI-ARIA have them: they are our own. */

import { expect, test, type Page } from '@playwright/test'
import { mockEngine } from './mock/mock-engine.ts'
import { startMockPage } from './mock/mock-page.ts'

function focusedText(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent ?? '')
}

test('a menu opens at its first or last item, goes round, finds by letter, and gives the focus back', async ({
  page,
}) => {
  const engine = mockEngine()
  await using mock = await startMockPage('out/renderer', engine.implementation)
  await page.goto(mock.url)
  const opener = page.getByRole('button', { name: 'Other ways to share' })
  await opener.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menu')).toBeVisible()
  await expect(opener).toHaveAttribute('aria-expanded', 'true')
  const items = page.getByRole('menuitem')
  await expect(items.first()).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(items.last()).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(items.first()).toBeFocused()
  const letter = ((await items.last().textContent()) ?? '').trim().slice(0, 1)
  await page.keyboard.press(letter)
  expect((await focusedText(page)).trim().slice(0, 1)).toBe(letter)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('menu')).toBeHidden()
  await expect(opener).toBeFocused()

  await page.keyboard.press('ArrowUp')
  await expect(items.last()).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('menu')).toBeHidden()
  await expect(opener).toBeFocused()
})

test('what is chosen is done once, and a click beside a menu does nothing else', async ({ page }) => {
  const engine = mockEngine()
  await using mock = await startMockPage('out/renderer', engine.implementation)
  await page.goto(mock.url)
  const row = page.getByRole('row').filter({ hasText: 'Lofoten 2026' })
  const more = row.locator('[aria-haspopup=menu]')
  const pauses = (): number =>
    engine.called.filter(({ name }) => name === 'transfer.pause' || name === 'transfer.resume').length
  await more.click()
  await expect(page.getByRole('menuitem').first()).toBeFocused()
  await page.mouse.click(5, 5)
  await expect(page.getByRole('menu')).toBeHidden()
  expect(pauses()).toBe(0)
  await more.click()
  await page
    .getByRole('menuitem', { name: /^(?:Pause|Stop sharing)/ })
    .first()
    .click()
  await expect(page.getByRole('menu')).toBeHidden()
  await expect.poll(pauses).toBe(1)
})

test('tabs follow the arrow keys; Tab goes on into what they show', async ({ page }) => {
  const engine = mockEngine()
  await using mock = await startMockPage('out/renderer', engine.implementation)
  await page.goto(mock.url)
  await page.getByRole('button', { name: 'Settings' }).click()
  const tab = (name: string) => page.getByRole('tab', { name })
  await tab('General').focus()
  await page.keyboard.press('ArrowRight')
  await expect(tab('Network')).toBeFocused()
  await expect(tab('Network')).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('tabpanel', { name: 'Network' })).toBeVisible()
  await page.keyboard.press('End')
  await expect(page.getByRole('tabpanel', { name: 'About' })).toBeVisible()
  await page.keyboard.press('ArrowRight')
  await expect(tab('General')).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('tabpanel', { name: 'General' })).toBeFocused()
  await page.keyboard.press('Shift+Tab')
  await expect(tab('General')).toBeFocused()
})
