/** Tests of the window in a real browser: every state with a made-up engine, the main flows with real ones. */

import { defineConfig } from '@playwright/test'

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
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      // Everything is served by this test; Chromium's sandbox does not start for root.
      args: [
        '--no-sandbox',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
      ],
    },
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    trace: 'retain-on-failure',
  },
})
