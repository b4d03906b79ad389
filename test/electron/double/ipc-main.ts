/** Electron's `ipcMain`, as far as messages go; what invokes and waits is refused, because the program has no use for it. */

import { EventEmitter } from 'node:events'
import { strict } from './strict.ts'

class IpcMain extends EventEmitter {}

export const ipcMain = strict('ipcMain', new IpcMain())
