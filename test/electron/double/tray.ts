/** Electron's `Tray`: its menu and its click, for the spec. */

import { EventEmitter } from 'node:events'
import type { Menu } from './menu.ts'
import { answerOf, note, onAction } from './spec-channel.ts'

export class Tray extends EventEmitter {
  #menu: Menu | undefined

  constructor(image: unknown) {
    super()
    if (!answerOf('Tray.isThere', true)) throw new Error('this desktop has no tray')
    note('Tray', image)
    onAction('tray.click', () => this.emit('click', {}))
    onAction('tray.choose', (label) => {
      const item = this.#menu?.items.find((candidate) => candidate.label === label)
      if (item?.click === undefined) throw new Error(`the tray's menu has no '${String(label)}'`)
      item.click()
    })
  }

  setToolTip(text: string): void {
    note('tray.setToolTip', text)
  }
  setContextMenu(menu: Menu): void {
    this.#menu = menu
    note(
      'tray.setContextMenu',
      menu.items.flatMap(({ label }) => label ?? []),
    )
  }
  destroy(): void {
    note('tray.destroy')
  }
}
