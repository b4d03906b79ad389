/** A main process whose transfers are made up by the spec: for what follows them outside of the page. */

import path from 'node:path'
import { app, BrowserWindow } from 'electron'
import { Desktop } from '#electron/main/desktop.ts'
import { Notifications } from '#electron/main/notifications.ts'
import { PowerSaver } from '#electron/main/power.ts'
import { TaskbarProgress } from '#electron/main/progress.ts'
import { handleScheme, registerScheme } from '#electron/main/scheme.ts'
import { PAGE_URL } from '#electron/main/sender.ts'
import { TrayIcon } from '#electron/main/tray.ts'
import { showWindow } from '#electron/main/window.ts'
import type { App } from '#engine/app/app.ts'
import type { SettingsView } from '#shared/api/settings-views.ts'
import type { AppEvent, OfferView, TransferId, TransferView } from '#shared/api/views.ts'
import { onAction } from '#test/electron/double/spec-channel.ts'

const OUT = process.env['SPEC_OUT'] ?? ''

const transfers = new Map<TransferId, TransferView>()
const listeners = new Set<(event: AppEvent) => void>()
const offerListeners = new Set<(offer: OfferView) => void>()
let settings: SettingsView = {
  general: {
    downloadFolder: '/',
    deviceName: '',
    language: 'en',
    theme: 'system',
    startAtLogin: false,
    notifications: true,
    keepRunning: true,
    checkUpdates: false,
  },
  network: {
    coordinator: null,
    routePolicy: 'automatic',
    portRange: null,
    portMapping: true,
    tlsLanes: true,
    maxLanes: 16,
    proxy: null,
    servers: [],
  },
  limits: {
    upBytesPerSecond: null,
    downBytesPerSecond: null,
    upBytesPerSecondPerTransfer: null,
    downBytesPerSecondPerTransfer: null,
    connections: 8,
  },
  transfers: { downloadsAtOnce: 5, seedRatio: null, seedTimeMs: null },
}

const scripted: Pick<App, 'settings' | 'transfers' | 'onEvent' | 'onOffer'> = {
  settings: () => settings,
  transfers: () => [...transfers.values()],
  onEvent: (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  onOffer: (listener) => {
    offerListeners.add(listener)
    return () => offerListeners.delete(listener)
  },
}

function tellAll(event: AppEvent): void {
  for (const listener of listeners) listener(event)
}

registerScheme()
void app.whenReady().then(start)

async function start(): Promise<void> {
  handleScheme(path.join(OUT, 'renderer'))
  const window = new BrowserWindow({
    show: false,
    webPreferences: { preload: path.join(OUT, 'preload/index.cjs'), sandbox: true, contextIsolation: true },
  })
  const show = (): void => showWindow(window)
  const desktop = new Desktop({
    // Desktop asks for nothing else of it.
    app: scripted as App,
    window,
    tray: TrayIcon.open({ show, quit: () => app.quit() }),
    progress: new TaskbarProgress(window),
    power: new PowerSaver(),
    notifications: new Notifications(show),
    locale: 'en-US',
  })
  onAction('transfers', (changed) => {
    const views = changed as TransferView[]
    for (const view of views) transfers.set(view.id, view)
    tellAll({ kind: 'transfers', changed: views, gone: [] })
  })
  onAction('offer', (offer) => {
    for (const listener of offerListeners) listener(offer as OfferView)
  })
  onAction('general', (change) => {
    settings = { ...settings, general: { ...settings.general, ...(change as object) } }
    tellAll({ kind: 'settings', settings })
  })
  onAction('desktop.close', () => desktop.close())
  await window.loadURL(PAGE_URL)
}
