/** The icon in the tray: what runs, at a glance, and the ways back in and out. */

import { join } from 'node:path'
import { app, Menu, nativeImage, Tray, type MenuItemConstructorOptions } from 'electron'
import type { Activity, RunningTransfer } from './activity.ts'
import { PRODUCT } from './identity.ts'
import type { Texts } from './texts.ts'

/** More would not be read. */
const MAX_LISTED = 6
/** Menus have no width of their own. Letters. */
const MAX_TITLE_LENGTH = 40

export interface TrayActions {
  show(): void
  quit(): void
}

export class TrayIcon {
  readonly #tray: Tray
  readonly #actions: TrayActions
  #shown = ''

  private constructor(tray: Tray, actions: TrayActions) {
    this.#tray = tray
    this.#actions = actions
    // On macOS a click opens the menu, as people expect there.
    if (process.platform !== 'darwin') tray.on('click', () => actions.show())
  }

  /** @returns undefined where the desktop has no tray */
  static open(actions: TrayActions): TrayIcon | undefined {
    try {
      return new TrayIcon(new Tray(icon()), actions)
    } catch {
      return undefined
    }
  }

  update(activity: Activity, texts: Texts): void {
    const lines = linesOf(activity, texts)
    const tip = tipOf(activity, texts)
    // Some desktops close an open menu when it is set again.
    const next = JSON.stringify([tip, lines, texts.show])
    if (next === this.#shown) return
    this.#shown = next
    this.#tray.setToolTip(tip)
    this.#tray.setContextMenu(Menu.buildFromTemplate(this.#template(lines, texts)))
  }

  close(): void {
    this.#tray.destroy()
  }

  #template(lines: readonly string[], texts: Texts): MenuItemConstructorOptions[] {
    const show = (): void => this.#actions.show()
    const running: MenuItemConstructorOptions[] = lines.map((label) => ({ label, click: show }))
    if (running.length > 0) running.push({ type: 'separator' })
    return [
      ...running,
      { label: texts.show, click: show },
      { type: 'separator' },
      { label: texts.quit, click: () => this.#actions.quit() },
    ]
  }
}

function icon(): Electron.NativeImage {
  const name = { darwin: 'trayTemplate.png', win32: 'tray.ico' }[process.platform as string] ?? 'tray.png'
  const image = nativeImage.createFromPath(join(app.getAppPath(), 'build', 'tray', name))
  if (process.platform === 'darwin') image.setTemplateImage(true)
  return image
}

function linesOf({ running }: Activity, texts: Texts): string[] {
  const lines = running.slice(0, MAX_LISTED).map(lineOf)
  const hidden = running.length - lines.length
  return hidden > 0 ? [...lines, texts.more(hidden)] : lines
}

function lineOf({ title, direction, progress }: RunningTransfer): string {
  const name = title.length > MAX_TITLE_LENGTH ? `${title.slice(0, MAX_TITLE_LENGTH - 1)}…` : title
  const arrow = direction === 'in' ? '↓' : '↑'
  const share = progress === null ? '' : `  ${Math.floor(progress * 100)} %`
  // A lone “&” would mark the next letter as a shortcut.
  return `${arrow} ${name.replaceAll('&', '&&')}${share}`
}

function tipOf({ receivingCount, sendingCount }: Activity, texts: Texts): string {
  const parts = [
    ...(receivingCount > 0 ? [texts.receiving(receivingCount)] : []),
    ...(sendingCount > 0 ? [texts.sending(sendingCount)] : []),
  ]
  return parts.length === 0 ? texts.idle : `${PRODUCT}: ${parts.join(', ')}`
}
