/** One person at one window: a real `beeline serve` with its own data, and a browser page that is logged in to it. */

import { mkdirSync } from 'node:fs'
import { expect, type Browser, type Page } from '@playwright/test'
import * as v from 'valibot'
import { compileCacheDir } from '#cli/compile-cache.js'
import { BeelineProcess } from '#test/integration/harness/beeline-process.ts'
import type { TempFolder } from '#test/integration/harness/temp-folder.ts'

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
    // Another home would have nothing compiled yet.
    environment: { HOME: folder, XDG_DOWNLOAD_DIR: downloads, NODE_COMPILE_CACHE: compileCacheDir() },
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

/** The process and its address, on a port of its own. */
export async function startCoordinator(
  folder: TempFolder,
): Promise<{ process: BeelineProcess; url: string }> {
  const process = new BeelineProcess(['coordinator', '--listen', '127.0.0.1:0'], {
    home: folder.at('coordinator'),
  })
  const [url] = v.parse(v.tuple([v.string()]), (await process.event('listening'))['urls'])
  return { process, url }
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

/** Out of the dialog that shows it, by its button. The clipboard may still hold the link of an earlier test. */
export async function copyLink(page: Page): Promise<string> {
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Copy link' }).click()
  return copiedLink(page)
}

/** @returns the link in sight, as soon as the clipboard holds it */
export async function copiedLink(page: Page): Promise<string> {
  const link = await page.getByRole('dialog').locator('.link-line').getAttribute('title')
  if (link === null) throw new Error('the dialog shows no link')
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(link)
  return link
}

/** In the settings of the network. */
export async function addServer(page: Page, url: string, user: string, password: string): Promise<void> {
  await page.getByRole('button', { name: 'Add server' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Address' }).fill(url)
  await dialog.getByRole('textbox', { name: 'User name' }).fill(user)
  await dialog.getByLabel('Password').fill(password)
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toBeHidden()
}
