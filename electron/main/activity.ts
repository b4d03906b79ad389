/** What moves at this moment, in a few numbers: for the tray, the task bar and the power saver. Pure. */

import type { TransferView } from '#shared/api/views.ts'

export interface RunningTransfer {
  readonly title: string
  readonly direction: 'in' | 'out'
  /** 0 to 1; null for what is sent: there may be many receivers. */
  readonly progress: number | null
}

export interface Activity {
  readonly running: readonly RunningTransfer[]
  readonly receivingCount: number
  readonly sendingCount: number
  /** Of everything that is being received, 0 to 1; null when nothing is. */
  readonly progress: number | null
}

export function activityOf(transfers: readonly TransferView[]): Activity {
  const incoming = transfers.filter(isReceiving)
  const outgoing = transfers.filter(isSending)
  const totalBytes = sum(incoming.map((view) => view.totalBytes))
  return {
    running: [
      ...incoming.map((view) => ({
        title: view.title,
        direction: 'in' as const,
        progress: progressOf(view),
      })),
      ...outgoing.map((view) => ({ title: view.title, direction: 'out' as const, progress: null })),
    ],
    receivingCount: incoming.length,
    sendingCount: outgoing.length,
    progress:
      incoming.length === 0
        ? null
        : totalBytes === 0
          ? 0
          : sum(incoming.map((view) => view.doneBytes)) / totalBytes,
  }
}

/** A stalled one waits for people: that may take days, and is no reason to keep a computer awake. */
function isReceiving({ state }: TransferView): boolean {
  return state === 'receiving' || state === 'checking'
}

/** Somebody is here who lacks something. By rates it would go off and on with every short pause. */
function isSending({ state, peers }: TransferView): boolean {
  return state === 'seeding' && peers.some((peer) => peer.state === 'connected' && peer.completeness < 1)
}

function progressOf({ doneBytes, totalBytes }: TransferView): number {
  return totalBytes === 0 ? 0 : doneBytes / totalBytes
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
