/** Runs the built preload in an isolated world of a page, with the few modules that Electron's sandbox has. */

import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import vm from 'node:vm'
import type { CDPSession, Page } from '@playwright/test'
import * as v from 'valibot'

const WORLD = 'Electron Isolated Context'
const WORLDS = readFileSync(path.join(import.meta.dirname, 'worlds.js'), 'utf8')
/** Subframes get no preload: `nodeIntegrationInSubFrames` is off. */
const ONLY_TOP = 'if (window === window.top)'

const FromPreload = v.object({ channel: v.string(), values: v.array(v.unknown()) })

export interface PreloadEvents {
  onMessage(channel: string, values: readonly unknown[]): void
  onError(error: string): void
}

export class PreloadWorld {
  readonly #file: string
  readonly #events: PreloadEvents
  #session: CDPSession | undefined
  #context: number | undefined

  constructor(file: string, events: PreloadEvents) {
    this.#file = file
    this.#events = events
  }

  /** Before the page loads anything. */
  async install(page: Page): Promise<void> {
    const session = (this.#session = await page.context().newCDPSession(page))
    const { frameTree } = await session.send('Page.getFrameTree')
    // Without it, scripts for new documents are taken and never run.
    await session.send('Page.enable')
    await session.send('Runtime.enable')
    session.on('Runtime.executionContextsCleared', () => (this.#context = undefined))
    session.on('Runtime.executionContextCreated', ({ context }) => {
      const isOurs = context.name === WORLD && context.auxData?.['frameId'] === frameTree.frame.id
      if (isOurs) this.#context = context.id
    })
    session.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === 'sendToMain') this.#receive(payload)
    })
    await session.send('Runtime.addBinding', { name: 'sendToMain', executionContextName: WORLD })
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `${ONLY_TOP} { ${WORLDS}\nstartPageWorld() }`,
    })
    const preload = this.#wrapped()
    if (preload === undefined) return
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      worldName: WORLD,
      source: `${ONLY_TOP} { ${WORLDS}\nstartPreloadWorld(${preload}, globalThis.sendToMain) }`,
    })
  }

  /** What nobody listens to is lost, as in Electron. */
  post(channel: string, values: readonly unknown[]): void {
    const contextId = this.#context
    if (contextId === undefined) return
    const text = JSON.stringify(JSON.stringify({ channel, values }))
    const expression = `globalThis.receiveFromMain(${text})`
    void this.#session?.send('Runtime.evaluate', { contextId, expression }).catch(() => undefined)
  }

  /** Where files lie that somebody has put into the page; Chromium knows, and tells nobody. */
  notePaths(paths: readonly string[]): void {
    this.post(
      'double:paths',
      paths.map((file) => [`${path.basename(file)}:${statSync(file).size}`, file]),
    )
  }

  /** With the arguments of Electron's own wrapper. A module, or a mistake, is reported as Electron does. */
  #wrapped(): string | undefined {
    try {
      const text = `(function (require, process, exports, module, global) { ${readFileSync(this.#file, 'utf8')}\n})`
      new vm.Script(text)
      return text
    } catch (error) {
      this.#events.onError(String(error))
      return undefined
    }
  }

  #receive(payload: string): void {
    const { channel, values } = v.parse(FromPreload, JSON.parse(payload))
    if (channel === 'double:preload-error') this.#events.onError(String(values[0]))
    else this.#events.onMessage(channel, values)
  }
}
