/** Keeps the double's names honest: what Electron's own types do not have does not compile. */

import type * as Electron from 'electron'
import type * as Double from './electron.ts'

type Invented<Ours, Theirs> = Exclude<keyof Ours, keyof Theirs>

/** Each must stay `never`. */
interface AllInvented {
  exports: Exclude<keyof typeof Double, keyof typeof Electron | 'ready'>
  app: Exclude<Invented<typeof Double.app, Electron.App>, 'becomeReady' | 'hasQuit' | symbol>
  window: Exclude<
    Invented<Double.BrowserWindow, Electron.BrowserWindow>,
    'page' | 'setFiles' | 'place' | 'blur' | symbol
  >
  contents: Exclude<
    Invented<Double.BrowserWindow['webContents'], Electron.WebContents>,
    'openHandler' | 'destroy' | symbol
  >
  protocol: Invented<typeof Double.protocol, Electron.Protocol>
  dialog: Invented<typeof Double.dialog, Electron.Dialog>
  shell: Invented<typeof Double.shell, Electron.Shell>
  screen: Invented<typeof Double.screen, Electron.Screen>
  session: Invented<typeof Double.session.defaultSession, Electron.Session>
  safeStorage: Invented<typeof Double.safeStorage, Electron.SafeStorage>
  powerSaveBlocker: Invented<typeof Double.powerSaveBlocker, Electron.PowerSaveBlocker>
  nativeTheme: Exclude<Invented<typeof Double.nativeTheme, Electron.NativeTheme>, symbol>
  tray: Exclude<Invented<Double.Tray, Electron.Tray>, symbol>
  notification: Exclude<Invented<Double.Notification, Electron.Notification>, symbol>
}

/** The name of an invention appears in the compiler's message. */
export const INVENTED: {
  [Part in keyof AllInvented]: AllInvented[Part] extends never ? true : AllInvented[Part]
} = {
  exports: true,
  app: true,
  window: true,
  contents: true,
  protocol: true,
  dialog: true,
  shell: true,
  screen: true,
  session: true,
  safeStorage: true,
  powerSaveBlocker: true,
  nativeTheme: true,
  tray: true,
  notification: true,
}
