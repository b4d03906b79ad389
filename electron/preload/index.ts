/** Entry of the preload: one CommonJS file in a sandbox, so it may import nothing of Node, and nothing large. */

import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { createBridge } from './bridge.ts'

contextBridge.exposeInMainWorld(
  'beeline',
  createBridge(ipcRenderer, (file) => webUtils.getPathForFile(file)),
)
