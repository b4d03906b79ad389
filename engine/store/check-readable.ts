/** A wrong path is told before there is a link. */

import { stat } from 'node:fs/promises'
import { AppError } from '#shared/errors.ts'
import { readError } from './disk-error.ts'

/** Rejects with AppError `source.*`. */
export async function checkReadable(path: string): Promise<void> {
  try {
    await stat(path)
  } catch (cause) {
    const error = readError(cause, path)
    throw error.code === 'source.changed' ? new AppError('source.not-found', { detail: path, cause }) : error
  }
}
