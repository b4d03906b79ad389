/** A summary store in one SQLite file. */

import Database from 'better-sqlite3'
import { equalBytes } from '#shared/encoding/bytes.ts'
import type { Topic } from '#shared/share/keys.ts'
import type { DeleteOutcome, PutOutcome, StoredSummary, SummaryStore } from './summary-store.ts'

/** Append only. Each runs once, in a transaction; `user_version` is how many have run. */
const MIGRATIONS = [
  // `box` is null for a deleted summary: the order stays until the summary would have expired.
  `CREATE TABLE summary (
     topic TEXT PRIMARY KEY,
     box BLOB,
     at_ms INTEGER NOT NULL,
     expires_at_ms INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX summary_expiry ON summary (expires_at_ms);`,
]

interface Row {
  readonly box: Uint8Array | null
  readonly at_ms: number
}

/** Wait for another process that writes, milliseconds: a purge of a large file may take a second. */
const BUSY_TIMEOUT_MS = 5000

export class SqliteSummaryStore implements SummaryStore {
  readonly #database: Database.Database
  readonly #put: (summary: StoredSummary, nowMs: number, maxCount: number) => PutOutcome
  readonly #delete: (topic: Topic, atMs: number, nowMs: number) => DeleteOutcome
  readonly #row: Database.Statement<[string, number], Row>
  readonly #purge: Database.Statement<[number]>
  readonly #count: Database.Statement<[number], { count: number }>

  /** Opens the file or makes it. Throws what SQLite throws when that cannot be. */
  constructor(path: string) {
    const database = new Database(path, { timeout: BUSY_TIMEOUT_MS })
    this.#database = database
    try {
      database.pragma('journal_mode = WAL')
      // A summary lost in a power cut is put again by its owner at the next reconnect.
      database.pragma('synchronous = NORMAL')
      // What expired or was deleted is overwritten, not only unlinked.
      database.pragma('secure_delete = ON')
      migrate(database)
    } catch (thrown) {
      database.close()
      throw thrown
    }
    this.#row = database.prepare('SELECT box, at_ms FROM summary WHERE topic = ? AND expires_at_ms > ?')
    this.#purge = database.prepare('DELETE FROM summary WHERE expires_at_ms <= ?')
    this.#count = database.prepare(
      'SELECT count(*) AS count FROM summary WHERE box IS NOT NULL AND expires_at_ms > ?',
    )
    const orders = this.#prepareOrders()
    this.#put = orders.put
    this.#delete = orders.delete
  }

  put(summary: StoredSummary, nowMs: number, maxCount: number): Promise<PutOutcome> {
    return attempt(() => this.#put(summary, nowMs, maxCount))
  }

  get(topic: Topic, nowMs: number): Promise<Uint8Array | undefined> {
    return attempt(() => {
      const box = this.#row.get(topic, nowMs)?.box
      return box === undefined || box === null ? undefined : new Uint8Array(box)
    })
  }

  delete(topic: Topic, atMs: number, nowMs: number): Promise<DeleteOutcome> {
    return attempt(() => this.#delete(topic, atMs, nowMs))
  }

  purge(nowMs: number): Promise<number> {
    return attempt(() => this.#purge.run(nowMs).changes)
  }

  count(nowMs: number): Promise<number> {
    return attempt(() => this.#count.get(nowMs)?.count ?? 0)
  }

  close(): Promise<void> {
    return attempt(() => {
      this.#database.close()
    })
  }

  #prepareOrders(): {
    put: (summary: StoredSummary, nowMs: number, maxCount: number) => PutOutcome
    delete: (topic: Topic, atMs: number, nowMs: number) => DeleteOutcome
  } {
    const database = this.#database
    const total = database.prepare<[string], { count: number }>(
      'SELECT count(*) AS count FROM summary WHERE topic <> ?',
    )
    const write = database.prepare<[string, Uint8Array, number, number]>(
      'INSERT OR REPLACE INTO summary (topic, box, at_ms, expires_at_ms) VALUES (?, ?, ?, ?)',
    )
    const erase = database.prepare<[number, string]>(
      'UPDATE summary SET box = NULL, at_ms = ? WHERE topic = ?',
    )
    const put = database.transaction(
      (summary: StoredSummary, nowMs: number, maxCount: number): PutOutcome => {
        const { topic, box, atMs, expiresAtMs } = summary
        const row = this.#row.get(topic, nowMs)
        if (row === undefined && (total.get(topic)?.count ?? 0) >= maxCount) return 'full'
        if (row !== undefined && atMs <= row.at_ms) {
          return row.box !== null && atMs === row.at_ms && equalBytes(box, row.box) ? 'stored' : 'stale'
        }
        write.run(topic, box, atMs, expiresAtMs)
        return 'stored'
      },
    )
    const remove = database.transaction((topic: Topic, atMs: number, nowMs: number): DeleteOutcome => {
      const row = this.#row.get(topic, nowMs)
      if (row === undefined) return 'deleted'
      if (atMs < row.at_ms || (atMs === row.at_ms && row.box !== null)) return 'stale'
      erase.run(atMs, topic)
      return 'deleted'
    })
    // IMMEDIATE: of two processes the second waits, instead of failing when it turns from reading to writing.
    return {
      put: (summary, nowMs, maxCount) => put.immediate(summary, nowMs, maxCount),
      delete: (topic, atMs, nowMs) => remove.immediate(topic, atMs, nowMs),
    }
  }
}

function migrate(database: Database.Database): void {
  const run = database.transaction(() => {
    const done = Number(database.pragma('user_version', { simple: true }))
    if (done > MIGRATIONS.length) throw new Error('the summary file was written by a newer version')
    for (const migration of MIGRATIONS.slice(done)) database.exec(migration)
    database.pragma(`user_version = ${MIGRATIONS.length}`)
  })
  run.immediate()
}

/** The interface is asynchronous, SQLite is not: what it throws becomes a rejection. */
function attempt<T>(act: () => T): Promise<T> {
  try {
    return Promise.resolve(act())
  } catch (thrown) {
    return Promise.reject(thrown instanceof Error ? thrown : new Error('SQLite failed', { cause: thrown }))
  }
}
