/**
 * Takes the archive apart and runs what is in it on the double of Electron: with its own native files, its own page, and
 * nothing of this project around it.
 */

import { extractAll } from '@electron/asar'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TARGETS } from '#build/targets.ts'
import { DoubleShell } from '#test/electron/double-shell.ts'
import { ensurePackages } from '#test/setup/debian-packages.ts'
import { packWithStandIn } from './packed-app.ts'

/** The engine opens its database meanwhile, on a computer that has just packed an app. */
const PAGE_LIMIT_MS = 30_000

const target = Object.values(TARGETS).find(({ name }) => name === `${process.platform}-${process.arch}`)
const obstacle = target === undefined ? 'there is no package for this system' : await missingChromium()

async function missingChromium(): Promise<string | undefined> {
  try {
    await ensurePackages(['chromium'])
    return undefined
  } catch (thrown) {
    return String(thrown)
  }
}

test(`the packed shell starts and shows its page${obstacle === undefined ? '' : ` (NOT RUN: ${obstacle})`}`, async (context) => {
  if (target === undefined || obstacle !== undefined) return context.skip(obstacle)
  const folder = await mkdtemp(join(tmpdir(), 'beeline-unpacked-'))
  try {
    await using app = await packWithStandIn(target)
    const unpacked = join(folder, 'app')
    extractAll(app.archive, unpacked)
    await using shell = await DoubleShell.start({
      entry: join(unpacked, 'out', 'main', 'index.js'),
      home: join(folder, 'home'),
    })
    expect(await shell.evaluate('document.title')).toContain('Beeline')
    // Drawn by the page’s script after the engine answered: the preload, the bridge and the database are at work.
    await expect
      .poll(() => shell.evaluate('document.body.innerText'), { timeout: PAGE_LIMIT_MS })
      .toMatch(/Settings|설정/)
    await shell.quit()
    expect(await shell.exited).toBe(0)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
