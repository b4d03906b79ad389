/** The browser of these tests, and how it is started. */

import { ensurePackages } from '#test/setup/debian-packages.ts'

/** With fonts for Korean. Rejects with one sentence when it cannot be had. */
export function ensureBrowser(): Promise<void> {
  return ensurePackages(['chromium', 'fonts-noto-core', 'fonts-noto-cjk'])
}

export const BROWSER = {
  executablePath: '/usr/bin/chromium',
  // Everything is served by this test; Chromium's sandbox does not start for root.
  args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
}
