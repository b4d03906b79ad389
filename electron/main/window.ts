/** The window: where it stood, no white flash before the page is there, and what closing it means. */

import { join } from 'node:path'
import { app, BrowserWindow, nativeTheme, screen, type WebContents } from 'electron'
import type { Theme } from '#shared/api/settings-views.ts'
import type { DesktopStateFile } from './desktop-state.ts'
import { PRODUCT } from './identity.ts'
import { PAGE_URL } from './sender.ts'
import { MIN_HEIGHT, MIN_WIDTH, placeWindow } from './window-bounds.ts'
import { zoomBy } from './zoom.ts'

/** `--paper` of renderer/style/tokens.css: what is seen until the page has drawn itself. */
const PAPER = { light: '#faf8f3', dark: '#151411' } as const

/** A page that crashes as soon as it is loaded would go on doing so. Milliseconds. */
const REVIVAL_PAUSE_MS = 30_000

export interface WindowOptions {
  readonly stateFile: DesktopStateFile
  readonly theme: Theme
  /** Stays away until somebody asks for it. */
  readonly isHidden: boolean
  /** @returns whether the window is only to be put away */
  readonly isKept: () => boolean
  readonly onPutAway: () => void
}

/** Resolves when the page has loaded. */
export async function openWindow(options: WindowOptions): Promise<BrowserWindow> {
  const { stateFile, isHidden } = options
  const { workArea: main } = screen.getPrimaryDisplay()
  const screens = [main, ...screen.getAllDisplays().map((display) => display.workArea)]
  applyTheme(options.theme)
  const window = new BrowserWindow({
    ...placeWindow(stateFile.state.bounds, screens),
    minWidth: MIN_WIDTH,
    minHeight: MIN_HEIGHT,
    title: PRODUCT,
    backgroundColor: paper(),
    show: false,
    autoHideMenuBar: true,
    // The other systems take it from the program itself.
    ...(process.platform === 'linux' ? { icon: join(app.getAppPath(), 'build', 'icons', '256.png') } : {}),
    webPreferences: {
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      // It would fetch dictionaries from a server of Google's.
      spellcheck: false,
    },
  })
  if (!isHidden) window.once('ready-to-show', () => showWindow(window, stateFile.state.isMaximized))
  remember(window, stateFile)
  listenForZoom(window.webContents)
  reviveAfterCrash(window)
  window.on('close', (event) => {
    if (!options.isKept()) return
    event.preventDefault()
    window.hide()
    options.onPutAway()
  })
  await window.loadURL(PAGE_URL)
  return window
}

/** Also for one that was put away or stands behind others. */
export function showWindow(window: BrowserWindow, isMaximized = false): void {
  if (window.isDestroyed()) return
  if (window.isMinimized()) window.restore()
  if (isMaximized) window.maximize()
  window.show()
  window.focus()
}

/** The page follows through `prefers-color-scheme`. */
export function applyTheme(theme: Theme, window?: BrowserWindow): void {
  nativeTheme.themeSource = theme
  window?.setBackgroundColor(paper())
}

function paper(): string {
  return nativeTheme.shouldUseDarkColors ? PAPER.dark : PAPER.light
}

/** What it has when it is not maximized, so that it has somewhere to go back to. */
function remember(window: BrowserWindow, stateFile: DesktopStateFile): void {
  const note = (): void =>
    stateFile.change({ bounds: window.getNormalBounds(), isMaximized: window.isMaximized() })
  window.on('hide', note)
  window.on('close', note)
}

function listenForZoom(contents: WebContents): void {
  contents.on('before-input-event', (event, input) => {
    const change = zoomBy(input, process.platform)
    if (change === undefined) return
    event.preventDefault()
    contents.setZoomLevel(change === 0 ? 0 : contents.getZoomLevel() + change)
  })
}

/** The engine has not noticed anything: transfers run on, and the page finds them again. */
function reviveAfterCrash(window: BrowserWindow): void {
  let lastMs = -REVIVAL_PAUSE_MS
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    const nowMs = performance.now()
    if (reason === 'clean-exit' || nowMs - lastMs < REVIVAL_PAUSE_MS) return
    lastMs = nowMs
    // Should that fail too, there is an empty window, which can be closed.
    window.loadURL(PAGE_URL).catch(() => undefined)
  })
}
