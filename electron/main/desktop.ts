/** Follows the app's events with everything that is outside of the page: tray, task bar, notifications, theme, sleep. */

import type { BrowserWindow } from 'electron'
import type { App } from '#engine/app/app.ts'
import type { SettingsView } from '#shared/api/settings-views.ts'
import type { AppEvent } from '#shared/api/views.ts'
import { activityOf } from './activity.ts'
import { Announcer, type Announcement } from './announcer.ts'
import type { Notifications } from './notifications.ts'
import type { PowerSaver } from './power.ts'
import type { TaskbarProgress } from './progress.ts'
import { textsFor, type Texts } from './texts.ts'
import type { TrayIcon } from './tray.ts'
import { applyTheme } from './window.ts'

export interface DesktopParts {
  readonly app: App
  readonly window: BrowserWindow
  readonly tray: TrayIcon | undefined
  readonly progress: TaskbarProgress
  readonly power: PowerSaver
  readonly notifications: Notifications
  /** Of the system. */
  readonly locale: string
}

export class Desktop {
  readonly #parts: DesktopParts
  readonly #announcer: Announcer
  readonly #unsubscribe: (() => void)[]
  #settings: SettingsView

  constructor(parts: DesktopParts) {
    this.#parts = parts
    this.#settings = parts.app.settings()
    this.#announcer = new Announcer(parts.app.transfers())
    this.#unsubscribe = [
      parts.app.onEvent((event) => this.#follow(event)),
      parts.app.onOffer(({ title, sender }) => this.#notify([{ kind: 'offered', title, name: sender }])),
    ]
    this.#update()
  }

  get texts(): Texts {
    return textsFor(this.#settings.general.language, this.#parts.locale)
  }

  /** Before the app closes: what it tells then is not for the person. */
  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#parts.power.close()
    this.#parts.tray?.close()
  }

  #follow(event: AppEvent): void {
    if (event.kind === 'transfers') this.#announce(event)
    else if (event.kind === 'settings') this.#apply(event.settings)
    else return
    this.#update()
  }

  #announce({ changed, gone }: Extract<AppEvent, { kind: 'transfers' }>): void {
    this.#notify(this.#announcer.note(changed, gone))
  }

  #notify(news: readonly Announcement[]): void {
    const { notifications, window } = this.#parts
    // Who looks at the window sees it there.
    if (!this.#settings.general.notifications || (!window.isDestroyed() && window.isFocused())) return
    for (const announcement of news) notifications.announce(announcement, this.texts)
  }

  #apply(settings: SettingsView): void {
    const { theme } = this.#settings.general
    this.#settings = settings
    if (settings.general.theme !== theme) applyTheme(settings.general.theme, this.#parts.window)
  }

  #update(): void {
    const activity = activityOf(this.#parts.app.transfers())
    this.#parts.tray?.update(activity, this.texts)
    this.#parts.progress.update(activity)
    this.#parts.power.update(activity)
  }
}
