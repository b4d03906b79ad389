/** The dialog over the engine's folders, with an engine that answers late. */

import { expect, test } from '@playwright/test'
import { PAGE_CAPABILITIES } from '#cli/serve/page-capabilities.ts'
import type { HostFolder } from '#shared/api/host-views.ts'
import { appView, NOW_MS } from './mock/fixtures.ts'
import { mockEngine } from './mock/mock-engine.ts'
import { startMockPage } from './mock/mock-page.ts'

const HOME = '/home/mina'
const WANTED = '/srv/films'

function folderNamed(path: string): HostFolder {
  const file = {
    name: `in ${path}`,
    path: `${path}/file`,
    kind: 'file' as const,
    sizeBytes: 1,
    modifiedMs: NOW_MS,
  }
  return { path, parent: '/', isCut: false, places: [], entries: [file] }
}

test('what a person types while the first folder is still being read stays, and is what is opened', async ({
  page,
}) => {
  const home = Promise.withResolvers<HostFolder>()
  const { implementation } = mockEngine(appView({ capabilities: PAGE_CAPABILITIES }), {
    calls: {
      'host.folder': async ({ path }) => (path === WANTED ? folderNamed(WANTED) : home.promise),
    },
  })
  await using mock = await startMockPage('out/renderer', implementation)
  await page.goto(mock.url)
  await page.getByRole('button', { name: 'Share files' }).first().click()
  const dialog = page.getByRole('dialog')
  const field = dialog.getByRole('textbox', { name: 'Folder' })
  await field.fill(WANTED)
  home.resolve(folderNamed(HOME))
  await expect(dialog.getByText(`in ${HOME}`)).toBeVisible()
  await expect(field).toHaveValue(WANTED)
  await dialog.getByRole('button', { name: 'Go' }).click()
  await expect(dialog.getByText(`in ${WANTED}`)).toBeVisible()
})

test('an answer that comes after a later question is not shown', async ({ page }) => {
  const home = Promise.withResolvers<HostFolder>()
  const { implementation, called } = mockEngine(appView({ capabilities: PAGE_CAPABILITIES }), {
    calls: {
      'host.folder': async ({ path }) => (path === WANTED ? folderNamed(WANTED) : home.promise),
    },
  })
  await using mock = await startMockPage('out/renderer', implementation)
  await page.goto(mock.url)
  await page.getByRole('button', { name: 'Share files' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Folder' }).fill(WANTED)
  await dialog.getByRole('button', { name: 'Go' }).click()
  await expect(dialog.getByText(`in ${WANTED}`)).toBeVisible()
  home.resolve(folderNamed(HOME))
  // A call whose answer comes after the late one on the same carrier.
  await dialog.getByRole('button', { name: 'Go' }).click()
  await expect.poll(() => called.filter(({ name }) => name === 'host.folder').length).toBe(3)
  await expect(dialog.getByText(`in ${WANTED}`)).toBeVisible()
  await expect(dialog.getByText(`in ${HOME}`)).toBeHidden()
})
