/** What the file manager is to show of a transfer. */

import { access } from 'node:fs/promises'
import path from 'node:path'
import type { FolderView } from '#shared/api/transfer-views.ts'
import type { TransferView } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'

/**
 * The one file or folder that came, if there is one and it stands under its own name; else where all of it stands. Of
 * an own share the first source. Throws AppError `source.not-found`.
 */
export async function shownPath(
  view: TransferView,
  readTop: () => FolderView,
  sourcePaths: readonly string[],
): Promise<string> {
  for (const file of candidates(view, readTop, sourcePaths)) if (await isThere(file)) return file
  throw new AppError('source.not-found')
}

function* candidates(
  view: TransferView,
  readTop: () => FolderView,
  sourcePaths: readonly string[],
): Generator<string> {
  yield* sourcePaths
  const { destination } = view
  if (view.role === 'send' || destination === null) return
  const [only, ...others] = topOf(readTop)
  // Names of a manifest have no separators; looked at once more, because it is the file manager that is told.
  const file = path.join(destination, only ?? '')
  if (only !== undefined && others.length === 0 && path.dirname(file) === path.normalize(destination))
    yield file
  yield destination
}

/** Nothing before the list of files is known. */
function topOf(readTop: () => FolderView): string[] {
  try {
    return readTop().entries.map((entry) => entry.name)
  } catch {
    return []
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch {
    return false
  }
}
