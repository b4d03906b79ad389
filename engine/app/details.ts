/** What is told of one transfer while somebody looks at it closely: once a second while it runs. */

import { RATE_INTERVAL_MS, type DetailsEvent } from '#shared/api/transfer-views.ts'
import type { TransferId } from '#shared/api/views.ts'
import { pause } from '../coordinator-client/pause.ts'
import { isEqualData } from './equal-data.ts'
import type { TransferRegistry } from './transfer-registry.ts'

const NOTHING: DetailsEvent = { down: [], up: [], pieces: [], availability: [], people: [] }

/** Resolves when the transfer is gone or the signal is aborted. Throws AppError `transfer.unknown`. */
export async function watchDetails(
  registry: Pick<TransferRegistry, 'entry' | 'view'>,
  id: TransferId,
  signal: AbortSignal,
  emit: (event: DetailsEvent) => void,
): Promise<void> {
  const entry = registry.entry(id)
  let told: DetailsEvent | undefined
  while (!signal.aborted && registry.view(id) !== undefined) {
    // What it had when it ran last stays on the screen.
    const event = entry.live?.details() ?? told ?? NOTHING
    if (!isEqualData(event, told)) emit(event)
    told = event
    await pause(RATE_INTERVAL_MS, signal)
  }
}
