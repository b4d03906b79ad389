/** What the page gets of the shell, over whatever IPC it is given. Runs in the preload's own world. */

import type { DesktopBridge } from '#shared/api/carrier.ts'

/** What is needed of Electron's `ipcRenderer`. */
export interface PageIpc {
  send(channel: string, ...values: unknown[]): void
  on(channel: string, listener: (event: unknown, ...values: unknown[]) => void): unknown
}

interface Connection {
  readonly onMessage: (text: string) => void
  readonly onClosed: () => void
}

/** The main process has the same names, in electron/main/carrier.ts; they stand apart so that nothing of it gets in here. */
const OPEN = 'beeline:open'
const MESSAGE = 'beeline:message'
const CLOSE = 'beeline:close'

/** @param pathOf where a `File` lies on the disk, empty if nowhere */
export function createBridge(ipc: PageIpc, pathOf: (file: File) => string): DesktopBridge {
  const connections = new Map<string, Connection>()
  ipc.on(MESSAGE, (_event, id, text) => {
    if (typeof id === 'string' && typeof text === 'string') connections.get(id)?.onMessage(text)
  })
  ipc.on(CLOSE, (_event, id) => {
    if (typeof id !== 'string') return
    const closed = connections.get(id)
    connections.delete(id)
    closed?.onClosed()
  })
  return {
    connect(onMessage, onClosed) {
      // Of this page alone: what is on its way to an earlier one must not arrive here.
      const id = crypto.randomUUID()
      connections.set(id, { onMessage, onClosed })
      ipc.send(OPEN, id)
      return {
        send(text) {
          if (connections.has(id)) ipc.send(MESSAGE, id, text)
        },
        close() {
          if (!connections.delete(id)) return
          ipc.send(CLOSE, id)
          onClosed()
        },
      }
    },
    pathsOf: (files) =>
      files
        .filter((file) => file instanceof File)
        .map(pathOf)
        .filter((path) => path !== ''),
  }
}
