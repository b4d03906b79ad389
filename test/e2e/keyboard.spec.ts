/** The main flow with nothing but a keyboard, between two windows with real engines. */

import { expect, test, type Page } from '@playwright/test'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'
import { compareFolders, writeFile } from '#test/integration/harness/trees.ts'
import { copiedLink, openServeWindow, setCoordinator, startCoordinator } from './serve-window.ts'

/** More stops than any screen has. */
const MAX_STOPS = 60

/** Presses Tab until something with this accessible name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = []
  for (let stop = 0; stop < MAX_STOPS; stop++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => {
      const element = document.activeElement
      if (!(element instanceof HTMLElement)) return ''
      const label = element.getAttribute('aria-labelledby')?.split(' ') ?? []
      const words = label.map((id) => document.getElementById(id)?.textContent ?? '').join(' ')
      const own =
        'labels' in element
          ? [...((element as HTMLInputElement).labels ?? [])].map((l) => l.textContent).join(' ')
          : ''
      return (element.getAttribute('aria-label') ?? '') || words || own || (element.textContent ?? '')
    })
    if (name.test(focused)) {
      const isVisible = await page.evaluate(() => document.activeElement?.matches(':focus-visible') ?? false)
      expect(isVisible, `the focus on ${focused} can be seen`).toBe(true)
      return
    }
    passed.push(focused)
  }
  throw new Error(`Tab does not lead to ${name}; it passes ${passed.join(' | ')}`)
}

test('share and receive without a mouse', async ({ browser }) => {
  test.setTimeout(180_000)
  using folder = await TempFolder.create()
  const { process: coordinator, url } = await startCoordinator(folder)
  await using _coordinator = coordinator
  writeFile(folder.at('source', 'notes', 'a.txt'), 'by keyboard\n')
  await using mina = await openServeWindow(browser, folder.at('mina'))
  await using jonas = await openServeWindow(browser, folder.at('jonas'))
  await setCoordinator(mina.page, url)

  const sender = mina.page
  await tabTo(sender, /^Share files$/)
  await sender.keyboard.press('Enter')
  await tabTo(sender, /^Folder$/)
  await sender.keyboard.press('ControlOrMeta+A')
  await sender.keyboard.type(folder.at('source'))
  await sender.keyboard.press('Enter')
  await expect(sender.getByRole('checkbox', { name: 'notes' })).toBeAttached()
  await tabTo(sender, /^notes$/)
  await sender.keyboard.press('Space')
  await tabTo(sender, /^Choose 1$/)
  await sender.keyboard.press('Enter')
  await expect(sender.getByText('The link is ready')).toBeVisible()
  // The link's button has the focus already: it is what one came for.
  await sender.keyboard.press('Enter')
  const link = await copiedLink(sender)
  await sender.keyboard.press('Escape')
  await expect(sender.getByRole('dialog')).toBeHidden()

  const receiver = jonas.page
  await tabTo(receiver, /^Receive$/)
  await receiver.keyboard.press('Enter')
  await expect(receiver.getByRole('dialog')).toBeVisible()
  // Recognised on the clipboard, and selected, so that typing replaces it.
  await expect(receiver.getByText('The link on your clipboard was filled in.')).toBeVisible()
  await receiver.keyboard.insertText(link)
  await receiver.keyboard.press('Enter')
  await expect(receiver.getByText('Receive these files?')).toBeVisible({ timeout: 40_000 })
  await tabTo(receiver, /^Receive/)
  await receiver.keyboard.press('Enter')
  await expect(receiver.getByText(/Complete|Received/).first()).toBeVisible({ timeout: 40_000 })
  expect(compareFolders(folder.at('source', 'notes'), `${jonas.downloads}/notes`)).toEqual([])
})
