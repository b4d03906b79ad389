/** Where one transfer stands in the queue of downloads. */

import type { TransferId, TransferView } from '#shared/api/views.ts'
import { toAppError } from '#shared/errors.ts'
import type { Engine, EngineOptions, TransferRecord } from '../engine.ts'
import type { QueuedDownload } from './download-queue.ts'

/** A download that has had nobody to fetch from for so long does not keep others waiting. Milliseconds. */
const IDLE_MS = 30_000

export interface QueuePlaceOptions {
  readonly engine: Pick<Engine, 'setQueued'>
  readonly log: NonNullable<EngineOptions['log']>
}

export class QueuePlace {
  readonly #id: TransferId
  readonly #options: QueuePlaceOptions
  #queuedAtMs: number
  #isForced: boolean
  /** Its turn has come. */
  #isAdmitted = false
  /** From 1; null while it need not wait. */
  #position: number | null = null
  #idleSinceMs: number | undefined

  constructor(
    { id, queuedAtMs, isForced }: Pick<TransferRecord, 'id' | 'queuedAtMs' | 'isForced'>,
    options: QueuePlaceOptions,
  ) {
    this.#id = id
    this.#options = options
    this.#queuedAtMs = queuedAtMs
    this.#isForced = isForced
  }

  get position(): number | null {
    return this.#position
  }

  get isHeld(): boolean {
    return this.#position !== null
  }

  /** At the end of its priority; or, forced, past all. Noted, so that the order is the same after the next start. */
  enter(isForced: boolean): void {
    this.leave()
    this.#queuedAtMs = Date.now()
    this.#isForced = isForced
    try {
      this.#options.engine.setQueued(this.#id, this.#queuedAtMs, isForced)
    } catch (thrown) {
      // A full disk: the order after the next start may be another one, and nothing else.
      this.#options.log('queue.not-noted', { code: toAppError(thrown).code })
    }
  }

  leave(): void {
    this.#isAdmitted = false
    this.#position = null
    this.#idleSinceMs = undefined
  }

  /** @param position from 1; null: it may run. False when that is so already. */
  assign(position: number | null): boolean {
    this.#isAdmitted = position === null
    if (position === this.#position) return false
    this.#position = position
    return true
  }

  /** As the scheduler sees it. */
  look(view: TransferView, nowMs: number): QueuedDownload {
    const isWithoutSource = view.state === 'looking' || view.state === 'stalled'
    this.#idleSinceMs = isWithoutSource ? (this.#idleSinceMs ?? nowMs) : undefined
    return {
      id: view.id,
      priority: view.priority,
      queuedAtMs: this.#queuedAtMs,
      isForced: this.#isForced,
      isRunning: this.#isAdmitted,
      isIdle: this.#idleSinceMs !== undefined && nowMs - this.#idleSinceMs >= IDLE_MS,
    }
  }
}
