/** Deletes what a download that is given up left unfinished, and nothing else. Runs in a disk worker. */

import { lstatSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { errnoOf, writeError } from './disk-error.ts'
import type { RemoveJob } from './disk-jobs.ts'

/** What has gone already is passed over; so is whatever is reached through a link, because it lies elsewhere. */
export function removeParts(job: RemoveJob): null {
  const realFolders = new Map<string, boolean>()
  for (const part of job.parts) {
    const path = join(job.root, part)
    try {
      if (!isInside(job.root, part, realFolders)) continue
      if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) unlinkSync(path)
    } catch (cause) {
      if (!['ENOENT', 'ENOTDIR'].includes(errnoOf(cause))) throw writeError(cause, path)
    }
  }
  return null
}

/** Whether every folder between the root and the file is a real one. */
function isInside(root: string, path: string, realFolders: Map<string, boolean>): boolean {
  const slash = path.lastIndexOf('/')
  if (slash < 0) return true
  const folder = path.slice(0, slash)
  let isReal = realFolders.get(folder)
  if (isReal === undefined) {
    isReal =
      isInside(root, folder, realFolders) &&
      lstatSync(join(root, folder), { throwIfNoEntry: false })?.isDirectory() === true
    realFolders.set(folder, isReal)
  }
  return isReal
}
