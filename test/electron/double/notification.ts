/** Electron's `Notification`: shown ones are told to the spec, which can click the last of them. */

import { EventEmitter } from 'node:events'
import { note, onAction } from './spec-channel.ts'

export class Notification extends EventEmitter {
  readonly #options: unknown

  constructor(options: unknown) {
    super()
    this.#options = options
  }

  static isSupported(): boolean {
    return true
  }

  show(): void {
    note('Notification.show', this.#options)
    onAction('notification.click', () => this.emit('click', {}))
  }
}
