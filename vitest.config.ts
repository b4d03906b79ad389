import { availableParallelism } from 'node:os'
import path from 'node:path'
import { defineConfig } from 'vitest/config'
import { ClosingLineReporter } from './test/closing-line-reporter.ts'
import { LongestFirst } from './test/longest-first.ts'

/** Outside `node_modules`: the demo sends that folder, and a share ends when one of its files changes. */
const CACHE = 'coverage/.vitest'

/**
 * For threads and processes that the tests start: TypeScript is stripped once, not in each of them. That is a third of the
 * processor time where they are many.
 */
const COMPILED = { NODE_COMPILE_CACHE: path.resolve(CACHE, 'compiled') }

export default defineConfig({
  cacheDir: CACHE,
  test: {
    fsModuleCachePath: `${CACHE}/modules`,
    reporters: ['default', new ClosingLineReporter()],
    sequence: { sequencer: LongestFirst },
    // A native crash then costs one file instead of the whole run.
    pool: 'forks',
    // Vitest would leave one processor idle: on two, half the speed.
    maxWorkers: availableParallelism(),
    coverage: {
      provider: 'v8',
      include: ['shared/**', 'engine/**', 'coordinator/**', 'cli/**'],
      // A folder of its own: it is emptied before each run, and the cache lies beside it.
      reportsDirectory: 'coverage/report',
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // Some files wait for the limits of what they test: meanwhile another one runs.
          maxWorkers: availableParallelism() + 1,
          // It bounds what hangs, not what is slow: whole simulations run here, also on a busy machine.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          env: COMPILED,
          // Most of it waits for the network, and nothing in it is timed. More side by side would only wait for each other.
          maxWorkers: 3,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'shell',
          include: ['test/electron/**/*.test.ts'],
          globalSetup: ['test/electron/built-shell.ts'],
          env: COMPILED,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'packed',
          include: ['test/packed/**/*.test.ts'],
          env: COMPILED,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
