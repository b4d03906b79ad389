/** The menu: macOS cannot be used without one, the others have none. */

import { app, Menu, type MenuItemConstructorOptions } from 'electron'

const ZOOM: MenuItemConstructorOptions[] = [
  { role: 'resetZoom' },
  { role: 'zoomIn' },
  { role: 'zoomOut' },
  { role: 'togglefullscreen' },
]

export function setMenu(): void {
  const template = process.platform === 'darwin' ? forMac() : forOthers()
  Menu.setApplicationMenu(template.length === 0 ? null : Menu.buildFromTemplate(template))
}

/** Copy and paste work on macOS only while the menu has them. */
function forMac(): MenuItemConstructorOptions[] {
  const view: MenuItemConstructorOptions[] = app.isPackaged ? [{ label: 'View', submenu: ZOOM }] : forOthers()
  return [{ role: 'appMenu' }, { role: 'editMenu' }, ...view, { role: 'windowMenu' }]
}

/** Reload and the page's inspector, for whoever works on the program. */
function forOthers(): MenuItemConstructorOptions[] {
  return app.isPackaged ? [] : [{ role: 'viewMenu' }]
}
