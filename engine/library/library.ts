/** What this device remembers of shares and transfers. All SQL of the engine is here. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import * as v from 'valibot'
import { AppError } from '#shared/errors.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import { Topic } from '#shared/share/keys.ts'
import type { PieceRecord } from '#shared/share/piece-record.ts'
import { TransferId } from '#shared/api/views.ts'
import { libraryError, openDatabase, type Sqlite } from './database.ts'

const Blob = v.pipe(
  v.instance(Uint8Array),
  v.transform((bytes) => new Uint8Array(bytes)),
)
const Coordinators = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.object({ host: v.string(), isTls: v.boolean() })),
  v.transform((list): readonly [CoordinatorAddress, ...CoordinatorAddress[]] => {
    const [first, ...others] = list
    if (first === undefined) throw new AppError('library.damaged')
    return [first, ...others]
  }),
)
const ShareRow = v.object({
  topic: Topic,
  public_key: Blob,
  secret: Blob,
  private_key: v.nullable(Blob),
  coordinators: Coordinators,
  created_at_ms: v.number(),
  title: v.string(),
  summary: v.nullable(Blob),
  manifest: v.nullable(Blob),
})
export type ShareRow = v.InferOutput<typeof ShareRow>

const TransferRow = v.object({
  id: TransferId,
  topic: Topic,
  role: v.picklist(['send', 'get']),
  place: v.string(),
  names: v.nullable(v.string()),
  is_clean: v.number(),
  is_done: v.number(),
})
export type TransferRow = v.InferOutput<typeof TransferRow>

const PieceRow = v.object({ position: v.number(), hash: Blob, signature: Blob, is_synced: v.number() })

export interface NotedPiece extends PieceRecord {
  readonly isSynced: boolean
}

export interface NewShare {
  readonly topic: Topic
  readonly publicKey: Uint8Array
  readonly secret: Uint8Array
  readonly privateKey: Uint8Array | null
  readonly coordinators: readonly CoordinatorAddress[]
  readonly createdAtMs: number
}

export class Library {
  readonly #database: Sqlite
  readonly #dataDir: string
  readonly #notePiece: Database.Statement

  constructor(dataDir: string) {
    this.#dataDir = dataDir
    this.#database = openDatabase(dataDir)
    this.#notePiece = this.#database.prepare(
      'INSERT OR REPLACE INTO piece (transfer, position, hash, signature, is_synced) VALUES (?, ?, ?, ?, 0)',
    )
  }

  addShare(share: NewShare): void {
    this.#run(
      `INSERT INTO share (topic, public_key, secret, private_key, coordinators, created_at_ms)
       VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (topic) DO UPDATE SET coordinators = excluded.coordinators`,
      share.topic,
      share.publicKey,
      share.secret,
      share.privateKey,
      JSON.stringify(share.coordinators),
      share.createdAtMs,
    )
  }

  share(topic: Topic): ShareRow | undefined {
    return this.#one(ShareRow, 'SELECT * FROM share WHERE topic = ?', topic)
  }

  setDescription(topic: Topic, title: string, summary: Uint8Array, manifest: Uint8Array | null): void {
    this.#run(
      'UPDATE share SET title = ?, summary = ?, manifest = coalesce(?, manifest) WHERE topic = ?',
      title,
      summary,
      manifest,
      topic,
    )
  }

  /** Until the files are walked there is nothing more to say of a share. */
  setTitle(topic: Topic, title: string): void {
    this.#run('UPDATE share SET title = ? WHERE topic = ?', title, topic)
  }

  /** The transfer of a share to or from one place, made when it is new. */
  transfer(topic: Topic, role: 'send' | 'get', place: string): TransferRow {
    this.#run('INSERT OR IGNORE INTO transfer (topic, role, place) VALUES (?, ?, ?)', topic, role, place)
    const row = this.#one(
      TransferRow,
      'SELECT * FROM transfer WHERE topic = ? AND role = ? AND place = ?',
      topic,
      role,
      place,
    )
    if (row === undefined) throw new AppError('library.damaged')
    return row
  }

  /** Own shares, newest first. */
  sends(): { readonly share: ShareRow; readonly transfer: TransferRow }[] {
    const rows = this.#all(
      TransferRow,
      `SELECT transfer.* FROM transfer JOIN share USING (topic)
       WHERE role = 'send' ORDER BY share.created_at_ms DESC`,
    )
    return rows.flatMap((transfer) => {
      const share = this.share(transfer.topic)
      return share === undefined ? [] : [{ share, transfer }]
    })
  }

  setNames(id: TransferId, names: string): void {
    this.#run('UPDATE transfer SET names = ? WHERE id = ?', names, id)
  }

  /** Not clean while it runs: what is not synced is doubtful after a crash. */
  setClean(id: TransferId, isClean: boolean): void {
    this.#run('UPDATE transfer SET is_clean = ? WHERE id = ?', Number(isClean), id)
  }

  setDone(id: TransferId, isDone: boolean): void {
    this.#run('UPDATE transfer SET is_done = ? WHERE id = ?', Number(isDone), id)
  }

  pieces(id: TransferId): NotedPiece[] {
    return this.#all(
      PieceRow,
      'SELECT position, hash, signature, is_synced FROM piece WHERE transfer = ?',
      id,
    ).map((row) => ({
      index: row.position,
      hash: row.hash,
      signature: row.signature,
      isSynced: row.is_synced === 1,
    }))
  }

  /** One small transaction: after it, a killed process remembers the piece. */
  notePiece(id: TransferId, record: PieceRecord): void {
    try {
      this.#notePiece.run(id, record.index, record.hash, record.signature)
    } catch (cause) {
      throw libraryError(cause)
    }
  }

  forgetPieces(id: TransferId, pieces: readonly number[]): void {
    const forget = this.#database.prepare('DELETE FROM piece WHERE transfer = ? AND position = ?')
    this.#database.transaction(() => {
      for (const piece of pieces) forget.run(id, piece)
    })()
  }

  markSynced(id: TransferId, pieces: readonly number[]): void {
    const mark = this.#database.prepare('UPDATE piece SET is_synced = 1 WHERE transfer = ? AND position = ?')
    this.#database.transaction(() => {
      for (const piece of pieces) mark.run(id, piece)
    })()
  }

  setting(name: string): string | undefined {
    const row = this.#one(v.object({ value: v.string() }), 'SELECT value FROM setting WHERE name = ?', name)
    return row?.value
  }

  setSetting(name: string, value: string): void {
    this.#run(
      'INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      value,
    )
  }

  /**
   * Claims a transfer for this process. SQLite's own file lock does it, because the system drops it with the process
   * however that ends. Throws AppError `transfer.running`. @returns release
   */
  lock(id: TransferId): () => void {
    const folder = join(this.#dataDir, 'locks')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const lock = new Database(join(folder, `${id}.lock`), { timeout: 0 })
    try {
      lock.exec('BEGIN EXCLUSIVE')
    } catch (cause) {
      lock.close()
      const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'SQLITE_BUSY'
      throw isTaken ? new AppError('transfer.running', { cause }) : libraryError(cause)
    }
    return () => lock.close()
  }

  close(): void {
    this.#database.close()
  }

  #run(sql: string, ...values: readonly (string | number | Uint8Array | null)[]): void {
    try {
      this.#database.prepare(sql).run(...values)
    } catch (cause) {
      throw libraryError(cause)
    }
  }

  #all<Schema extends v.GenericSchema>(
    schema: Schema,
    sql: string,
    ...values: readonly (string | number)[]
  ): v.InferOutput<Schema>[] {
    try {
      return this.#database
        .prepare(sql)
        .all(...values)
        .map((row) => v.parse(schema, row))
    } catch (cause) {
      throw libraryError(cause)
    }
  }

  #one<Schema extends v.GenericSchema>(
    schema: Schema,
    sql: string,
    ...values: readonly (string | number)[]
  ): v.InferOutput<Schema> | undefined {
    return this.#all(schema, sql, ...values)[0]
  }
}
