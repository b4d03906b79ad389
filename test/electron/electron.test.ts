/** The common specs on Electron itself, where it is; elsewhere the number of those that did not run is reported. */

import { expect, inject, test } from 'vitest'
import { COMMON_SPECS } from './common-specs.ts'
import { ElectronShell, findElectron } from './electron-shell.ts'

const electron = findElectron()
const missing =
  'why' in electron
    ? `real Electron not present: ${COMMON_SPECS.length} specs not run (${electron.why})`
    : undefined
/** Before a release nobody may overlook that they did not run. */
const isRequired = (process.env['REQUIRE_ELECTRON'] ?? '') !== ''

test(`Electron itself: ${missing ?? 'present'}`, (context) => {
  expect(isRequired ? missing : undefined).toBeUndefined()
  if (missing !== undefined) context.skip(missing)
})

test.each('program' in electron ? COMMON_SPECS : [])('on Electron: $name', async ({ run }) => {
  if ('why' in electron) throw new Error(electron.why)
  const { program } = electron
  await expect(
    run((options) => ElectronShell.start(program, inject('shellOut'), options)),
  ).resolves.toBeUndefined()
})
