/** What is dropped or pasted anywhere in the window: files to share, and links to receive. */

import { expect, test, type Page } from '@playwright/test'
import { PAGE_CAPABILITIES } from '#cli/serve/page-capabilities.ts'
import type { OfferId } from '#shared/api/transfer-views.ts'
import { appView } from './mock/fixtures.ts'
import { aborted, mockEngine, type MockEngine } from './mock/mock-engine.ts'
import { startMockPage } from './mock/mock-page.ts'

const LINK = `https://meet.example.org/get#${'Qm9yZWRCZWVzRmx5U3RyYWlnaHQ'.repeat(3).slice(0, 64)}`
const MESSAGE = `Here are the pictures: ${LINK}. See you!`

/** @returns the links that were looked at */
function watchedEngine(): { engine: MockEngine; links: string[] } {
  const links: string[] = []
  const engine = mockEngine(appView(), {
    streams: {
      'offer.open': async ({ link }, signal, emit) => {
        links.push(link)
        emit({
          offer: 1 as OfferId,
          state: 'looking',
          coordinator: 'online',
          peerCount: 0,
          description: null,
          existing: null,
        })
        await aborted(signal)
      },
    },
  })
  return { engine, links }
}

async function bring(page: Page, how: 'drop' | 'paste', text: string, selector = 'body'): Promise<void> {
  await page.evaluate(
    ([type, words, place]) => {
      const data = new DataTransfer()
      data.setData('text/plain', words ?? '')
      const target = document.querySelector(place ?? 'body') ?? document.body
      const options = { bubbles: true, cancelable: true }
      if (type === 'paste') {
        target.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: data }))
        return
      }
      for (const name of ['dragenter', 'dragover', 'drop']) {
        target.dispatchEvent(new DragEvent(name, { ...options, dataTransfer: data }))
      }
    },
    [how, text, selector] as const,
  )
}

for (const how of ['drop', 'paste'] as const) {
  test(`a message with a link in it is looked at: ${how}`, async ({ page }) => {
    const { engine, links } = watchedEngine()
    await using mock = await startMockPage('out/renderer', engine.implementation)
    await page.goto(mock.url)
    // Wherever one is in the window.
    await page.getByRole('button', { name: 'Settings' }).click()
    await bring(page, how, MESSAGE)
    await expect(page.getByRole('dialog')).toContainText('Nobody who has it is online yet.')
    expect(links).toEqual([LINK])
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
    await expect(page.getByRole('heading', { name: 'Transfers' })).toBeVisible()
  })

  test(`words without a link are told so, and nothing happens: ${how}`, async ({ page }) => {
    const { engine, links } = watchedEngine()
    await using mock = await startMockPage('out/renderer', engine.implementation)
    await page.goto(mock.url)
    await expect(page.getByText('Lofoten 2026').first()).toBeVisible()
    await bring(page, how, 'good morning')
    await expect(page.getByText('This is not a Beeline link.')).toBeVisible()
    await expect(page.getByRole('dialog')).toBeHidden()
    expect(links).toEqual([])
  })
}

test('the keys for pasting do it, with nothing that could be typed into in focus', async ({ page }) => {
  const { engine, links } = watchedEngine()
  await using mock = await startMockPage('out/renderer', engine.implementation)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(mock.url)
  await expect(page.getByText('Lofoten 2026').first()).toBeVisible()
  await page.evaluate((text) => navigator.clipboard.writeText(text), MESSAGE)
  await page.keyboard.press('ControlOrMeta+V')
  await expect(page.getByRole('dialog', { name: 'Looking for it' })).toBeVisible()
  expect(links).toEqual([LINK])
})

test('what is pasted into a field is the field’s, and an open dialog is not disturbed', async ({ page }) => {
  const { engine, links } = watchedEngine()
  await using mock = await startMockPage('out/renderer', engine.implementation)
  await page.goto(mock.url)
  await page.getByRole('searchbox').or(page.getByRole('textbox')).first().focus()
  await bring(page, 'paste', MESSAGE, 'input')
  await bring(page, 'drop', MESSAGE, 'input')
  await page.getByRole('button', { name: 'Receive' }).first().click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await bring(page, 'drop', MESSAGE)
  await bring(page, 'paste', MESSAGE)
  await expect(page.getByRole('dialog', { name: 'Receive files' })).toBeVisible()
  expect(links).toEqual([])
  // The dialog's own field finds the link in the message too.
  const field = page.getByRole('dialog').getByRole('textbox', { name: 'Link' })
  await field.fill(MESSAGE)
  await field.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Looking for it' })).toBeVisible()
  expect(links).toEqual([LINK])
})

test('files that are pasted are taken over, as dropped ones are', async ({ page }) => {
  const engine = mockEngine(appView({ capabilities: PAGE_CAPABILITIES }))
  await using mock = await startMockPage('out/renderer', engine.implementation)
  const uploaded = Promise.withResolvers<string>()
  await page.route('**/upload/**', (route) => uploaded.resolve(route.request().url()))
  await page.goto(mock.url)
  await expect(page.getByText('Lofoten 2026').first()).toBeVisible()
  await page.evaluate(() => {
    const data = new DataTransfer()
    data.items.add(new File(['words'], 'a.txt', { type: 'text/plain' }))
    const options = { bubbles: true, cancelable: true, clipboardData: data }
    document.body.dispatchEvent(new ClipboardEvent('paste', options))
  })
  await expect(page.getByRole('alertdialog', { name: 'Uploading' })).toBeVisible()
  expect(await uploaded.promise).toMatch(/\/a\.txt$/)
})

test('the first screen says under which name this device is seen, and leads to where it is changed', async ({
  page,
}) => {
  const engine = mockEngine(appView({ transfers: [] }))
  await using mock = await startMockPage('out/renderer', engine.implementation)
  await page.goto(mock.url)
  await expect(page.getByText('Others see this device as “Mina’s laptop”.')).toBeVisible()
  await page.getByRole('button', { name: 'Change' }).click()
  await expect(page.getByRole('textbox', { name: 'Name of this device' })).toHaveValue('Mina’s laptop')
})
