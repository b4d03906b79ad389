/** Electron's `BrowserWindow`: a page of Chromium's, the built preload in a world of its own, and a memory of its state. */

import { EventEmitter } from 'node:events'
import type { Page, Route } from '@playwright/test'
import { app } from './app.ts'
import { chromium } from './chromium.ts'
import { ipcMain } from './ipc-main.ts'
import { PreloadWorld } from './preload-world.ts'
import { answerRequest, fromChromium, toChromium } from './protocol.ts'
import { note, onAction, tell } from './spec-channel.ts'
import { strict } from './strict.ts'
import { WebContents } from './web-contents.ts'

interface Bounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

interface WindowOptions extends Partial<Bounds> {
  readonly show?: boolean
  readonly webPreferences?: Readonly<Record<string, unknown>>
}

/** What no window of ours may have; Electron would take it. */
const INSECURE: Readonly<Record<string, unknown>> = {
  sandbox: false,
  contextIsolation: false,
  nodeIntegration: true,
  nodeIntegrationInSubFrames: true,
  webSecurity: false,
  webviewTag: true,
}

const windows = new Set<BrowserWindow>()

export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents
  readonly #isOpen: Promise<void>
  readonly #preload: PreloadWorld
  #page: Page | undefined
  #bounds: Bounds
  #isVisible: boolean
  #isFocused = false
  #isMaximized = false
  #isMinimized = false
  #isDestroyed = false
  /** The program loads a page itself, which is no navigation of the page's. */
  #isLoading = false

  constructor(options: WindowOptions = {}) {
    super()
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready')
    const preferences = options.webPreferences ?? {}
    for (const [name, value] of Object.entries(INSECURE)) {
      if (preferences[name] === value)
        throw new Error(`Electron double: ${name}: ${String(value)} is refused`)
    }
    note('BrowserWindow', options)
    const { x = 0, y = 0, width = 800, height = 600 } = options
    this.#bounds = { x, y, width, height }
    this.#isVisible = options.show !== false
    const contents = new WebContents(
      () => this.#page,
      (channel, values) => this.#preload.post(channel, values),
    )
    this.webContents = strict('webContents', contents)
    this.#preload = new PreloadWorld(String(preferences['preload']), {
      onMessage: (channel, values) => this.#receive(channel, values),
      onError: (error) => {
        note('preload-error', error)
        contents.emit('preload-error', {}, String(preferences['preload']), new Error(error))
      },
    })
    windows.add(this)
    app.emit('web-contents-created', {}, this.webContents)
    this.#isOpen = this.#open()
    return strict('BrowserWindow', this)
  }

  async loadURL(url: string): Promise<void> {
    await this.#isOpen
    this.#isLoading = true
    try {
      await this.page.goto(toChromium(url))
    } finally {
      this.#isLoading = false
    }
  }

  show(): void {
    note('window.show')
    this.#isVisible = true
    this.#isFocused = true
    this.emit('show')
  }
  hide(): void {
    note('window.hide')
    this.#isVisible = false
    this.#isFocused = false
    this.emit('hide')
  }
  focus(): void {
    this.#isFocused = true
  }
  maximize(): void {
    note('window.maximize')
    this.#isMaximized = true
  }
  restore(): void {
    this.#isMinimized = false
  }
  close(): void {
    let isPrevented = false
    this.emit('close', { preventDefault: () => (isPrevented = true) })
    if (!isPrevented) this.destroy()
  }
  destroy(): void {
    this.#isDestroyed = true
    windows.delete(this)
    this.webContents.destroy()
    void this.#page?.close()
    this.emit('closed')
    if (windows.size === 0) app.emit('window-all-closed')
  }
  isVisible(): boolean {
    return this.#isVisible
  }
  isFocused(): boolean {
    return this.#isFocused
  }
  isMaximized(): boolean {
    return this.#isMaximized
  }
  isMinimized(): boolean {
    return this.#isMinimized
  }
  isDestroyed(): boolean {
    return this.#isDestroyed
  }
  getNormalBounds(): Bounds {
    return this.#bounds
  }
  setProgressBar(value: number, options?: unknown): void {
    note('window.setProgressBar', value, options)
  }
  setBackgroundColor(color: string): void {
    note('window.setBackgroundColor', color)
  }

  /** For the double itself, and the spec behind it. */
  get page(): Page {
    if (this.#page === undefined) throw new Error('Electron double: the page is not open yet')
    return this.#page
  }
  async setFiles(selector: string, paths: readonly string[]): Promise<void> {
    await this.page.setInputFiles(selector, [...paths])
    this.#preload.notePaths(paths)
  }
  place(bounds: Bounds): void {
    this.#bounds = bounds
  }
  blur(): void {
    this.#isFocused = false
  }

  async #open(): Promise<void> {
    const page = (this.#page = await chromium.context.newPage())
    const contents = this.webContents
    // The latest route is asked first; what it does not hold back goes on to the program's handler.
    await page.route('**/*', (route) => this.#guard(route))
    page.on('popup', (popup) => void popup.close())
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) contents.emit('did-navigate', {}, fromChromium(frame.url()))
    })
    page.once('load', () => this.emit('ready-to-show'))
    page.on('crash', () => contents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }))
    page.on('console', (message) => tell('console', message.text()))
    await page.exposeFunction('tellSpec', tell)
    await this.#preload.install(page)
  }

  async #guard(route: Route): Promise<void> {
    const request = route.request()
    if (!request.isNavigationRequest() || this.#isLoading) return answerRequest(route)
    const isMainFrame = request.frame() === this.page.mainFrame()
    const details = {
      url: fromChromium(request.url()),
      isMainFrame,
      defaultPrevented: false,
      preventDefault() {},
    }
    details.preventDefault = () => (details.defaultPrevented = true)
    this.webContents.emit('will-frame-navigate', details)
    if (isMainFrame && !details.defaultPrevented) this.webContents.emit('will-navigate', details)
    if (!details.defaultPrevented) return answerRequest(route)
    note('navigation-prevented', details.url)
    // “No content”: the page stays where it is.
    await route.fulfill({ status: 204 })
  }

  #receive(channel: string, values: readonly unknown[]): void {
    const event = { sender: this.webContents, senderFrame: this.webContents.mainFrame, type: 'frame' }
    ipcMain.emit(channel, event, ...values)
  }
}

/** Only a popup's first request gets here: its page is known to nobody yet. */
chromium.onRequest(async (route) => {
  const url = fromChromium(route.request().url())
  note('window.open', url, only().webContents.openHandler({ url }).action)
  await route.abort('aborted')
})

function only(): BrowserWindow {
  const [window] = windows
  if (window === undefined) throw new Error('there is no window')
  return window
}

onAction('page.evaluate', (expression) => only().page.evaluate(String(expression)))
onAction('page.reload', async () => {
  await only().page.reload()
})
onAction('page.setFiles', (selector, paths) => only().setFiles(String(selector), paths as string[]))
onAction('page.crash', () =>
  only().webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }),
)
onAction('page.key', (input) => only().webContents.emit('before-input-event', { preventDefault() {} }, input))
onAction('window.close', () => only().close())
onAction('window.place', (bounds) => only().place(bounds as Bounds))
onAction('window.blur', () => only().blur())
onAction('window.state', () => ({ isVisible: only().isVisible(), url: only().webContents.getURL() }))
