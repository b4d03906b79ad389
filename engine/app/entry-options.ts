/** What one transfer of the list needs, and what it tells. */

import type { TransferId, TransferView } from '#shared/api/views.ts'
import type { Engine } from '../engine.ts'

export interface EntryOptions {
  readonly engine: Pick<Engine, 'resume' | 'remember' | 'forget' | 'setQueued'>
  /** What must be there before a transfer is taken up. Rejects with AppError. */
  prepare(view: TransferView): Promise<void>
  /** Something about it is different now, also when it is gone. */
  changed(id: TransferId): void
  gone(id: TransferId): void
  /** Whether it is a download that runs, or is to run, may be different now: others may have their turn, or it. */
  turned(): void
  log(event: string, fields: Record<string, string | number | boolean>): void
}
