/** Runs when the app is laid out and before it is signed: sets Electron's fuses for good and takes out its demo app. */

import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'
import { Arch, type AfterPackContext } from 'electron-builder'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

/** All of them: with `strictlyRequireAllFuses`, one that a new Electron adds stops the build until it is decided here. */
const FUSES = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  [FuseV1Options.WasmTrapHandlers]: true,
} as const

export async function afterPack(context: AfterPackContext): Promise<void> {
  const { appOutDir, electronPlatformName, arch } = context
  const isMac = electronPlatformName === 'darwin'
  const resources = isMac
    ? join(appOutDir, 'Beeline.app', 'Contents', 'Resources')
    : join(appOutDir, 'resources')
  await rm(join(resources, 'default_app.asar'), { force: true })
  await flipFuses(executable(context), {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    // Changed bytes break the linker's signature, without which Apple's processors start nothing. Only macOS can renew
    // it, and there even an app that nobody signs shall start.
    resetAdHocDarwinSignature: isMac && arch === Arch.arm64 && process.platform === 'darwin',
    ...FUSES,
  })
}

/** Of macOS the bundle: the fuses lie in a framework inside, which @electron/fuses finds. */
function executable({ appOutDir, electronPlatformName }: AfterPackContext): string {
  if (electronPlatformName === 'darwin') return join(appOutDir, 'Beeline.app')
  return join(appOutDir, electronPlatformName === 'win32' ? 'Beeline.exe' : 'beeline')
}
