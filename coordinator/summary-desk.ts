/** Takes the orders about sealed summaries: only a share's owner puts or deletes, anyone who knows the topic gets. */

import { fromBase64Url, toBase64Url } from '#shared/encoding/base64url.ts'
import {
  isOwnersOrder,
  MAX_SUMMARY_LIFE_MS,
  type ClientMessage,
  type RefusalReason,
} from '#shared/protocol/coordinator-messages.ts'
import type { Addresses } from './addresses.ts'
import type { ClientSession } from './client-session.ts'
import type { CoordinatorLimits } from './limits.ts'
import type { SummaryStore } from './summary-store.ts'

export type SummaryMessage = Extract<
  ClientMessage,
  { type: 'summary.get' } | { type: 'summary.put' } | { type: 'summary.delete' }
>

/** How far an owner's clock may be ahead of ours: devices correct theirs by ours, which they know in seconds. */
const CLOCK_TOLERANCE_MS = 60_000

export interface SummaryDeskOptions {
  readonly store: SummaryStore
  readonly addresses: Addresses
  readonly limits: CoordinatorLimits
  readonly now: () => number
  readonly onStoreFailed: () => void
}

export class SummaryDesk {
  readonly #options: SummaryDeskOptions

  constructor(options: SummaryDeskOptions) {
    this.#options = options
  }

  accept(session: ClientSession, message: SummaryMessage): void {
    session.enqueue(message.id, async () => {
      try {
        await this.#answer(session, message)
      } catch {
        // What the store threw may name its file; the fact is enough.
        this.#options.onStoreFailed()
        session.refuse('busy', message.id)
      }
    })
  }

  async #answer(session: ClientSession, message: SummaryMessage): Promise<void> {
    const { id, topic } = message
    const { store, addresses, now } = this.#options
    if (message.type === 'summary.get') {
      const box = await store.get(topic, now())
      session.send({ type: 'summary', id, topic, box: box === undefined ? null : toBase64Url(box) })
      return
    }
    // Before the signature is checked: that is what costs.
    if (!addresses.takeOrder(session.addressKey, now())) return session.refuse('limit', id)
    const refusal = message.type === 'summary.put' ? await this.#put(message) : await this.#delete(message)
    if (refusal === undefined) session.send({ type: 'done', id })
    else session.refuse(refusal, id)
  }

  async #put(message: Extract<SummaryMessage, { type: 'summary.put' }>): Promise<RefusalReason | undefined> {
    const { topic, atMs, expiresAtMs } = message
    const { store, limits, now } = this.#options
    const nowMs = now()
    if (expiresAtMs <= nowMs || expiresAtMs > nowMs + MAX_SUMMARY_LIFE_MS + CLOCK_TOLERANCE_MS)
      return 'expired'
    // An order from the future would beat every later one.
    if (atMs > nowMs + CLOCK_TOLERANCE_MS) return 'expired'
    const box = fromBase64Url(message.box)
    const publicKey = fromBase64Url(message.publicKey)
    const signature = fromBase64Url(message.signature)
    if (box === undefined || publicKey === undefined || signature === undefined) return 'malformed'
    if (!isOwnersOrder({ kind: 'put', topic, box, atMs, expiresAtMs }, publicKey, signature))
      return 'signature'
    const summary = { topic, box, atMs, expiresAtMs }
    let outcome = await store.put(summary, nowMs, limits.summaries)
    if (outcome === 'full' && (await store.purge(nowMs)) > 0) {
      outcome = await store.put(summary, nowMs, limits.summaries)
    }
    if (outcome === 'stored') return undefined
    return outcome === 'full' ? 'limit' : 'stale'
  }

  async #delete(
    message: Extract<SummaryMessage, { type: 'summary.delete' }>,
  ): Promise<RefusalReason | undefined> {
    const { topic, atMs } = message
    const { store, now } = this.#options
    const nowMs = now()
    if (atMs > nowMs + CLOCK_TOLERANCE_MS) return 'expired'
    const publicKey = fromBase64Url(message.publicKey)
    const signature = fromBase64Url(message.signature)
    if (publicKey === undefined || signature === undefined) return 'malformed'
    if (!isOwnersOrder({ kind: 'delete', topic, atMs }, publicKey, signature)) return 'signature'
    return (await store.delete(topic, atMs, nowMs)) === 'deleted' ? undefined : 'stale'
  }
}
