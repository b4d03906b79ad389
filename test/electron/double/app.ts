/** Electron's `app`: order of the start, one instance per profile, how it ends. */

import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { chromium } from './chromium.ts'
import { InstanceLock } from './instance-lock.ts'
import { answerOf, note, onAction } from './spec-channel.ts'
import { strict } from './strict.ts'

class App extends EventEmitter {
  readonly #ready = Promise.withResolvers<void>()
  readonly #paths = new Map<string, string>()
  #isReady = false
  #hasQuit = false
  #name = 'double'

  get isPackaged(): boolean {
    return false
  }

  isReady(): boolean {
    return this.#isReady
  }
  whenReady(): Promise<void> {
    return this.#ready.promise
  }
  getName(): string {
    return this.#name
  }
  setName(name: string): void {
    this.#name = name
  }
  getLocale(): string {
    return answerOf('app.getLocale', 'en-US')
  }
  getPreferredSystemLanguages(): string[] {
    return answerOf('app.getPreferredSystemLanguages', ['en-US'])
  }
  getLoginItemSettings(): { wasOpenedAtLogin: boolean } {
    return answerOf('app.getLoginItemSettings', { wasOpenedAtLogin: false })
  }
  getAppPath(): string {
    return process.cwd()
  }

  getPath(name: string): string {
    const known = this.#paths.get(name)
    if (known !== undefined) return known
    const home = process.env['BEELINE_HOME']
    if (home === undefined) throw new Error('Electron double: specs run with a BEELINE_HOME of their own')
    return path.join(home, `double-${name}`)
  }
  setPath(name: string, folder: string): void {
    if (name === 'userData') this.#beforeReady('setPath of userData')
    if (!existsSync(folder))
      throw new Error(`Electron double: setPath of a folder that is not there: ${folder}`)
    this.#paths.set(name, folder)
  }

  enableSandbox(): void {
    this.#beforeReady('enableSandbox')
    note('app.enableSandbox')
  }
  setDesktopName(name: string): void {
    this.#beforeReady('setDesktopName')
    note('app.setDesktopName', name)
  }
  setLoginItemSettings(settings: unknown): void {
    note('app.setLoginItemSettings', settings)
  }
  setAsDefaultProtocolClient(scheme: string): boolean {
    note('app.setAsDefaultProtocolClient', scheme)
    return true
  }

  requestSingleInstanceLock(data: unknown): boolean {
    const lock = new InstanceLock(this.getPath('userData'))
    if (!lock.take()) {
      lock.tellHolder({ argv: process.argv, workingDir: process.cwd(), data })
      return false
    }
    lock.listen(async ({ argv, workingDir, data: sent }) => {
      await this.#ready.promise
      this.emit('second-instance', {}, argv, workingDir, sent)
    })
    return true
  }

  quit(): void {
    if (this.#hasQuit) return
    let isPrevented = false
    this.emit('before-quit', { preventDefault: () => (isPrevented = true) })
    if (isPrevented) return
    this.exit(0)
  }

  exit(code = 0): void {
    if (this.#hasQuit) return
    this.#hasQuit = true
    note('app.exit', code)
    // What has been noted is on its way to the spec.
    void chromium.close().finally(() => setTimeout(() => process.exit(code), 20))
  }

  /** For the double itself. */
  becomeReady(): void {
    this.#isReady = true
    this.emit('ready', {})
    this.#ready.resolve()
  }
  get hasQuit(): boolean {
    return this.#hasQuit
  }

  #beforeReady(what: string): void {
    if (this.#isReady) throw new Error(`Electron double: ${what} must be called before ready`)
  }
}

const instance = new App()
export const app = strict('app', instance)

/** The entry has been evaluated. */
export async function ready(): Promise<void> {
  if (instance.hasQuit) return
  await chromium.launch()
  instance.becomeReady()
}

// Electron turns the signal into an orderly end.
process.on('SIGTERM', () => instance.quit())
onAction('quit', () => {
  // Answered first.
  setImmediate(() => instance.quit())
})
onAction('app.emit', (event, ...values) => {
  instance.emit(String(event), { preventDefault() {} }, ...values)
})
