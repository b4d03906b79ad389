/** What the library says of one transfer: how it looked last, and whether the next start takes it up. */

import type { TransferId, TransferView } from '#shared/api/views.ts'
import { toAppError } from '#shared/errors.ts'
import type { Engine, EngineOptions } from '../engine.ts'
import { isEqualData } from './equal-data.ts'

export interface TransferNoteOptions {
  readonly engine: Pick<Engine, 'remember'>
  readonly log: NonNullable<EngineOptions['log']>
}

export class TransferNote {
  readonly #id: TransferId
  readonly #options: TransferNoteOptions
  #view: TransferView | undefined
  #isToRun: boolean

  constructor(id: TransferId, isToRun: boolean, options: TransferNoteOptions) {
    this.#id = id
    this.#isToRun = isToRun
    this.#options = options
  }

  get isToRun(): boolean {
    return this.#isToRun
  }

  /** Does not throw: on a full disk the transfer goes on, and the next note may work. */
  write(view: TransferView, isToRun: boolean): void {
    try {
      this.#options.engine.remember(this.#id, view, isToRun)
      this.#view = view
      this.#isToRun = isToRun
    } catch (thrown) {
      this.#options.log('transfer.not-noted', { code: toAppError(thrown).code })
      this.#view = undefined
    }
  }

  /** Nothing is written for nothing. */
  writeNew(view: TransferView, isToRun: boolean): void {
    if (!isEqualData(view, this.#view)) this.write(view, isToRun)
  }
}
