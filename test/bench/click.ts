/**
 * `npm run bench -- click`: how long a window takes from a click to the next picture, while a transfer runs at full
 * speed through the engine behind it. Two real `beeline serve`, two pages, Debian's Chromium.
 */

import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { MemorySummaryStore } from '#coordinator/memory-summary-store.ts'
import { startCoordinator } from '#coordinator/server.ts'
import { openServeWindow, setCoordinator } from '#test/e2e/serve-window.ts'

export interface Clicked {
  readonly clicks: number
  /** From the click to the picture that answers it, milliseconds. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  readonly mibPerSecond: number
}

/** Between two clicks, milliseconds. */
const PAUSE_MS = 120

/** @param folder of the file @param name of the file, of so many bytes */
export async function measureClicks(
  folder: string,
  name: string,
  bytes: number,
  scratch: string,
): Promise<Clicked> {
  const home = await mkdtemp(join(scratch, 'click-'))
  await using coordinator = await startCoordinator({
    host: '127.0.0.1',
    port: 0,
    store: new MemorySummaryStore(),
  })
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  try {
    await using sender = await openServeWindow(browser, join(home, 'sender'))
    await using receiver = await openServeWindow(browser, join(home, 'receiver'))
    await setCoordinator(sender.page, `http://127.0.0.1:${coordinator.port}`)
    const link = await share(sender.page, folder, name)
    await receive(receiver.page, link)
    const startedMs = performance.now()
    const took: number[] = []
    const { page } = receiver
    const done = page.getByText(/^Complete · /).first()
    for (let turn = 0; !(await done.isVisible()); turn++) {
      took.push(await clickAndWait(page, ['Files', 'Overview', 'Connections'][turn % 3] ?? 'Files'))
      await page.waitForTimeout(PAUSE_MS)
    }
    const seconds = (performance.now() - startedMs) / 1000
    const sorted = took.toSorted((left, right) => left - right)
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
    return {
      clicks: took.length,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
      mibPerSecond: bytes / 2 ** 20 / seconds,
    }
  } finally {
    await browser.close()
    rmSync(home, { recursive: true, force: true })
  }
}

/** In the page itself: what the driver takes does not count. */
async function clickAndWait(page: Page, tab: string): Promise<number> {
  return page.getByRole('tab', { name: tab }).evaluate(async (element) => {
    const startedMs = performance.now()
    for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) {
      const options = {
        bubbles: true,
        cancelable: true,
        button: 0,
        pointerId: 1,
        pointerType: 'mouse',
        isPrimary: true,
      }
      element.dispatchEvent(
        type.startsWith('pointer') ? new PointerEvent(type, options) : new MouseEvent(type, options),
      )
    }
    // After the frame in which React has drawn it, the picture is on its way.
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)))
    if (element.getAttribute('aria-selected') !== 'true') throw new Error('the click was not answered')
    return performance.now() - startedMs
  })
}

async function share(page: Page, folder: string, name: string): Promise<string> {
  await page.getByRole('button', { name: 'Share files' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Folder' }).fill(folder)
  await dialog.getByRole('button', { name: 'Go' }).click()
  await page.getByRole('checkbox', { name }).click({ force: true })
  await page.getByRole('button', { name: 'Choose 1' }).click()
  await dialog.getByRole('button', { name: 'Copy link' }).click()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  await dialog.getByRole('button', { name: 'Done' }).click()
  return link
}

async function receive(page: Page, link: string): Promise<void> {
  await page.getByRole('button', { name: 'Receive' }).first().click()
  await page.getByRole('textbox', { name: 'Link' }).fill(link)
  await page.getByRole('textbox', { name: 'Link' }).press('Enter')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Receive/ })
    .click()
  await page.getByRole('tab', { name: 'Files' }).waitFor()
}
