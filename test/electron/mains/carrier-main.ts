/** A main process with nothing but the carrier, whose ends it hands to the spec: for the conformance suite. */

import path from 'node:path'
import { app, BrowserWindow, ipcMain } from 'electron'
import { acceptConnections } from '#electron/main/carrier.ts'
import { handleScheme, registerScheme } from '#electron/main/scheme.ts'
import { PAGE_URL } from '#electron/main/sender.ts'
import type { Carrier } from '#shared/api/carrier.ts'
import { onAction, tell } from '#test/electron/double/spec-channel.ts'

const OUT = process.env['SPEC_OUT'] ?? ''

registerScheme()
void app.whenReady().then(start)

async function start(): Promise<void> {
  handleScheme(path.join(OUT, 'renderer'))
  const carriers: Carrier[] = []
  acceptConnections(ipcMain, (carrier) => {
    tell('carrier', carriers.push(carrier) - 1)
  })
  const at = (number: unknown): Carrier => {
    const carrier = carriers[Number(number)]
    if (carrier === undefined) throw new Error('there is no such carrier')
    return carrier
  }
  onAction('carrier.attach', (number) =>
    at(number).attach({
      message: (text) => tell('carrier.message', [number, text]),
      closed: () => tell('carrier.closed', [number]),
    }),
  )
  onAction('carrier.send', (number, text) => at(number).send(String(text)))
  onAction('carrier.close', (number) => at(number).close())
  const window = new BrowserWindow({
    webPreferences: { preload: path.join(OUT, 'preload/index.cjs'), sandbox: true, contextIsolation: true },
  })
  await window.loadURL(PAGE_URL)
}
