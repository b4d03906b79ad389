/** Keeps the computer from falling asleep while something moves, and only then. The screen may go dark. */

import { powerSaveBlocker } from 'electron'
import type { Activity } from './activity.ts'

export class PowerSaver {
  #blocker: number | undefined

  update({ running }: Activity): void {
    if (running.length > 0) this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension')
    else this.close()
  }

  close(): void {
    if (this.#blocker !== undefined) powerSaveBlocker.stop(this.#blocker)
    this.#blocker = undefined
  }
}
