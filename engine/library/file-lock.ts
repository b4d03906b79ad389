/** Claims something for this process, until it lets go or ends in whatever way. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { AppError, type ErrorCode } from '#shared/errors.ts'
import { libraryError } from './database.ts'

/**
 * SQLite's own file lock does it, because the system drops it with the process however that ends. Throws AppError
 * with the code when another process holds it. @returns release
 */
export function lockFile(dataDir: string, name: string, taken: ErrorCode): () => void {
  try {
    const folder = join(dataDir, 'locks')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const lock = new Database(join(folder, `${name}.lock`), { timeout: 0 })
    try {
      lock.exec('BEGIN EXCLUSIVE')
    } catch (cause) {
      lock.close()
      throw cause
    }
    return () => lock.close()
  } catch (cause) {
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'SQLITE_BUSY'
    throw isTaken ? new AppError(taken, { cause }) : libraryError(cause)
  }
}
