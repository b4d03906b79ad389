/** The browser behind the double's windows: Debian's Chromium, cut off from every network. */

import { chromium as playwright, type Browser, type BrowserContext, type Route } from '@playwright/test'

/** Told of each request of each page. */
type RequestHandler = (route: Route) => Promise<void>

class Chromium {
  #browser: Browser | undefined
  #context: BrowserContext | undefined
  #onRequest: RequestHandler = (route) => route.abort('internetdisconnected')

  get context(): BrowserContext {
    if (this.#context === undefined) throw new Error('Electron double: a window before ready')
    return this.#context
  }

  onRequest(handler: RequestHandler): void {
    this.#onRequest = handler
  }

  async launch(): Promise<void> {
    this.#browser = await playwright.launch({
      executablePath: process.env['DOUBLE_CHROMIUM'] ?? '/usr/bin/chromium',
      // Its own sandbox refuses to run as root, where tests often do.
      args: ['--no-sandbox'],
    })
    this.#context = await this.#browser.newContext()
    await this.#context.route(/^(?:https?|file|ftp):/, (route) => this.#onRequest(route))
  }

  async close(): Promise<void> {
    await this.#browser?.close().catch(() => undefined)
  }
}

export const chromium = new Chromium()
