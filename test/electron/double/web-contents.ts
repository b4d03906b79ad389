/** Electron's `webContents` on a page of Chromium's. */

import { EventEmitter } from 'node:events'
import type { Page } from '@playwright/test'
import { fromChromium } from './protocol.ts'
import { note } from './spec-channel.ts'

export interface FrameDouble {
  readonly url: string
  readonly parent: FrameDouble | null
}

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' }

export class WebContents extends EventEmitter {
  readonly #page: () => Page | undefined
  readonly #post: (channel: string, values: readonly unknown[]) => void
  #isDestroyed = false
  #zoomLevel = 0
  openHandler: OpenHandler = () => ({ action: 'allow' })

  constructor(page: () => Page | undefined, post: (channel: string, values: readonly unknown[]) => void) {
    super()
    this.#page = page
    this.#post = post
  }

  get mainFrame(): FrameDouble {
    return { url: this.getURL(), parent: null }
  }
  getURL(): string {
    return fromChromium(this.#page()?.url() ?? '')
  }
  isDestroyed(): boolean {
    return this.#isDestroyed
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler
  }
  getZoomLevel(): number {
    return this.#zoomLevel
  }
  setZoomLevel(level: number): void {
    note('webContents.setZoomLevel', level)
    this.#zoomLevel = level
  }
  send(channel: string, ...values: unknown[]): void {
    if (this.#isDestroyed) throw new TypeError('Object has been destroyed')
    this.#post(channel, values)
  }

  /** For the double itself. */
  destroy(): void {
    this.#isDestroyed = true
    this.emit('destroyed')
  }
}
