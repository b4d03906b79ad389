/** The task bar's progress. */

import type { BrowserWindow } from 'electron'
import type { Activity } from './activity.ts'

/** What a bar of that size can show. Every call is a message to the desktop. */
const STEPS = 100

export class TaskbarProgress {
  readonly #window: BrowserWindow
  #shown = -1

  constructor(window: BrowserWindow) {
    this.#window = window
  }

  update({ progress }: Activity): void {
    // Below zero takes it away.
    const next = progress === null ? -1 : Math.floor(progress * STEPS) / STEPS
    if (next === this.#shown || this.#window.isDestroyed()) return
    this.#shown = next
    this.#window.setProgressBar(next)
  }
}
