/** The summaries that a device keeps at a coordinator: put again after every reconnect, refreshed before they expire. */

import { toBase64Url } from '#shared/encoding/base64url.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import {
  MAX_SUMMARY_LIFE_MS,
  signOrder,
  type ClientMessage,
  type ServerMessage,
} from '#shared/protocol/coordinator-messages.ts'
import type { Topic } from '#shared/share/keys.ts'
import { Refusal } from './connection.ts'
import { pause } from './pause.ts'
import type { ClientTiming } from './timing.ts'

/** Proves who owns a share. */
export interface SummaryOwner {
  readonly topic: Topic
  readonly publicKey: Uint8Array
  readonly privateKey: Uint8Array
}

export interface KeptSummary extends SummaryOwner {
  readonly box: Uint8Array
  /** Its distance from now is the life that every refresh gives it again. */
  readonly expiresAtMs: number
}

/** What the keeper needs of its client. */
export interface KeeperPort {
  request(build: (id: number) => ClientMessage, signal: AbortSignal): Promise<ServerMessage>
  /** This device's clock. */
  now(): number
  /** The coordinator's clock, which judges expiries: a device without a clock battery may be years behind. */
  serverNow(): number
  log(event: string, fields: Record<string, number | string>): void
}

interface Kept extends SummaryOwner {
  readonly box: Uint8Array
  readonly lifeMs: number
  /** Aborted when it is deleted or replaced: a put on its way must not come after the delete. */
  readonly stop: AbortController
  timer: NodeJS.Timeout | undefined
  /** One put at a time: a reconnect finds the one that waited for it. */
  sending: Promise<void> | undefined
}

export class KeptSummaries {
  readonly #kept = new Map<Topic, Kept>()
  readonly #port: KeeperPort
  readonly #timing: ClientTiming
  readonly #closing = new AbortController()
  #lastOrderAtMs = 0
  #round = 0

  constructor(port: KeeperPort, timing: ClientTiming) {
    this.#port = port
    this.#timing = timing
  }

  async put(summary: KeptSummary): Promise<void> {
    const { topic, publicKey, privateKey, box, expiresAtMs } = summary
    const lifeMs = Math.min(expiresAtMs - this.#port.now(), MAX_SUMMARY_LIFE_MS)
    if (!(lifeMs > 0)) throw new RangeError('the summary has expired already')
    this.#forget(topic)
    const stop = new AbortController()
    const state = { stop, timer: undefined, sending: undefined }
    const kept: Kept = { topic, publicKey, privateKey, box, lifeMs, ...state }
    this.#kept.set(topic, kept)
    await this.#send(kept)
  }

  async delete(owner: SummaryOwner, signal: AbortSignal): Promise<void> {
    this.#forget(owner.topic)
    const { topic, publicKey, privateKey } = owner
    const build = (id: number): ClientMessage => {
      const atMs = this.#nextOrderAtMs()
      const signature = toBase64Url(signOrder({ kind: 'delete', topic, atMs }, privateKey))
      return { type: 'summary.delete', id, topic, publicKey: toBase64Url(publicKey), atMs, signature }
    }
    await this.#order(build, AbortSignal.any([signal, this.#closing.signal]))
  }

  /** After a reconnect: the coordinator may have started empty. One after the other, not all in one burst. */
  async putAll(): Promise<void> {
    const round = ++this.#round
    for (const kept of this.#kept.values()) {
      if (round !== this.#round) return
      await this.#sendQuietly(kept)
    }
  }

  close(): void {
    this.#closing.abort(new AppError('coordinator.unreachable', { detail: 'the client is closed' }))
    for (const topic of this.#kept.keys()) this.#forget(topic)
  }

  #send(kept: Kept): Promise<void> {
    kept.sending ??= this.#sendNow(kept).finally(() => {
      kept.sending = undefined
    })
    return kept.sending
  }

  async #sendQuietly(kept: Kept): Promise<void> {
    try {
      await this.#send(kept)
    } catch (thrown) {
      this.#port.log('summary.put-failed', { code: toAppError(thrown).code })
    }
  }

  /** Sends it and plans the next time, whatever becomes of this one. */
  async #sendNow(kept: Kept): Promise<void> {
    if (this.#kept.get(kept.topic) !== kept) return
    clearTimeout(kept.timer)
    const { topic, box, lifeMs, privateKey } = kept
    const build = (id: number): ClientMessage => {
      const atMs = this.#nextOrderAtMs()
      const expiresAtMs = Math.floor(this.#port.serverNow() + lifeMs)
      const signature = toBase64Url(signOrder({ kind: 'put', topic, box, atMs, expiresAtMs }, privateKey))
      const publicKey = toBase64Url(kept.publicKey)
      return {
        type: 'summary.put',
        id,
        topic,
        publicKey,
        box: toBase64Url(box),
        atMs,
        expiresAtMs,
        signature,
      }
    }
    try {
      await this.#order(build, AbortSignal.any([kept.stop.signal, this.#closing.signal]))
      this.#plan(kept, Math.min(lifeMs / 2, this.#timing.refreshMs))
    } catch (thrown) {
      // A forged or malformed order does not get better; everything else may.
      const isFinal = thrown instanceof Refusal && ['signature', 'malformed'].includes(thrown.reason)
      if (!isFinal) this.#plan(kept, this.#timing.retryPutMs)
      throw thrown
    }
  }

  async #order(build: (id: number) => ClientMessage, signal: AbortSignal): Promise<void> {
    try {
      expectDone(await this.#port.request(build, signal))
    } catch (thrown) {
      if (!(thrown instanceof Refusal) || thrown.reason !== 'stale') throw thrown
      // The order before, perhaps of an earlier run of the program, was dated by a clock a little ahead of ours.
      await pause(this.#timing.stalePauseMs, signal)
      expectDone(await this.#port.request(build, signal))
    }
  }

  #plan(kept: Kept, delayMs: number): void {
    if (this.#closing.signal.aborted || this.#kept.get(kept.topic) !== kept) return
    clearTimeout(kept.timer)
    kept.timer = setTimeout(() => void this.#sendQuietly(kept), delayMs)
  }

  #forget(topic: Topic): void {
    const kept = this.#kept.get(topic)
    if (kept === undefined) return
    clearTimeout(kept.timer)
    kept.stop.abort(new AppError('coordinator.refused', { detail: 'the summary was deleted or replaced' }))
    this.#kept.delete(topic)
  }

  /** Strictly rising, though the clock may stand still or be set back: the coordinator keeps the later order. */
  #nextOrderAtMs(): number {
    this.#lastOrderAtMs = Math.max(Math.floor(this.#port.serverNow()), this.#lastOrderAtMs + 1)
    return this.#lastOrderAtMs
  }
}

function expectDone(answer: ServerMessage): void {
  if (answer.type !== 'done') {
    throw new AppError('coordinator.protocol', { detail: `“${answer.type}” in answer to an order` })
  }
}
