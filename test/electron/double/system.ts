/** What the desktop itself does in Electron: here it is told to the spec, and answered as the spec wishes. */

import { EventEmitter } from 'node:events'
import { app } from './app.ts'
import { answerOf, note, onAction } from './spec-channel.ts'
import { recorded, strict } from './strict.ts'

export const dialog = strict(
  'dialog',
  recorded('dialog', {
    showOpenDialog: Promise.resolve({ canceled: true, filePaths: [] }),
    showErrorBox: undefined,
  }),
)

export const shell = strict(
  'shell',
  recorded('shell', { openExternal: Promise.resolve(), showItemInFolder: undefined }),
)

let lastBlocker = 0
export const powerSaveBlocker = strict('powerSaveBlocker', {
  start(type: string): number {
    note('powerSaveBlocker.start', type)
    return ++lastBlocker
  },
  stop(id: number): boolean {
    note('powerSaveBlocker.stop', id)
    return true
  },
})

export const powerMonitor = strict('powerMonitor', new EventEmitter())

class Theme extends EventEmitter {
  #source = 'system'

  get themeSource(): string {
    return this.#source
  }
  set themeSource(source: string) {
    note('nativeTheme.themeSource', source)
    this.#source = source
  }
  get shouldUseDarkColors(): boolean {
    return this.#source === 'dark'
  }
}
export const nativeTheme = strict('nativeTheme', new Theme())

export const nativeImage = strict('nativeImage', {
  createFromPath: (file: string) => ({ file, isEmpty: () => false, setTemplateImage() {} }),
})

const SCREEN = { workArea: { x: 0, y: 0, width: 1920, height: 1040 } }
export const screen = strict('screen', {
  getPrimaryDisplay: () => answerOf('screen.getPrimaryDisplay', SCREEN),
  getAllDisplays: () => answerOf('screen.getAllDisplays', [SCREEN]),
})

type Handler = (...values: unknown[]) => unknown

/** Handlers are kept, so that a spec can ask what they say. */
const permissions = new Map<string, Handler>()
const keep = (name: string) => (handler: Handler) => void permissions.set(name, handler)
export const session = strict('session', {
  defaultSession: strict('session.defaultSession', {
    setPermissionRequestHandler: keep('request'),
    setPermissionCheckHandler: keep('check'),
    setDevicePermissionHandler: keep('device'),
    setDisplayMediaRequestHandler: keep('display'),
    on: (event: string, handler: Handler) => void permissions.set(event, handler),
  }),
})
onAction('session.request', (permission, details) => {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  permissions.get('request')?.({}, permission, resolve, details)
  return promise
})
onAction('session.check', (permission, details) =>
  permissions.get('check')?.(null, permission, 'app://beeline', details),
)
onAction('session.download', () => {
  let isPrevented = false
  permissions.get('will-download')?.({ preventDefault: () => (isPrevented = true) })
  return isPrevented
})
onAction('session.device', (details) => permissions.get('device')?.(details))

/** Turned around is enough: a spec looks for the password as it was typed. */
const KEY = 0x5a
const turned = (bytes: Uint8Array): Buffer => Buffer.from(bytes.map((byte) => byte ^ KEY))
const afterReady = (what: string): void => {
  if (!app.isReady()) throw new Error(`Electron double: safeStorage.${what} before ready`)
}
export const safeStorage = strict('safeStorage', {
  async isAsyncEncryptionAvailable(): Promise<boolean> {
    afterReady('isAsyncEncryptionAvailable')
    return answerOf('safeStorage.isAsyncEncryptionAvailable', true)
  },
  getSelectedStorageBackend: (): string =>
    answerOf('safeStorage.getSelectedStorageBackend', 'gnome_libsecret'),
  async encryptStringAsync(text: string): Promise<Buffer> {
    afterReady('encryptStringAsync')
    note('safeStorage.encryptStringAsync')
    return turned(Buffer.from(text))
  },
  async decryptStringAsync(bytes: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
    afterReady('decryptStringAsync')
    return { result: turned(bytes).toString(), shouldReEncrypt: false }
  },
})
