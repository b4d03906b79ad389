/**
 * Builds the desktop shell's main process and preload into out/. Only native modules, and the updater, stay outside:
 * a package then needs nothing else of node_modules. The page has its own configuration, vite.config.ts.
 */

import { resolve } from 'node:path'
import { defineConfig } from 'electron-vite'

/** What the tests build goes elsewhere, so that they neither need nor disturb what was built for use. */
const OUT = process.env['BEELINE_OUT'] ?? 'out'

export default defineConfig({
  main: {
    build: {
      outDir: `${OUT}/main`,
      externalizeDeps: false,
      rolldownOptions: {
        input: {
          index: resolve(import.meta.dirname, 'electron/main/index.ts'),
          // A thread's entry is found beside the module that starts it, by this name.
          'disk-worker': resolve(import.meta.dirname, 'electron/main/disk-worker.ts'),
        },
        external: ['better-sqlite3', 'node-datachannel', 'electron-updater'],
        // No folder for what several entries share: see above.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: `${OUT}/preload`,
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: resolve(import.meta.dirname, 'electron/preload/index.ts') },
        // The sandbox takes CommonJS only, and one file.
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
})
