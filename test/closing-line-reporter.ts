/** Prints one plain line when a run ends, `N passed, N failed`, for whoever judges a run by its last line. */

import type { Reporter, TestModule } from 'vitest/node'

export class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    // A file that cannot be loaded has no tests to count, and an error outside of any test belongs to none:
    // each counts as one failure, so that the line never says less than the exit code.
    let failed = unhandledErrors.length
    let passed = 0
    let skipped = 0
    for (const module of modules) {
      failed += module.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed++
        else if (state === 'failed') failed++
        else skipped++
      }
    }
    // The other reporter prints its summary in the same event; this line comes after it.
    process.once('exit', () => {
      process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
    })
  }
}
