/** What this shell can do for the app: its capabilities, and the functions behind them. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { app, Notification, safeStorage, shell, type BrowserWindow } from 'electron'
import type { Shell } from '#engine/app/app.ts'
import { openSecretsFile } from '#engine/app/file-secrets.ts'
import { setStartAtLogin } from './autostart.ts'
import type { DesktopStateFile } from './desktop-state.ts'
import { choose } from './dialogs.ts'
import type { Log } from './log.ts'
import { openSecrets } from './secrets.ts'
import type { Texts } from './texts.ts'
import { openUpdates, type Updater } from './updates.ts'

export interface ShellParts {
  readonly dataDir: string
  readonly stateFile: DesktopStateFile
  readonly hasTray: boolean
  readonly log: Log | undefined
  /** Of the window's dialogs; there is one by the time that somebody asks. */
  readonly window: () => BrowserWindow
  readonly texts: () => Texts
  readonly prepareQuit: () => Promise<void>
}

export async function openShell(parts: ShellParts): Promise<Shell> {
  const { dataDir, stateFile, hasTray, log } = parts
  const secrets = await openSecrets(safeStorage, openSecretsFile(dataDir), process.platform, log)
  const hasUpdates = canUpdate()
  return {
    capabilities: {
      shell: 'desktop',
      dialogs: true,
      reveal: true,
      startAtLogin: true,
      tray: hasTray,
      notifications: Notification.isSupported(),
      updates: hasUpdates,
      upload: null,
      secrets: secrets.kind,
    },
    secrets: secrets.store,
    choose: (what, startAt) => choose(parts.window(), what, startAt, stateFile, parts.texts()),
    // Shown, never opened: a received file must not run because of a click in our window.
    reveal: async (path) => shell.showItemInFolder(path),
    setStartAtLogin,
    ...(hasUpdates ? { updates: openUpdates(loadUpdater, parts.prepareQuit) } : {}),
  }
}

/** A package that was built to be updated has the address in it; a `git clone` has none. */
function canUpdate(): boolean {
  return app.isPackaged && existsSync(join(process.resourcesPath, 'app-update.yml'))
}

async function loadUpdater(): Promise<Updater> {
  // Not by name: the package makes its updater when somebody first looks at that property.
  const { default: updater } = await import('electron-updater')
  return updater.autoUpdater
}
