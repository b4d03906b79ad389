/** Tests of the window in a real browser: every state with a made-up engine, the main flows with real ones. */

import { defineConfig } from '@playwright/test'
import { BROWSER } from './browser.ts'

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../../coverage/e2e',
  globalSetup: './global-setup.ts',
  // CI has two cores.
  workers: 2,
  // They bound what hangs, not what is slow: a flow starts two engines and a browser on whatever else is running.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  reporter: [['list', { printSteps: false }]],
  use: {
    browserName: 'chromium',
    launchOptions: BROWSER,
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    // Without pictures: to film every test, of which none may fail, costs more than the page itself.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: true, sources: true },
  },
})
