/** What a transfer is doing, in one short sentence and as one of a few pictures. Pure. */

import { canLeave } from '#shared/api/can-leave.ts'
import type { TransferView } from '#shared/api/views.ts'
import type { Format } from '../../text/format.ts'
import type { Messages } from '../../text/messages.ts'

/** What the mark in front of a transfer shows. */
export type Mark = 'receiving' | 'sharing' | 'waiting' | 'paused' | 'done' | 'failed'

export function markOf(view: TransferView): Mark {
  switch (view.state) {
    case 'receiving':
    case 'checking':
      return 'receiving'
    case 'queued':
    case 'preparing':
    case 'looking':
    case 'offered':
    case 'stalled':
      return 'waiting'
    case 'seeding':
      return 'sharing'
    case 'finished':
      return 'done'
    case 'paused':
    case 'stopped':
      return view.role === 'get' && view.finishedAtMs !== null ? 'done' : 'paused'
    case 'failed':
      return 'failed'
  }
}

/** Whether how much has arrived is worth a bar: not when all of it is here. */
export function hasProgress(view: TransferView): boolean {
  return view.role === 'get' && view.finishedAtMs === null && view.state !== 'offered'
}

/** 0 to 1; undefined while the size is not known. */
export function shareDone(view: TransferView): number | undefined {
  return view.totalBytes === 0 ? undefined : Math.min(1, view.doneBytes / view.totalBytes)
}

export function stateWords(view: TransferView, text: Messages, format: Format, nowMs: number): string {
  const words = text.transfers.state
  const devices = (count: number): string => text.common.devices(count, format.count(count))
  const here = view.peers.filter(({ state }) => state === 'connected')
  switch (view.state) {
    case 'queued':
      return words.queued(format.count(view.queuePosition ?? 1))
    case 'preparing':
    case 'offered':
    case 'checking':
      return words[view.state]
    case 'looking':
      return isHidden(view) ? words.alone : words.looking
    case 'stalled':
      return isHidden(view) ? words.alone : words.stalled
    case 'receiving':
      return here.length === 0 ? words.connecting : words.receiving(devices(here.length))
    case 'seeding': {
      const served = here.filter(({ completeness }) => completeness < 1).length
      if (view.role === 'get') return served > 0 ? words.passing(devices(served)) : words.passingIdle
      if (canLeave(view)) return words.canLeave(devices(here.length))
      if (served > 0) return words.sending(devices(served))
      if (view.fetchedCount > 0) return words.sharedDone(devices(view.fetchedCount))
      if (isHidden(view)) return words.hidden
      return view.sentBytes > 0 ? words.sharedSent(format.bytes(view.sentBytes)) : words.shared
    }
    case 'paused':
      return words.paused
    case 'finished':
      if (view.seed.isReached) return words.limitReached
      return words.finished(format.ago(view.finishedAtMs ?? view.addedAtMs, nowMs))
    case 'stopped':
      if (view.role === 'send') return words.notShared
      return view.finishedAtMs === null ? words.stopped : words.finished(format.ago(view.finishedAtMs, nowMs))
    case 'failed':
      return text.errors[view.error?.code ?? 'internal']
  }
}

/** Nobody is connected, and nobody can be: with anybody here it goes on without the coordinator. */
export function isHidden(view: TransferView): boolean {
  return view.coordinator === 'offline' && view.peers.every(({ state }) => state !== 'connected')
}
