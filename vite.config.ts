/** Builds the window's page (renderer/) into out/renderer: for the desktop shell and for `beeline serve` alike. */

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'renderer',
  // The page stands at app://beeline/ or at the root of a server; relative paths serve both.
  base: './',
  publicDir: 'public',
  plugins: [react()],
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
