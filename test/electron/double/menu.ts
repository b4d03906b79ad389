/** Electron's `Menu`: a list of items that a spec can look at and click. */

import { note } from './spec-channel.ts'

export interface MenuItem {
  readonly label?: string
  readonly click?: () => void
}

export class Menu {
  readonly items: readonly MenuItem[]

  constructor(items: readonly MenuItem[]) {
    this.items = items
  }

  static buildFromTemplate(template: readonly MenuItem[]): Menu {
    return new Menu(template)
  }

  static setApplicationMenu(menu: Menu | null): void {
    note('Menu.setApplicationMenu', menu?.items ?? null)
  }
}
