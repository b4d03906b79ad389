/** The system's notifications. A click on one brings the window. */

import { Notification } from 'electron'
import { unreachable } from '#shared/errors.ts'
import type { Announcement } from './announcer.ts'
import type { Texts } from './texts.ts'

/** A notification nobody refers to is collected, and its click is lost. More are not looked at. */
const MAX_KEPT = 20

export class Notifications {
  readonly #kept: Notification[] = []
  readonly #onClick: () => void

  constructor(onClick: () => void) {
    this.#onClick = onClick
  }

  announce(announcement: Announcement, texts: Texts): void {
    switch (announcement.kind) {
      case 'received':
        return this.show(texts.received, texts.receivedBody(announcement.title))
      case 'failed':
        return this.show(texts.failed, texts.failedBody(announcement.title))
      case 'spread':
        return this.show(texts.spread, texts.spreadBody(announcement.title))
      case 'offered':
        return this.show(texts.offered, texts.offeredBody(announcement.title, announcement.name))
      case 'delivered':
        return this.show(texts.delivered, texts.deliveredBody(announcement.title, announcement.name))
      default:
        return unreachable(announcement)
    }
  }

  show(title: string, body: string): void {
    if (!Notification.isSupported()) return
    const notification = new Notification({ title, body })
    notification.on('click', this.#onClick)
    this.#kept.push(notification)
    if (this.#kept.length > MAX_KEPT) this.#kept.shift()
    notification.show()
  }
}
