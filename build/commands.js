/**
 * Bundles the command line into out/commands, which the launcher prefers to the sources (cli/program.js). Runs after every `npm ci` and
 * `npm install`; where the build tools were left out (`--omit=dev`) there is nothing to do it with, and the sources are run.
 * Plain JavaScript, for then this may be an older Node.
 */

import { existsSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '..')
const TARGET = path.join(ROOT, 'out/commands')
/** Commands that run meanwhile must not find half of it. */
const FRESH = `${TARGET}-${process.pid}`

if (existsSync(path.join(ROOT, 'node_modules/vite'))) await bundle()

async function bundle() {
  const { build } = await import('vite')
  try {
    await build({
      root: ROOT,
      configFile: false,
      logLevel: 'warn',
      publicDir: false,
      build: {
        ssr: true,
        outDir: FRESH,
        target: 'node24',
        // Stack traces are to be read.
        minify: false,
        rolldownOptions: {
          input: {
            main: path.join(ROOT, 'cli/main.ts'),
            // A thread's entry is found beside the module that starts it, by this name.
            'disk-worker': path.join(ROOT, 'engine/store/disk-worker.ts'),
          },
          external: ['better-sqlite3', 'node-datachannel'],
          // No folders: paths from here to the project's files are as long as from cli/serve.
          output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
        },
      },
      ssr: { noExternal: true },
    })
    rmSync(TARGET, { recursive: true, force: true })
    renameSync(FRESH, TARGET)
  } finally {
    rmSync(FRESH, { recursive: true, force: true })
  }
}
