/** Entry of the desktop shell: what must happen before Electron is ready, in this order, and then the start. */

import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { app, dialog } from 'electron'
import { dataDirOf } from '#engine/app/data-dir.ts'
import { APP_ID, PRODUCT } from './identity.ts'
import { listenOutside, ownStart, wishesOf } from './links.ts'
import { OutsideWishes } from './outside-wishes.ts'
import { registerScheme } from './scheme.ts'
import { guardContents } from './security.ts'
import { start } from './start.ts'

app.setName(PRODUCT)
if (process.platform === 'win32') app.setAppUserModelId(APP_ID)
if (process.platform === 'linux') app.setDesktopName(`${APP_ID}.desktop`)
app.enableSandbox()
registerScheme()
guardContents()

// The same library as the command line's. Chromium's files stand apart from it; two folders are two programs.
const dataDir = dataDirOf({ environment: process.env, platform: process.platform, homeDir: homedir() })
const profileDir = join(dataDir, 'window')
makeProfile()
app.setPath('userData', profileDir)

const wishes = new OutsideWishes()
listenOutside(wishes)
const own = ownStart()
if (app.requestSingleInstanceLock(own)) {
  const first = wishesOf(own)
  // The window comes by itself, when it is ready.
  wishes.add({ ...first, isHidden: true })
  // Not awaited here: Electron is ready only when this module has been evaluated.
  void app.whenReady().then(() => start({ dataDir, profileDir, wishes, isHidden: first.isHidden }))
} else app.quit()

function makeProfile(): void {
  try {
    mkdirSync(profileDir, { recursive: true, mode: 0o700 })
  } catch (thrown) {
    dialog.showErrorBox(PRODUCT, thrown instanceof Error ? thrown.message : String(thrown))
    process.exit(1)
  }
}
