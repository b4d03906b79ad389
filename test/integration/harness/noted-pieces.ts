/** Looks into a receiver's library from outside: which pieces it has noted as verified and written. */

import { existsSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import * as v from 'valibot'
import { Library } from '#engine/library/library.ts'

const Positions = v.array(v.object({ position: v.number() }))
const Count = v.object({ count: v.number() })

/** Indexes of the pieces that are noted, whether or not the receiver runs. */
export function notedPieces(home: string): Set<number> {
  const file = path.join(home, 'library.db')
  if (!existsSync(file)) return new Set()
  using database = open(file)
  // Its owner may be just about to make the tables.
  const isMade =
    database.value.prepare("SELECT 1 FROM sqlite_master WHERE name = 'piece'").get() !== undefined
  if (!isMade) return new Set()
  const rows = v.parse(Positions, database.value.prepare('SELECT position FROM piece').all())
  return new Set(rows.map((row) => row.position))
}

/** Makes a library that counts pieces noted a second time: those were fetched a second time. */
export function watchForRepetition(home: string): void {
  new Library(home).close()
  const database = new Database(path.join(home, 'library.db'))
  database.exec(`
    CREATE TABLE repetition (position INTEGER NOT NULL);
    CREATE TRIGGER note_repetition BEFORE INSERT ON piece
    WHEN EXISTS (SELECT 1 FROM piece WHERE transfer = NEW.transfer AND position = NEW.position)
    BEGIN INSERT INTO repetition VALUES (NEW.position); END`)
  database.close()
}

export function repetitionCount(home: string): number {
  using database = open(path.join(home, 'library.db'))
  return v.parse(Count, database.value.prepare('SELECT count(*) AS count FROM repetition').get()).count
}

function open(file: string): Disposable & { readonly value: Database.Database } {
  // Read only: closing must not tidy up what a killed process left.
  const value = new Database(file, { readonly: true, fileMustExist: true, timeout: 10_000 })
  return { value, [Symbol.dispose]: () => value.close() }
}
