/** A summary store that ends with its process: for tests and for a coordinator that shall leave nothing behind. */

import { equalBytes } from '#shared/encoding/bytes.ts'
import type { Topic } from '#shared/share/keys.ts'
import type { DeleteOutcome, PutOutcome, StoredSummary, SummaryStore } from './summary-store.ts'

interface Row {
  /** Undefined: deleted. */
  readonly box: Uint8Array | undefined
  readonly atMs: number
  readonly expiresAtMs: number
}

export class MemorySummaryStore implements SummaryStore {
  readonly #rows = new Map<Topic, Row>()

  put(summary: StoredSummary, nowMs: number, maxCount: number): Promise<PutOutcome> {
    const row = this.#row(summary.topic, nowMs)
    const others = this.#rows.size - (this.#rows.has(summary.topic) ? 1 : 0)
    if (row === undefined && others >= maxCount) return Promise.resolve('full')
    if (row !== undefined && summary.atMs <= row.atMs) {
      const isRepeated =
        row.box !== undefined && summary.atMs === row.atMs && equalBytes(summary.box, row.box)
      return Promise.resolve(isRepeated ? 'stored' : 'stale')
    }
    const { atMs, expiresAtMs } = summary
    this.#rows.set(summary.topic, { box: summary.box.slice(), atMs, expiresAtMs })
    return Promise.resolve('stored')
  }

  get(topic: Topic, nowMs: number): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#row(topic, nowMs)?.box?.slice())
  }

  delete(topic: Topic, atMs: number, nowMs: number): Promise<DeleteOutcome> {
    const row = this.#row(topic, nowMs)
    if (row === undefined) return Promise.resolve('deleted')
    if (atMs < row.atMs || (atMs === row.atMs && row.box !== undefined)) return Promise.resolve('stale')
    this.#rows.set(topic, { box: undefined, atMs, expiresAtMs: row.expiresAtMs })
    return Promise.resolve('deleted')
  }

  purge(nowMs: number): Promise<number> {
    let purged = 0
    for (const [topic, row] of this.#rows) {
      if (row.expiresAtMs > nowMs) continue
      this.#rows.delete(topic)
      purged++
    }
    return Promise.resolve(purged)
  }

  count(nowMs: number): Promise<number> {
    const live = [...this.#rows.values()].filter((row) => row.box !== undefined && row.expiresAtMs > nowMs)
    return Promise.resolve(live.length)
  }

  close(): Promise<void> {
    this.#rows.clear()
    return Promise.resolve()
  }

  #row(topic: Topic, nowMs: number): Row | undefined {
    const row = this.#rows.get(topic)
    return row === undefined || row.expiresAtMs <= nowMs ? undefined : row
  }
}
