/** Opens the library: one SQLite file per data folder, migrated to the newest form. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { AppError } from '#shared/errors.ts'

export type Sqlite = Database.Database

/** Append only: what has run on somebody's disk is never edited. Each runs in one transaction. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE share (
     topic TEXT PRIMARY KEY,
     public_key BLOB NOT NULL,
     secret BLOB NOT NULL,
     private_key BLOB,
     coordinators TEXT NOT NULL,
     created_at_ms INTEGER NOT NULL,
     title TEXT NOT NULL DEFAULT '',
     summary BLOB,
     manifest BLOB
   ) STRICT;
   CREATE TABLE transfer (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     topic TEXT NOT NULL REFERENCES share(topic) ON DELETE CASCADE,
     role TEXT NOT NULL CHECK (role IN ('send', 'get')),
     -- send: JSON list of absolute paths; get: the destination folder
     place TEXT NOT NULL,
     -- get: JSON of the names chosen at the start, so that a resumed transfer finds its files
     names TEXT,
     is_clean INTEGER NOT NULL DEFAULT 1,
     is_done INTEGER NOT NULL DEFAULT 0,
     UNIQUE (topic, role, place)
   ) STRICT;
   CREATE TABLE piece (
     transfer INTEGER NOT NULL REFERENCES transfer(id) ON DELETE CASCADE,
     position INTEGER NOT NULL,
     hash BLOB NOT NULL,
     signature BLOB NOT NULL,
     -- 1: on the platter for sure; 0: a power cut may have taken it
     is_synced INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (transfer, position)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`,
  `ALTER TABLE transfer ADD COLUMN added_at_ms INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE transfer ADD COLUMN finished_at_ms INTEGER;
   -- get: JSON of the chosen paths; NULL: everything
   ALTER TABLE transfer ADD COLUMN selection TEXT;
   -- 1: it ran when a UI last closed
   ALTER TABLE transfer ADD COLUMN is_to_run INTEGER NOT NULL DEFAULT 0;
   -- JSON of how a UI last saw it
   ALTER TABLE transfer ADD COLUMN last_view TEXT;
   UPDATE transfer SET added_at_ms = (SELECT created_at_ms FROM share WHERE share.topic = transfer.topic);
   UPDATE transfer SET finished_at_ms = added_at_ms WHERE role = 'get' AND is_done = 1;
   -- a bit per segment that was written; NULL: all of them
   ALTER TABLE piece ADD COLUMN written BLOB;
   -- SHA-256 of those segments
   ALTER TABLE piece ADD COLUMN written_hash BLOB;`,
  `ALTER TABLE transfer ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal';
   -- get: when it was last told to run, its place in the queue
   ALTER TABLE transfer ADD COLUMN queued_at_ms INTEGER NOT NULL DEFAULT 0;
   -- 1: it runs whatever the queue says
   ALTER TABLE transfer ADD COLUMN is_forced INTEGER NOT NULL DEFAULT 0;
   -- get: JSON of until when it is passed on; NULL: as the settings say
   ALTER TABLE transfer ADD COLUMN seed_limit TEXT;
   -- get: sent to others over all runs, and for how long it was passed on since it was complete
   ALTER TABLE transfer ADD COLUMN seeded_bytes INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE transfer ADD COLUMN seeded_ms INTEGER NOT NULL DEFAULT 0;
   UPDATE transfer SET queued_at_ms = added_at_ms;`,
  `-- get: JSON of [path, priority] of files and folders; NULL: all alike
   ALTER TABLE transfer ADD COLUMN file_priorities TEXT;
   -- get: 1: from the beginning on
   ALTER TABLE transfer ADD COLUMN is_in_order INTEGER NOT NULL DEFAULT 0;`,
]

/** How long a statement waits for another Beeline that writes, milliseconds. */
const BUSY_LIMIT_MS = 5000

/** Throws AppError `library.*` or `disk.*`. The caller closes it. */
export function openDatabase(dataDir: string): Sqlite {
  try {
    // It holds the secrets of shares: nobody else's business.
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const database = new Database(join(dataDir, 'library.db'), { timeout: BUSY_LIMIT_MS })
    try {
      database.pragma('journal_mode = WAL')
      // In WAL mode NORMAL survives a killed process entirely, and a power cut without damage.
      database.pragma('synchronous = NORMAL')
      database.pragma('foreign_keys = ON')
      migrate(database)
    } catch (error) {
      database.close()
      throw error
    }
    return database
  } catch (cause) {
    throw libraryError(cause)
  }
}

export function libraryError(cause: unknown): AppError {
  if (cause instanceof AppError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const detail = cause instanceof Error ? cause.message : String(cause)
  if (code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED') return new AppError('library.busy', { cause })
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') return new AppError('disk.full', { detail, cause })
  if (code === 'SQLITE_READONLY' || code === 'EROFS') return new AppError('disk.read-only', { detail, cause })
  if (['EACCES', 'EPERM', 'SQLITE_CANTOPEN'].includes(code)) {
    return new AppError('disk.no-permission', { detail, cause })
  }
  return new AppError('library.damaged', { detail, cause })
}

function migrate(database: Sqlite): void {
  const version = Number(database.pragma('user_version', { simple: true }))
  if (version > MIGRATIONS.length) {
    throw new AppError('library.damaged', { detail: `made by a newer Beeline (form ${version})` })
  }
  database
    .transaction(() => {
      // Read again under the write lock: two processes may start at once.
      const current = Number(database.pragma('user_version', { simple: true }))
      for (const migration of MIGRATIONS.slice(current)) database.exec(migration)
      database.pragma(`user_version = ${MIGRATIONS.length}`)
    })
    .immediate()
}
