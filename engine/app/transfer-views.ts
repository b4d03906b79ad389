/** How a transfer looks while it does not run. Pure. */

import type { TransferState, TransferView } from '#shared/api/views.ts'
import type { AppError, ErrorCode } from '#shared/errors.ts'

/** Failures that the world may mend by itself: a port that is free again, a disk that is plugged in again. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'coordinator.port-taken',
  'coordinator.cannot-listen',
  'disk.gone',
  'source.not-found',
  'library.busy',
  'transfer.running',
])

/** Whether the next start of the program is worth another try. */
export function isPassing({ code }: AppError): boolean {
  return PASSING.has(code)
}

/** Nothing moves: what was of the network is gone, what is on the disk stays. */
function still(view: TransferView): TransferView {
  return {
    ...view,
    coordinator: 'offline',
    peers: [],
    downBytesPerSecond: 0,
    upBytesPerSecond: 0,
    etaMs: null,
    copies: 0,
    queuePosition: null,
    seed: { ...view.seed, endsAtMs: null },
  }
}

/** It is to run as soon as it is its turn. @param position from 1 */
export function viewQueued(view: TransferView, position: number): TransferView {
  return { ...still(view), state: 'queued', error: null, queuePosition: position }
}

/** A failure stays until the transfer is taken up again. */
export function viewAtRest(view: TransferView): TransferView {
  return { ...still(view), state: stateAtRest(view), error: view.state === 'failed' ? view.error : null }
}

export function viewFailed(view: TransferView, error: AppError): TransferView {
  return { ...still(view), state: 'failed', error: { code: error.code, detail: error.detail ?? null } }
}

/** It is to run and does not yet. */
export function viewStarting(view: TransferView): TransferView {
  return {
    ...still(view),
    state: view.role === 'send' ? 'preparing' : 'looking',
    error: null,
    coordinator: 'connecting',
  }
}

/** Whether its view changes without a word, so that it must be read again and again. */
export function isMoving(view: TransferView): boolean {
  return view.peers.length > 0 || view.state === 'checking'
}

export function isComplete(view: TransferView): boolean {
  return view.finishedAtMs !== null
}

function stateAtRest(view: TransferView): TransferState {
  if (view.state === 'failed') return 'failed'
  if (view.role === 'send') return 'stopped'
  return isComplete(view) ? 'finished' : 'paused'
}
