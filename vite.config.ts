/** Builds the window's page (renderer/) into out/renderer: for the desktop shell and for `beeline serve` alike. */

import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** React Aria brings its own few words in thirty languages; the window speaks two (renderer/text). */
const FOREIGN_WORDS = /\/react-aria\/dist\/private\/intl\/.+\/(?!en-US|ko-KR)[a-z]{2}-[A-Z]{2}\.mjs$/

function ownLanguagesOnly(): Plugin {
  return {
    name: 'own-languages-only',
    load: { filter: { id: FOREIGN_WORDS }, handler: () => 'export default {}' },
  }
}

export default defineConfig({
  root: 'renderer',
  // The page stands at app://beeline/ or at the root of a server; relative paths serve both.
  base: './',
  publicDir: 'public',
  plugins: [react(), ownLanguagesOnly()],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    target: 'chrome140',
    // A polyfill would be an inline script, which the content security policy refuses.
    modulePreload: { polyfill: false },
    // A data: URL in a style sheet would need a wider policy.
    assetsInlineLimit: 0,
    sourcemap: false,
  },
})
