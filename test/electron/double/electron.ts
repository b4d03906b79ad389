/** The double's exports, under the names of the package. What is not here fails at the import, as a missing export does. */

export { app, ready } from './app.ts'
export { BrowserWindow } from './browser-window.ts'
export { ipcMain } from './ipc-main.ts'
export { Menu } from './menu.ts'
export { Notification } from './notification.ts'
export { protocol } from './protocol.ts'
export {
  dialog,
  nativeImage,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  safeStorage,
  screen,
  session,
  shell,
} from './system.ts'
export { Tray } from './tray.ts'
