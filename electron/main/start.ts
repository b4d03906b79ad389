/** Puts the program together once Electron is ready: shell, app, window, and what follows them. */

import { hostname } from 'node:os'
import { join } from 'node:path'
import { app, dialog, ipcMain, powerMonitor, type BrowserWindow } from 'electron'
import { startStandalone } from '#coordinator/standalone.ts'
import type { App, Shell } from '#engine/app/app.ts'
import { openApp } from '#engine/app/open-app.ts'
import { VERSION } from '#engine/version.ts'
import { serveContract } from '#shared/api/rpc-server.ts'
import { toAppError } from '#shared/errors.ts'
import { acceptConnections } from './carrier.ts'
import { DesktopStateFile } from './desktop-state.ts'
import { Desktop } from './desktop.ts'
import { registerLinks } from './links.ts'
import { openLog, type Log } from './log.ts'
import { setMenu } from './menu.ts'
import { Notifications } from './notifications.ts'
import type { OutsideWishes } from './outside-wishes.ts'
import { PowerSaver } from './power.ts'
import { TaskbarProgress } from './progress.ts'
import { Quitting } from './quit.ts'
import { handleScheme } from './scheme.ts'
import { guardSession } from './security.ts'
import { openShell } from './shell.ts'
import { textsFor, type Texts } from './texts.ts'
import { TrayIcon } from './tray.ts'
import { openWindow, showWindow } from './window.ts'

/** Whoever made an update can wait a day for everybody to have heard of it. */
const UPDATE_INTERVAL_MS = 24 * 60 * 60 * 1000

export interface StartOptions {
  /** Of the engine. */
  readonly dataDir: string
  /** Of Chromium and the shell. */
  readonly profileDir: string
  readonly wishes: OutsideWishes
  readonly isHidden: boolean
}

/** Ends the program when it cannot start, and says why. */
export async function start(options: StartOptions): Promise<void> {
  const log = openLog(process.argv, (line) => process.stderr.write(line))
  try {
    await open(options, log)
  } catch (thrown) {
    const { code, advice, detail } = toAppError(thrown)
    log?.('start.failed', { code, detail: detail ?? '' })
    process.stderr.write(`${advice}${detail === undefined ? '' : ` (${detail})`}\n`)
    dialog.showErrorBox(textsFor('system', systemLanguage()).cannotStart, advice)
    app.exit(1)
  }
}

async function open(
  { dataDir, profileDir, wishes, isHidden }: StartOptions,
  log: Log | undefined,
): Promise<void> {
  guardSession()
  handleScheme(join(import.meta.dirname, '../renderer'))
  setMenu()
  registerLinks()

  const stateFile = new DesktopStateFile(profileDir)
  const made: { app?: App; window?: BrowserWindow; desktop?: Desktop } = {}
  const texts = (): Texts => made.desktop?.texts ?? textsFor('system', systemLanguage())
  const show = (): void => {
    if (made.window !== undefined) showWindow(made.window)
  }
  const quitting = new Quitting(async () => {
    made.desktop?.close()
    await made.app?.close()
  })
  endInOrder(quitting)

  const tray = TrayIcon.open({ show, quit: () => app.quit() })
  const shell = await openShell({
    dataDir,
    stateFile,
    hasTray: tray !== undefined,
    log,
    window: () => {
      if (made.window === undefined) throw new Error('asked before there is a window')
      return made.window
    },
    texts,
    prepareQuit: () => quitting.begin(),
  })
  const bindAddress = process.env['BEELINE_BIND']
  const opened = (made.app = await openApp({
    dataDir,
    defaults: { deviceName: hostname(), downloadFolder: app.getPath('downloads') },
    version: VERSION,
    platform: process.platform,
    shell,
    startCoordinator: startStandalone,
    ...(bindAddress === undefined || bindAddress === ''
      ? {}
      : { bindAddress, listen: { host: bindAddress, port: undefined } }),
    ...(log === undefined ? {} : { log }),
  }))
  // Before the page is there: its first message must find somebody.
  acceptConnections(
    ipcMain,
    (carrier) => void serveContract(carrier, opened.implementation, log === undefined ? {} : { log }),
    log,
  )

  const { general } = opened.settings()
  const notifications = new Notifications(show)
  const window = (made.window = await openWindow({
    stateFile,
    theme: general.theme,
    isHidden: (isHidden || wasOpenedAtLogin()) && tray !== undefined,
    isKept: () => !quitting.isUnderway && tray !== undefined && opened.settings().general.keepRunning,
    onPutAway: () => {
      if (stateFile.state.knowsTray) return
      stateFile.change({ knowsTray: true })
      notifications.show(texts().inTray, texts().inTrayBody)
    },
  }))
  made.desktop = new Desktop({
    app: opened,
    window,
    tray,
    progress: new TaskbarProgress(window),
    power: new PowerSaver(),
    notifications,
    locale: systemLanguage(),
  })
  app.on('activate', show)
  wishes.attach({
    openLink: (link) => opened.openLink(link),
    openPaths: (paths) => opened.openPaths(paths),
    show,
  })
  if (shell.updates !== undefined) checkDaily(shell.updates, opened, log)
}

function checkDaily(updates: NonNullable<Shell['updates']>, opened: App, log: Log | undefined): void {
  const check = (): void => {
    if (!opened.settings().general.checkUpdates) return
    updates.check().catch(() => log?.('update.unreachable', {}))
  }
  check()
  // The program may stay in the tray for months.
  setInterval(check, UPDATE_INTERVAL_MS).unref()
}

/** Not Chromium's own language, which is one of those that were packed. */
function systemLanguage(): string {
  return app.getPreferredSystemLanguages()[0] ?? app.getLocale()
}

/** Elsewhere an argument says it. */
function wasOpenedAtLogin(): boolean {
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin
}

/** `before-quit` comes from everywhere: menu, tray, the system, a signal, an installer. */
function endInOrder(quitting: Quitting): void {
  app.on('window-all-closed', () => app.quit())
  app.on('before-quit', (event) => {
    if (quitting.isDone) return
    event.preventDefault()
    // Explicitly: the native library would keep the process alive.
    void quitting.begin().then(() => app.exit(0))
  })
  powerMonitor.on('shutdown', () => app.quit())
}
