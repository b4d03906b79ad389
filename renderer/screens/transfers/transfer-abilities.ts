/** What a person can do with a transfer in its state. Pure. */

import type { TransferView } from '#shared/api/views.ts'
import type { Messages } from '../../text/messages.ts'

/** `pause` and `resume` are also what stops sharing and starts it again. */
export type Toggle = 'pause' | 'resume'

export function toggleOf(view: TransferView): Toggle | undefined {
  switch (view.state) {
    case 'queued':
    case 'preparing':
    case 'looking':
    case 'checking':
    case 'receiving':
    case 'stalled':
    case 'seeding':
      return 'pause'
    case 'paused':
    case 'stopped':
    case 'failed':
    case 'finished':
      return 'resume'
    case 'offered':
      return undefined
  }
}

export function toggleLabel(view: TransferView, text: Messages): string {
  const words = text.transfers.action
  const isOwn = view.role === 'send'
  const isComplete = view.finishedAtMs !== null
  if (toggleOf(view) === 'pause') {
    if (isOwn) return words.stopSharing
    return isComplete ? words.stopPassing : words.pause
  }
  if (view.state === 'failed') return words.retry
  if (isOwn) return words.shareAgain
  return isComplete ? words.passAgain : words.resume
}

/** Among what else runs it still matters. */
export function hasPriority(view: TransferView): boolean {
  return view.state !== 'finished' && view.state !== 'stopped'
}

/** Unfinished files lie on the disk, which removing can take along. */
export function hasParts(view: TransferView): boolean {
  return view.role === 'get' && view.finishedAtMs === null && view.doneBytes > 0
}
