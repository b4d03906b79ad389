/** What this device remembers of shares and transfers. All SQL of the engine is here. */

import type Database from 'better-sqlite3'
import * as v from 'valibot'
import { AppError } from '#shared/errors.ts'
import type { TransferId, TransferPriority } from '#shared/api/views.ts'
import type { Topic } from '#shared/share/keys.ts'
import type { PieceRecord } from '#shared/share/piece-record.ts'
import { libraryError, openDatabase, type Sqlite } from './database.ts'
import { lockFile } from './file-lock.ts'
import {
  notedPiece,
  PieceRow,
  ShareHead,
  ShareRow,
  TransferRow,
  type NewShare,
  type NotedPiece,
  type WrittenPart,
} from './rows.ts'

export class Library {
  readonly #database: Sqlite
  readonly #dataDir: string
  readonly #notePiece: Database.Statement

  constructor(dataDir: string) {
    this.#dataDir = dataDir
    this.#database = openDatabase(dataDir)
    this.#notePiece = this.#database.prepare(
      `INSERT OR REPLACE INTO piece (transfer, position, hash, signature, is_synced, written, written_hash)
       VALUES (?, ?, ?, ?, 0, ?, ?)`,
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

  shareHead(topic: Topic): ShareHead | undefined {
    const sql = 'SELECT topic, public_key, secret, coordinators, title FROM share WHERE topic = ?'
    return this.#one(ShareHead, sql, topic)
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
    this.#run(
      'INSERT OR IGNORE INTO transfer (topic, role, place, added_at_ms) VALUES (?, ?, ?, ?)',
      topic,
      role,
      place,
      Date.now(),
    )
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

  transferOf(id: TransferId): TransferRow | undefined {
    return this.#one(TransferRow, 'SELECT * FROM transfer WHERE id = ?', id)
  }

  /** Newest first. */
  transfers(): TransferRow[] {
    return this.#all(TransferRow, 'SELECT * FROM transfer ORDER BY added_at_ms DESC, id DESC')
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
    if (isDone) {
      const sql = 'UPDATE transfer SET is_done = 1, finished_at_ms = coalesce(finished_at_ms, ?) WHERE id = ?'
      this.#run(sql, Date.now(), id)
    } else this.#run('UPDATE transfer SET is_done = 0, finished_at_ms = NULL WHERE id = ?', id)
  }

  /** What a UI saw of it before tells other totals now. @param selection JSON; null: everything */
  setSelection(id: TransferId, selection: string | null): void {
    this.#run('UPDATE transfer SET selection = ?, last_view = NULL WHERE id = ?', selection, id)
  }

  /** @param view JSON */
  setView(id: TransferId, view: string, isToRun: boolean): void {
    this.#run('UPDATE transfer SET last_view = ?, is_to_run = ? WHERE id = ?', view, Number(isToRun), id)
  }

  setPriority(id: TransferId, priority: TransferPriority): void {
    this.#run('UPDATE transfer SET priority = ? WHERE id = ?', priority, id)
  }

  setQueued(id: TransferId, queuedAtMs: number, isForced: boolean): void {
    this.#run(
      'UPDATE transfer SET queued_at_ms = ?, is_forced = ? WHERE id = ?',
      queuedAtMs,
      Number(isForced),
      id,
    )
  }

  /** @param priorities JSON; null: all alike */
  setFilePriorities(id: TransferId, priorities: string | null): void {
    this.#run('UPDATE transfer SET file_priorities = ? WHERE id = ?', priorities, id)
  }

  setInOrder(id: TransferId, isInOrder: boolean): void {
    this.#run('UPDATE transfer SET is_in_order = ? WHERE id = ?', Number(isInOrder), id)
  }

  /** @param limit JSON; null: as the settings say */
  setSeedLimit(id: TransferId, limit: string | null): void {
    this.#run('UPDATE transfer SET seed_limit = ? WHERE id = ?', limit, id)
  }

  setSeeded(id: TransferId, sentBytes: number, timeMs: number): void {
    const sql = 'UPDATE transfer SET seeded_bytes = ?, seeded_ms = ? WHERE id = ?'
    this.#run(sql, sentBytes, Math.round(timeMs), id)
  }

  /** Its share too, when nothing else uses that. */
  forget(id: TransferId): void {
    this.#together(() => {
      const row = this.transferOf(id)
      if (row === undefined) return
      this.#run('DELETE FROM transfer WHERE id = ?', id)
      this.#run(
        'DELETE FROM share WHERE topic = ? AND NOT EXISTS (SELECT 1 FROM transfer WHERE topic = ?)',
        row.topic,
        row.topic,
      )
    })
  }

  pieces(id: TransferId): NotedPiece[] {
    return this.#all(PieceRow, 'SELECT * FROM piece WHERE transfer = ?', id).map(notedPiece)
  }

  /** One small transaction: after it, a killed process remembers the piece. @param part undefined: every byte */
  notePiece(id: TransferId, record: PieceRecord, part?: WrittenPart): void {
    try {
      const { index, hash, signature } = record
      this.#notePiece.run(id, index, hash, signature, part?.segments ?? null, part?.hash ?? null)
    } catch (cause) {
      throw libraryError(cause)
    }
  }

  forgetPieces(id: TransferId, pieces: readonly number[]): void {
    const forget = this.#database.prepare('DELETE FROM piece WHERE transfer = ? AND position = ?')
    this.#together(() => {
      for (const piece of pieces) forget.run(id, piece)
    })
  }

  markSynced(id: TransferId, pieces: readonly number[]): void {
    const mark = this.#database.prepare('UPDATE piece SET is_synced = 1 WHERE transfer = ? AND position = ?')
    this.#together(() => {
      for (const piece of pieces) mark.run(id, piece)
    })
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

  /** Claims a transfer for this process. Throws AppError `transfer.running`. @returns release */
  lock(id: TransferId): () => void {
    return lockFile(this.#dataDir, String(id), 'transfer.running')
  }

  /** Claims the data folder for one UI. Throws AppError `app.running`. @returns release */
  claim(): () => void {
    return lockFile(this.#dataDir, 'app', 'app.running')
  }

  close(): void {
    this.#database.close()
  }

  #together(work: () => void): void {
    try {
      this.#database.transaction(work)()
    } catch (cause) {
      throw libraryError(cause)
    }
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
