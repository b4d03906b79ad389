/** What is to be known and done while nobody is connected. Pure. */

import type { TransferView } from '#shared/api/views.ts'
import type { Messages } from '../../text/messages.ts'

export interface NobodyWords {
  readonly title: string
  readonly words: string
  /** What helps, if a person can do something. */
  readonly help: 'link' | 'resume' | 'start' | undefined
}

type Situation = Pick<
  TransferView,
  'state' | 'role' | 'coordinator' | 'linkReach' | 'error' | 'finishedAtMs' | 'queuePosition'
>

export function nobodyWords(view: Situation, text: Messages): NobodyWords {
  const words = text.details.nobody
  const isOwn = view.role === 'send'
  switch (view.state) {
    case 'failed':
      return { title: words.failedTitle, words: text.errors[view.error?.code ?? 'internal'], help: 'resume' }
    case 'queued':
      return {
        title: words.queuedTitle,
        words: words.queued(String(view.queuePosition ?? 1)),
        help: 'start',
      }
    case 'paused':
      return { title: words.pausedTitle, words: words.paused, help: 'resume' }
    case 'stopped':
      if (isOwn) return { title: words.stoppedTitle, words: words.stopped, help: 'resume' }
      if (view.finishedAtMs === null) return { title: words.pausedTitle, words: words.paused, help: 'resume' }
      return { title: words.finishedTitle, words: words.finished, help: 'resume' }
    case 'finished':
      if (isOwn) return { title: words.stoppedTitle, words: words.stopped, help: 'resume' }
      return { title: words.finishedTitle, words: words.finished, help: 'resume' }
    case 'offered':
      return { title: words.askTitle, words: words.ask, help: undefined }
    case 'preparing':
    case 'checking':
      return { title: words.preparingTitle, words: words.preparing, help: undefined }
    case 'looking':
    case 'receiving':
    case 'stalled':
    case 'seeding':
      return running(view, text)
  }
}

function running(view: Situation, text: Messages): NobodyWords {
  const words = text.details.nobody
  if (view.coordinator === 'offline')
    return { title: words.offlineTitle, words: words.offline, help: undefined }
  if (view.coordinator === 'connecting')
    return { title: words.connectingTitle, words: words.connecting, help: undefined }
  if (view.state !== 'seeding') return { title: words.getTitle, words: words.get, help: undefined }
  if (view.role === 'get') return { title: words.passTitle, words: words.pass, help: 'link' }
  const isNear = view.linkReach === 'network'
  return { title: words.sendTitle, words: isNear ? words.sendNetwork : words.send, help: 'link' }
}
