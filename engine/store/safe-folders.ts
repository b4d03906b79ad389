/** Makes the folders of a download, and never goes through a symbolic link below its root. Runs in a disk worker. */

import { lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { errnoOf, writeError } from './disk-error.ts'

/** Paths that are known to be real folders; asking again for every file would double the cost of small ones. */
const KNOWN = new Set<string>()
const MAX_KNOWN = 50_000

/**
 * @param root the destination, chosen by the person and therefore trusted
 * @param path below it, separated by `/`
 */
export function ensureParent(root: string, path: string): void {
  const slash = path.lastIndexOf('/')
  if (slash > 0) ensureFolder(root, path.slice(0, slash))
}

/** Throws AppError `disk.unsafe-path` when a file or a link stands in the way. */
export function ensureFolder(root: string, path: string): void {
  const absolute = join(root, path)
  if (KNOWN.has(absolute)) return
  ensureParent(root, path)
  try {
    mkdirSync(absolute)
  } catch (cause) {
    if (errnoOf(cause) !== 'EEXIST') throw writeError(cause, absolute)
    const stats = lstatSync(absolute, { throwIfNoEntry: false })
    if (stats?.isDirectory() !== true) throw new AppError('disk.unsafe-path', { detail: absolute, cause })
  }
  if (KNOWN.size >= MAX_KNOWN) KNOWN.clear()
  KNOWN.add(absolute)
}

/** Forgets what was seen: the person may have moved things between two tries. */
export function forgetFolders(): void {
  KNOWN.clear()
}
