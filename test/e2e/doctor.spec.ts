/** The look at the network, from the window, with a real engine, a coordinator and a TURN server on this computer. */

import { expect, test } from '@playwright/test'
import { Coturn, coturnIsMissing, TURN_PASSWORD, TURN_USER } from '#test/integration/harness/coturn.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'
import { addServer, openServeWindow, setCoordinator, startCoordinator } from './serve-window.ts'

test('the network is checked: what was found, what it means, and a report without secrets', async ({
  browser,
}) => {
  const missing = await coturnIsMissing()
  test.skip(missing !== undefined, missing)
  // A filter that is measured by what does not come takes its seconds.
  test.setTimeout(180_000)
  using folder = await TempFolder.create()
  await using turn = await Coturn.start()
  const { process: coordinator, url } = await startCoordinator(folder)
  await using _coordinator = coordinator
  await using mina = await openServeWindow(browser, folder.at('mina'))
  await setCoordinator(mina.page, url)
  const { page } = mina
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('tab', { name: 'Network' }).click()
  await addServer(page, `turn:127.0.0.1:${turn.port}`, TURN_USER, TURN_PASSWORD)
  await addServer(page, `turn:127.0.0.1:${turn.port}?transport=tcp`, TURN_USER, 'wrong')

  await page.getByRole('button', { name: 'Check this network…' }).click()
  const dialog = page.getByRole('dialog')
  const verdict = dialog.getByRole('status').locator('.verdict-words')
  await expect(verdict).toHaveText(/friends|everybody|own network|nobody/, { timeout: 120_000 })
  const found = (words: string) => dialog.getByRole('listitem').filter({ hasText: words })
  await expect(found('Coordinator')).toContainText('Answers.')
  await expect(found('Clock')).toContainText('Right.')
  await expect(
    found(`turn:127.0.0.1:${turn.port}?transport=udp`)
      .or(found(`turn:127.0.0.1:${turn.port}`))
      .first(),
  ).toContainText('Gives a relay address, and carries bytes.')
  await expect(found('transport=tcp')).toContainText('The server refused user name or password.')
  await expect(found('Being looked at')).toHaveCount(0)

  const report = await dialog.getByRole('textbox', { name: 'Report' }).inputValue()
  await dialog.getByRole('button', { name: 'Copy report' }).click()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(report)
  expect(report).toContain('verdict')
  for (const secret of [TURN_USER, TURN_PASSWORD, '127.0.0.1']) expect(report).not.toContain(secret)

  await dialog.getByRole('button', { name: 'Check again' }).click()
  await expect(verdict).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  expect(mina.complaints).toEqual([])
})
