/** A person who is quicker than the engine: nothing they type or choose is lost or overwritten by a late answer. */

import { expect, test, type Page } from '@playwright/test'
import type { SettingsView } from '#shared/api/settings-views.ts'
import { appView } from './mock/fixtures.ts'
import { mockEngine, type MockEngine } from './mock/mock-engine.ts'
import { startMockPage, type MockPage } from './mock/mock-page.ts'
import { SETTINGS } from './mock/settings-fixture.ts'

const FIRST = 'https://first.example.org'
const SECOND = 'https://second.example.org'

function openPage(engine: MockEngine): Promise<MockPage> {
  return startMockPage('out/renderer', engine.implementation)
}

async function openSettings(page: Page, mock: MockPage, tab: string): Promise<void> {
  await page.goto(mock.url)
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('tab', { name: tab }).click()
}

function withCoordinator(coordinator: string): SettingsView {
  return { ...SETTINGS, network: { ...SETTINGS.network, coordinator } }
}

/** What the page has asked the settings to become, in order. */
function changesOf({ called }: MockEngine): unknown[] {
  return called.filter(({ name }) => name === 'settings.change').map(({ input }) => input)
}

test('what is typed after Enter stays when the engine answers to Enter', async ({ page }) => {
  const engine = mockEngine()
  await using mock = await openPage(engine)
  await openSettings(page, mock, 'Network')
  const field = page.getByRole('textbox', { name: 'Address' })
  await field.fill(FIRST)
  await field.press('Enter')
  await field.fill(SECOND)
  engine.tell({ kind: 'settings', settings: withCoordinator(FIRST) })
  await expect(page.getByRole('textbox', { name: 'Address' })).toHaveValue(SECOND)
  await field.blur()
  await expect
    .poll(() => changesOf(engine))
    .toEqual([{ network: { coordinator: FIRST } }, { network: { coordinator: SECOND } }])
  engine.tell({ kind: 'settings', settings: withCoordinator(SECOND) })
  await expect(field).toHaveValue(SECOND)
})

test('a number is told once, although one leaves the field after Enter', async ({ page }) => {
  const engine = mockEngine()
  await using mock = await openPage(engine)
  await openSettings(page, mock, 'Limits')
  const field = page.getByRole('textbox', { name: 'Connections per transfer' })
  await field.fill('7')
  await field.press('Enter')
  await field.blur()
  await page.getByRole('tab', { name: 'General' }).click()
  await expect(page.getByRole('textbox', { name: 'Name of this device' })).toBeVisible()
  expect(changesOf(engine)).toEqual([{ limits: { connections: 7 } }])
})

test('a switch is turned while the engine still works on another one', async ({ page }) => {
  const engine = mockEngine(appView(), { calls: { 'settings.change': () => new Promise(() => undefined) } })
  await using mock = await openPage(engine)
  await openSettings(page, mock, 'General')
  await page.getByText('Notifications', { exact: true }).click()
  await page.getByText('Look for updates', { exact: true }).click()
  await expect(page.getByRole('switch', { name: 'Look for updates' })).toBeChecked()
  await expect
    .poll(() => changesOf(engine))
    .toEqual([{ general: { notifications: false } }, { general: { checkUpdates: true } }])
})

test('the coordinator that is tested is the one in the field, and its answer is not shown for another', async ({
  page,
}) => {
  const answer = Promise.withResolvers<{ roundTripMs: number }>()
  const engine = mockEngine(appView(), { calls: { 'coordinator.test': () => answer.promise } })
  await using mock = await openPage(engine)
  await openSettings(page, mock, 'Network')
  const field = page.getByRole('textbox', { name: 'Address' })
  await field.fill(FIRST)
  await page.getByRole('button', { name: 'Test', exact: true }).first().click()
  await expect
    .poll(() => engine.called.filter(({ name }) => name === 'coordinator.test').map(({ input }) => input))
    .toEqual([{ url: FIRST }])
  await field.fill(SECOND)
  answer.resolve({ roundTripMs: 12 })
  await expect(page.getByRole('button', { name: 'Test', exact: true }).first()).toBeEnabled()
  await expect(page.getByText(/Answers in/)).toBeHidden()
})

test('the result of a server’s test goes with what was tested', async ({ page }) => {
  const engine = mockEngine()
  await using mock = await openPage(engine)
  await openSettings(page, mock, 'Network')
  await page.getByRole('button', { name: 'Add server' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Address' }).fill('turn:one.example.org')
  await dialog.getByRole('button', { name: 'Test' }).click()
  await expect(dialog.getByText('Works.')).toBeVisible()
  await dialog.getByRole('textbox', { name: 'Address' }).fill('turn:two.example.org')
  await expect(dialog.getByText('Works.')).toBeHidden()
})

test('a clipboard that is read late does not touch a link that was typed meanwhile', async ({ page }) => {
  await page.context().grantPermissions(['clipboard-read'])
  await page.addInitScript(`
    window.clipboardText = new Promise((resolve) => { window.tellClipboard = resolve })
    Object.defineProperty(navigator, 'clipboard', { value: { readText: () => window.clipboardText } })
  `)
  const engine = mockEngine()
  await using mock = await openPage(engine)
  await page.goto(mock.url)
  await page.getByRole('button', { name: 'Receive' }).first().click()
  const field = page.getByRole('dialog').getByRole('textbox', { name: 'Link' })
  await field.fill('https://meet')
  await page.evaluate(`tellClipboard(${JSON.stringify(appView().transfers[0]?.link.slice(0, 93))})`)
  await page.evaluate('clipboardText.then(() => new Promise(requestAnimationFrame))')
  await expect(page.getByText('The link on your clipboard was filled in.')).toBeHidden()
  // At the end, not over it.
  await page.keyboard.type('.example.org')
  await expect(field).toHaveValue('https://meet.example.org')
})

test('a part of the window that cannot be fetched says so, and the rest stays', async ({ page }) => {
  const engine = mockEngine()
  await using mock = await openPage(engine)
  await page.route(/settings-screen/, (route) => route.abort())
  await page.goto(mock.url)
  await page.getByRole('button', { name: 'Settings' }).click()
  await expect(page.getByRole('alert')).toContainText('could not be fetched')
  await page.getByRole('button', { name: 'Transfers' }).click()
  await expect(page.getByText('Lofoten 2026').first()).toBeVisible()
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Load the window again' }).click()
  await expect(page.getByRole('heading', { name: 'Transfers' })).toBeVisible()
  await page.unroute(/settings-screen/)
  await page.getByRole('button', { name: 'Settings' }).click()
  await expect(page.getByRole('tab', { name: 'Network' })).toBeVisible()
})
