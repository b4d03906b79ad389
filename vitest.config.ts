import { defineConfig } from 'vitest/config'
import { ClosingLineReporter } from './test/closing-line-reporter.ts'

export default defineConfig({
  test: {
    reporters: ['default', new ClosingLineReporter()],
    // A native crash then costs one file instead of the whole run.
    pool: 'forks',
    coverage: { provider: 'v8', include: ['shared/**', 'engine/**', 'coordinator/**', 'cli/**'] },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          // Real sockets, real connections: one file at a time keeps timing honest.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
