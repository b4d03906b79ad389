/** Starts the program at login, put away in the tray. */

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import { app } from 'electron'
import { autostartEntry, autostartFile } from './autostart-entry.ts'
import { HIDDEN_SWITCH } from './identity.ts'

export async function setStartAtLogin(isOn: boolean): Promise<void> {
  if (process.platform !== 'linux') {
    const [path = process.execPath, ...args] = ownCommand()
    app.setLoginItemSettings({ openAtLogin: isOn, path, args })
    return
  }
  const file = autostartFile(process.env, homedir())
  if (!isOn) return rm(file, { force: true })
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, autostartEntry(ownCommand()))
}

/** An AppImage runs from a folder that is another one each time; unpacked, the program is an argument. */
function ownCommand(): string[] {
  const program = process.env['APPIMAGE'] ?? process.execPath
  return [program, ...(app.isPackaged ? [] : [app.getAppPath()]), HIDDEN_SWITCH]
}
