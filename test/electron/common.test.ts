/** The common specs on the double: the built shell, as electron.test.ts has it on Electron itself. */

import path from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { COMMON_SPECS } from './common-specs.ts'
import { DoubleShell } from './double-shell.ts'

const problem = inject('noChromium')

describe.skipIf(problem !== null)(
  `the built shell on the double${problem === null ? '' : `: ${problem}`}`,
  () => {
    test.for(COMMON_SPECS)('$name', async ({ run, needsBlankPage = false }, context) => {
      if (needsBlankPage && !inject('hasBlankPage')) context.skip('the page of this build takes it')
      const entry = path.join(inject('shellOut'), 'main/index.js')
      await expect(run((options) => DoubleShell.start({ ...options, entry }))).resolves.toBeUndefined()
    })
  },
)
