/** One person at one window: a real `beeline serve` with its own data, and a browser page that is logged in to it. */

import { mkdirSync } from 'node:fs'
import type { Browser, Page } from '@playwright/test'
import * as v from 'valibot'
import { BeelineProcess } from '#test/integration/harness/beeline-process.ts'

const Urls = v.tuple([v.string()])

export interface ServeWindow extends AsyncDisposable {
  readonly process: BeelineProcess
  readonly page: Page
  /** Where it receives into. */
  readonly downloads: string
  /** What the browser's console complained of. */
  readonly complaints: string[]
}

/** @param folder of its data; two windows are two devices */
export async function openServeWindow(
  browser: Browser,
  folder: string,
  options: { readonly locale?: string; readonly port?: number } = {},
): Promise<ServeWindow> {
  const downloads = `${folder}/Downloads`
  mkdirSync(downloads, { recursive: true })
  const process = new BeelineProcess(['serve', '--port', String(options.port ?? 0)], {
    home: `${folder}/library`,
    environment: { HOME: folder, XDG_DOWNLOAD_DIR: downloads },
  })
  try {
    const [address] = v.parse(Urls, (await process.event('listening'))['urls'])
    const context = await browser.newContext({
      locale: options.locale ?? 'en-GB',
      viewport: { width: 1180, height: 760 },
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(address)
    return {
      process,
      page,
      downloads,
      complaints,
      [Symbol.asyncDispose]: async () => {
        await context.close()
        await process[Symbol.asyncDispose]()
      },
    }
  } catch (thrown) {
    await process[Symbol.asyncDispose]()
    throw thrown
  }
}

/** As a person would: the address into the settings. */
export async function setCoordinator(page: Page, url: string): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('tab', { name: 'Network' }).click()
  const field = page.getByRole('textbox', { name: 'Address' })
  await field.fill(url)
  await field.press('Enter')
  await page.getByRole('button', { name: 'Test', exact: true }).first().click()
  await page.getByText(/Answers in/).waitFor()
  await page.getByRole('button', { name: 'Transfers' }).click()
}
