/** Before all: a browser, and fonts for Korean. The page must have been built (`npm run build`). */

import { existsSync } from 'node:fs'
import { ensureBrowser } from './browser.ts'

export default async function globalSetup(): Promise<void> {
  await ensureBrowser()
  if (!existsSync('out/renderer/index.html')) {
    throw new Error('The page is not built: run “npm run build” first.')
  }
}
