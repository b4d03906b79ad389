/**
 * Takes pictures of screens: `node test/e2e/look.ts FOLDER [name…]` builds the page beside the pictures, opens each
 * look of looks.ts in both themes and languages, wide and narrow, and writes FOLDER/name-theme-language-width.png.
 */

import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium } from '@playwright/test'
import { build } from 'vite'
import { BROWSER, ensureBrowser } from './browser.ts'
import { LOOKS } from './mock/looks.ts'
import { startMockPage } from './mock/mock-page.ts'
import { NOW_MS } from './mock/fixtures.ts'

const SIZES = [
  { width: 1180, height: 760 },
  { width: 900, height: 600 },
  { width: 420, height: 760 },
] as const

const [folder = 'coverage/looks', ...names] = process.argv.slice(2)
const only = process.env['LOOK']?.split(',') // “dark-ko-420,light-en-900”: only these of the twelve
const deviceScaleFactor = Number(process.env['SCALE'] ?? 1) // 2: as sharp as on a fine screen
const page = join(resolve(folder), 'page')
await ensureBrowser()
await mkdir(folder, { recursive: true })
await build({ configFile: 'vite.config.ts', logLevel: 'warn', build: { outDir: page, emptyOutDir: true } })
const browser = await chromium.launch(BROWSER)
try {
  for (const look of LOOKS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const locale of ['en-GB', 'ko-KR'] as const) {
        for (const viewport of SIZES) {
          const variant = `${colorScheme}-${locale.slice(0, 2)}-${viewport.width}`
          if (only?.includes(variant) === false) continue
          const engine = look.engine()
          await using mock = await startMockPage(page, engine.implementation, look.session)
          const context = await browser.newContext({
            colorScheme,
            locale,
            viewport,
            deviceScaleFactor,
            reducedMotion: 'reduce',
            timezoneId: 'UTC',
          })
          const tab = await context.newPage()
          tab.on('console', (message) => {
            if (message.type() === 'error' || message.type() === 'warning')
              console.log(`${look.name}: ${message.text()}`)
          })
          tab.on('pageerror', (error) => console.log(`${look.name}: ${error.message}`))
          await tab.clock.setFixedTime(NOW_MS)
          await tab.goto(mock.url)
          await tab.waitForTimeout(300)
          await look.prepare?.(tab, { engine, mock })
          await tab.waitForTimeout(300)
          await tab.screenshot({ path: join(folder, `${look.name}-${variant}.png`) })
          await context.close()
        }
      }
    }
  }
} finally {
  await browser.close()
}
