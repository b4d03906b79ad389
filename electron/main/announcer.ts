/** Decides what is worth a notification: what has become true since it last looked. Pure. */

import { canLeave } from '#shared/api/can-leave.ts'
import type { TransferId, TransferView } from '#shared/api/views.ts'

export type Announcement =
  | { readonly kind: 'received' | 'failed' | 'spread'; readonly title: string }
  | { readonly kind: 'offered' | 'delivered'; readonly title: string; readonly name: string }

interface Known {
  isFinished: boolean
  isFailed: boolean
  /** Said once: others come and go. */
  wasSpread: boolean
  /** Devices that have everything. */
  readonly complete: Set<string>
}

export class Announcer {
  readonly #known = new Map<TransferId, Known>()

  /** @param present is no news */
  constructor(present: readonly TransferView[]) {
    this.note(present, [])
  }

  note(changed: readonly TransferView[], gone: readonly TransferId[]): Announcement[] {
    for (const id of gone) this.#known.delete(id)
    return changed.flatMap((view) => this.#compare(view))
  }

  #compare(view: TransferView): Announcement[] {
    const news: Announcement[] = []
    const { title } = view
    const known = this.#known.get(view.id) ?? {
      isFinished: false,
      isFailed: false,
      wasSpread: false,
      complete: new Set(),
    }
    this.#known.set(view.id, known)
    const isFinished = view.role === 'get' && view.finishedAtMs !== null
    if (isFinished && !known.isFinished) news.push({ kind: 'received', title })
    const isFailed = view.state === 'failed'
    if (isFailed && !known.isFailed) news.push({ kind: 'failed', title })
    const isSpread = view.role === 'send' && canLeave(view)
    if (isSpread && !known.wasSpread) news.push({ kind: 'spread', title })
    known.wasSpread ||= isSpread
    known.isFinished = isFinished
    known.isFailed = isFailed
    for (const peer of view.peers) {
      // Who had everything when it came got it elsewhere, or earlier.
      const isDelivered = view.role === 'send' && peer.completeness >= 1 && peer.sentBytes > 0
      if (!isDelivered || known.complete.has(peer.peer)) continue
      known.complete.add(peer.peer)
      news.push({ kind: 'delivered', title, name: peer.name })
    }
    return news
  }
}
