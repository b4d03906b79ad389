/** What people do, in real browsers with real engines on both ends; nothing is made up. */

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { expect, test, type Page } from '@playwright/test'
import { Coturn, coturnIsMissing, TURN_PASSWORD, TURN_USER } from '#test/integration/harness/coturn.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'
import { compareFolders, writeFile, writeRandomFile } from '#test/integration/harness/trees.ts'
import { addServer, copyLink, openServeWindow, setCoordinator, startCoordinator } from './serve-window.ts'

const MIB = 1024 * 1024

/** Chooses by typing the path, which works in a browser that cannot see the engine's disk. */
async function chooseFolder(page: Page, path: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Folder' }).fill(path)
  await dialog.getByRole('button', { name: 'Go' }).click()
}

/** Shares one entry of a folder. @returns the link */
async function share(page: Page, folder: string, name: string): Promise<string> {
  await page.getByRole('button', { name: 'Share files' }).first().click()
  await chooseFolder(page, folder)
  await page.getByRole('checkbox', { name }).click({ force: true })
  await page.getByRole('button', { name: /^Choose 1$/ }).click()
  const copied = await copyLink(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click()
  return copied
}

async function openLink(page: Page, link: string): Promise<void> {
  await page.getByRole('button', { name: 'Receive' }).first().click()
  const field = page.getByRole('dialog').getByRole('textbox', { name: 'Link' })
  await field.fill(link)
  await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByRole('dialog').getByText('Receive these files?')).toBeVisible({ timeout: 30_000 })
}

test('share, link, receive: both windows show the files, the progress and the route', async ({ browser }) => {
  using folder = await TempFolder.create()
  const { process: coordinator, url } = await startCoordinator(folder)
  await using _coordinator = coordinator
  writeFile(folder.at('source', 'album', 'one.txt'), 'first file\n')
  writeFile(folder.at('source', 'album', 'deeper', '사진.txt'), 'second\n')
  writeRandomFile(folder.at('source', 'album', 'film.bin'), 24 * MIB)
  await using mina = await openServeWindow(browser, folder.at('mina'))
  await using jonas = await openServeWindow(browser, folder.at('jonas'))
  await setCoordinator(mina.page, url)

  const link = await share(mina.page, folder.at('source'), 'album')
  expect(link).toContain('/get#')
  await openLink(jonas.page, link)
  const dialog = jonas.page.getByRole('dialog')
  await expect(dialog.getByText('album').first()).toBeVisible()
  expect(readdirSync(jonas.downloads), 'nothing is written before somebody agrees').toEqual([])
  await dialog.getByRole('button', { name: /^Receive/ }).click()

  await expect(jonas.page.getByText(/Complete|Received/).first()).toBeVisible({ timeout: 30_000 })
  expect(compareFolders(folder.at('source', 'album'), `${jonas.downloads}/album`)).toEqual([])
  await expect(jonas.page.getByText('LAN').first()).toBeVisible()
  await expect(mina.page.getByText('LAN').first()).toBeVisible()
  await expect(mina.page.getByText('Shared · fetched by 1 device').first()).toBeVisible()
  expect([...mina.complaints, ...jonas.complaints]).toEqual([])
})

test('to decline writes nothing and leaves nothing in the list', async ({ browser }) => {
  using folder = await TempFolder.create()
  const { process: coordinator, url } = await startCoordinator(folder)
  await using _coordinator = coordinator
  writeFile(folder.at('source', 'letter.txt'), 'not wanted\n')
  await using mina = await openServeWindow(browser, folder.at('mina'))
  await using jonas = await openServeWindow(browser, folder.at('jonas'))
  await setCoordinator(mina.page, url)
  const link = await share(mina.page, folder.at('source'), 'letter.txt')
  await openLink(jonas.page, link)
  await jonas.page.getByRole('dialog').getByRole('button', { name: 'Decline' }).click()
  await expect(jonas.page.getByText('Straight to your friends')).toBeVisible()
  expect(readdirSync(jonas.downloads)).toEqual([])
})

test('a transfer is paused, survives a restart of the program, and goes on where it was', async ({
  browser,
}) => {
  // Three starts of the program, and 48 MiB at a limit of 4 MB/s: half a minute when nothing else runs.
  test.setTimeout(240_000)
  using folder = await TempFolder.create()
  const { process: coordinator, url } = await startCoordinator(folder)
  await using _coordinator = coordinator
  writeRandomFile(folder.at('source', 'film.bin'), 48 * MIB)
  await using mina = await openServeWindow(browser, folder.at('mina'))
  await setCoordinator(mina.page, url)
  const link = await share(mina.page, folder.at('source'), 'film.bin')
  {
    await using jonas = await openServeWindow(browser, folder.at('jonas'))
    // Slow enough that a person can be in time.
    await jonas.page.getByRole('button', { name: 'Settings' }).click()
    await jonas.page.getByRole('tab', { name: 'Limits' }).click()
    // Of everything; “Downloads at once” stands before it, the limit of each transfer after it.
    const limit = jonas.page.getByRole('textbox', { name: 'Download', exact: true }).first()
    await limit.fill('4')
    await limit.press('Enter')
    await jonas.page.getByRole('button', { name: 'Transfers' }).click()
    await openLink(jonas.page, link)
    await jonas.page
      .getByRole('dialog')
      .getByRole('button', { name: /^Receive/ })
      .click()
    await expect(jonas.page.getByText(/^Receiving from 1 device/).first()).toBeVisible({ timeout: 60_000 })
    await jonas.page
      .getByRole('button', { name: /^Pause/ })
      .first()
      .click()
    await expect(jonas.page.getByText('Paused').first()).toBeVisible()
  }
  expect(existsSync(folder.at('jonas', 'Downloads', 'film.bin'))).toBe(false)
  await using again = await openServeWindow(browser, folder.at('jonas'))
  await expect(again.page.getByText('Paused').first()).toBeVisible()
  await again.page
    .getByRole('button', { name: /^Resume/ })
    .first()
    .click()
  await expect(again.page.getByText(/Complete|Received/).first()).toBeVisible({ timeout: 90_000 })
  expect(
    readFileSync(folder.at('jonas', 'Downloads', 'film.bin')).equals(
      readFileSync(folder.at('source', 'film.bin')),
    ),
  ).toBe(true)
})

test('a TURN server is added and tested; a wrong password says so', async ({ browser }) => {
  const missing = await coturnIsMissing()
  test.skip(missing !== undefined, missing)
  using folder = await TempFolder.create()
  await using turn = await Coturn.start()
  await using mina = await openServeWindow(browser, folder.at('mina'))
  const { page } = mina
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('tab', { name: 'Network' }).click()
  await page.getByRole('button', { name: 'Add server' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Address' }).fill(`turn:127.0.0.1:${turn.port}`)
  await dialog.getByRole('textbox', { name: 'User name' }).fill(TURN_USER)
  await dialog.getByLabel('Password').fill('wrong')
  await dialog.getByRole('button', { name: 'Test' }).click()
  await expect(dialog.getByText('The server refused user name or password.')).toBeVisible({ timeout: 20_000 })
  await dialog.getByLabel('Password').fill(TURN_PASSWORD)
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole('button', { name: 'Test', exact: true }).last().click()
  await expect(page.getByText('Works.')).toBeVisible({ timeout: 20_000 })
  await expect(page.getByText('Bytes went through the relay')).toBeVisible()
  const library = readFileSync(folder.at('mina', 'library', 'library.db')).toString('latin1')
  expect(library, 'a password is not in the library').not.toContain(TURN_PASSWORD)
})

test('relay only: the window says that it is relayed, through which server and why', async ({ browser }) => {
  const missing = await coturnIsMissing()
  test.skip(missing !== undefined, missing)
  using folder = await TempFolder.create()
  await using turn = await Coturn.start()
  const { process: coordinator, url } = await startCoordinator(folder)
  await using _coordinator = coordinator
  writeRandomFile(folder.at('source', 'song.bin'), 3 * MIB)
  await using mina = await openServeWindow(browser, folder.at('mina'))
  await using jonas = await openServeWindow(browser, folder.at('jonas'))
  await setCoordinator(mina.page, url)
  const { page } = jonas
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('tab', { name: 'Network' }).click()
  await page.getByRole('radio', { name: /Relay only/ }).click()
  await expect(page.getByText(/No TURN server is switched on/)).toBeVisible()
  await addServer(page, `turn:127.0.0.1:${turn.port}`, TURN_USER, TURN_PASSWORD)
  await expect(page.getByText(/No TURN server is switched on/)).toBeHidden()
  await page.getByRole('button', { name: 'Transfers' }).click()
  const link = await share(mina.page, folder.at('source'), 'song.bin')
  await openLink(page, link)
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Receive/ })
    .click()
  await expect(page.getByText(/Complete|Received/).first()).toBeVisible({ timeout: 40_000 })
  await page.getByRole('tab', { name: 'Connections' }).click()
  await expect(page.getByText('Relayed').first()).toBeVisible()
  await expect(page.getByText(/127\.0\.0\.1/).first()).toBeVisible()
  await expect(page.getByText(/you chose|hide/i).first()).toBeVisible()
})

test('files dropped on a page are taken over by the engine and shared from there', async ({ browser }) => {
  using folder = await TempFolder.create()
  const { process: coordinator, url } = await startCoordinator(folder)
  await using _coordinator = coordinator
  await using mina = await openServeWindow(browser, folder.at('mina'))
  await using jonas = await openServeWindow(browser, folder.at('jonas'))
  await setCoordinator(mina.page, url)
  const { page } = mina
  await page.evaluate(() => {
    const data = new DataTransfer()
    data.items.add(new File(['dropped words\n'], 'dropped.txt', { type: 'text/plain' }))
    const target = document.querySelector('main') ?? document.body
    for (const type of ['dragenter', 'dragover', 'drop']) {
      target.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }))
    }
  })
  await expect(page.getByText('The link is ready')).toBeVisible({ timeout: 20_000 })
  const link = await copyLink(page)
  await openLink(jonas.page, link)
  await jonas.page
    .getByRole('dialog')
    .getByRole('button', { name: /^Receive/ })
    .click()
  await expect(jonas.page.getByText(/Complete|Received/).first()).toBeVisible({ timeout: 30_000 })
  expect(readFileSync(`${jonas.downloads}/dropped.txt`, 'utf8')).toBe('dropped words\n')
})

test('an engine that goes away is told, and asks for a new address when it is back', async ({ browser }) => {
  using folder = await TempFolder.create()
  await using mina = await openServeWindow(browser, folder.at('mina'))
  const { page } = mina
  await expect(page.getByText('Straight to your friends')).toBeVisible()
  const port = Number(new URL(page.url()).port)
  await mina.process.killHard()
  await expect(page.getByText(/engine is not answering/)).toBeVisible({ timeout: 20_000 })
  await using again = await openServeWindow(browser, folder.at('mina'), { port })
  await expect(again.page.getByText('Straight to your friends')).toBeVisible()
  await expect(page.getByText(/printed in the terminal/)).toBeVisible({ timeout: 20_000 })
})
