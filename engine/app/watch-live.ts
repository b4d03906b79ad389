/** Watches a transfer that runs, and tells what of it matters to the list. */

import type { TransferState, TransferView } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import type { Transfer } from '../engine.ts'

export interface LiveEvents {
  /** False when nobody wants to hear of this one any more. */
  isWatched(): boolean
  changed(): void
  /** Its state is another one. */
  entered(view: TransferView): void
  failed(error: AppError): void
  /** It was passed on as long as it was to be. */
  reached(): void
}

export function watchLive(live: Transfer, events: LiveEvents): void {
  let last: TransferState | undefined
  const look = (): void => {
    if (!events.isWatched()) return
    const view = live.view()
    const { state, error, seed } = view
    if (seed.isReached && state === 'seeding') events.reached()
    if (state !== last) {
      last = state
      if (state === 'failed') {
        events.failed(new AppError(error?.code ?? 'internal', { detail: error?.detail ?? '' }))
      }
      events.entered(view)
    }
    events.changed()
  }
  live.onChange(look)
  // The same is in the view.
  live.finished().catch(() => undefined)
  look()
}
