/** Puts finished files, empty ones, folders and links where they belong. Runs in a disk worker. */

import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  futimesSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { errnoOf, writeError } from './disk-error.ts'
import type { FinishJob, PlaceJob, ReopenJob, SizesJob, SizesResult } from './disk-jobs.ts'
import { ensureFolder, ensureParent } from './safe-folders.ts'
import { numberedName } from './walk.ts'

interface Finished {
  readonly part: string
  readonly final: string
  readonly mtimeMs: number
}

/** Sets the time, closes, renames. Takes the descriptor over. */
export function settle(descriptor: number, root: string, file: Finished): void {
  try {
    setTime(descriptor, file.mtimeMs)
  } finally {
    closeSync(descriptor)
  }
  rename(root, file)
}

/** Above the rounding errors of a number of seconds, far below the millisecond that is kept. In milliseconds. */
const TIME_NUDGE_MS = 0.002

function setTime(descriptor: number, mtimeMs: number): void {
  // As text: Node takes a negative number, a time before 1970, for “now”. Nudged: rounded down by a hair, the time would
  // read as the millisecond before, and the copy would no longer be the original.
  const seconds = String((mtimeMs + TIME_NUDGE_MS) / 1000)
  futimesSync(descriptor, seconds, seconds)
}

/** Idempotent: after a crash it may have been done already. */
export function finish(job: FinishJob): null {
  const path = join(job.root, job.part)
  try {
    const part = lstatSync(path, { throwIfNoEntry: false })
    if (part === undefined) {
      const final = lstatSync(join(job.root, job.final), { throwIfNoEntry: false })
      if (final?.isFile() === true && final.size === job.sizeBytes) return null
    }
    const descriptor = openSync(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0))
    if (job.isExecutable) fchmodSync(descriptor, fstatSync(descriptor).mode | executableBits())
    settle(descriptor, job.root, job)
  } catch (cause) {
    throw writeError(cause, path)
  }
  return null
}

/** Does nothing when there is an unfinished file, or no finished one. */
export function reopen(job: ReopenJob): null {
  const path = join(job.root, job.final)
  try {
    ensureParent(job.root, job.final)
    const part = join(job.root, job.part)
    if (lstatSync(part, { throwIfNoEntry: false }) !== undefined) return null
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true) renameSync(path, part)
  } catch (cause) {
    throw writeError(cause, path)
  }
  return null
}

/** Executable for whom it is readable, as `umask` would have it. */
function executableBits(): number {
  return 0o111 & ~process.umask()
}

/**
 * Inside the folders that this download made, a rename is enough. A file that stands alone in the destination must
 * not replace one that somebody put there meanwhile.
 */
function rename(root: string, file: Finished): void {
  const from = join(root, file.part)
  const to = join(root, file.final)
  if (file.final.includes('/')) {
    renameSync(from, to)
    return
  }
  for (let count = 1; ; count++) {
    const name = count === 1 ? to : join(root, numberedName(file.final, count))
    try {
      linkSync(from, name)
      unlinkSync(from)
      return
    } catch (cause) {
      const code = errnoOf(cause)
      if (code === 'EEXIST' && count < 1000) {
        if (!isOurs(name, from)) continue
        renameSync(from, name)
        return
      }
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EISDIR', 'EINVAL'].includes(code))
        throw cause
      // A file system without hard links (FAT): look, then rename.
      if (lstatSync(name, { throwIfNoEntry: false }) !== undefined) continue
      renameSync(from, name)
      return
    }
  }
}

/** Left by a run that was killed between its rename and its note: same size, same time. */
function isOurs(path: string, part: string): boolean {
  const there = lstatSync(path, { throwIfNoEntry: false })
  const here = lstatSync(part)
  return there?.isFile() === true && there.size === here.size && there.mtimeMs === here.mtimeMs
}

export function place(job: PlaceJob): null {
  for (const folder of job.folders) ensureFolder(job.root, folder)
  for (const file of job.files) {
    const path = join(job.root, file.path)
    try {
      ensureParent(job.root, file.path)
      const there = lstatSync(path, { throwIfNoEntry: false })
      if (there !== undefined && there.isFile() && there.size === 0) continue
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)
      const descriptor = openSync(path, flags, file.isExecutable ? 0o777 : 0o666)
      setTime(descriptor, file.mtimeMs)
      closeSync(descriptor)
    } catch (cause) {
      throw writeError(cause, path)
    }
  }
  for (const link of job.links) makeLink(job.root, link.path, link.target)
  return null
}

function makeLink(root: string, path: string, target: string): void {
  const absolute = join(root, path)
  try {
    ensureParent(root, path)
    symlinkSync(target, absolute)
  } catch (cause) {
    if (errnoOf(cause) !== 'EEXIST') throw writeError(cause, absolute)
    if (lstatSync(absolute).isSymbolicLink()) return
    throw new AppError('disk.unsafe-path', { detail: absolute, cause })
  }
}

export function sizes(job: SizesJob): SizesResult {
  const size = (path: string): number => {
    try {
      const stats = lstatSync(join(job.root, path), { throwIfNoEntry: false })
      return stats?.isFile() === true ? stats.size : -1
    } catch (cause) {
      // Something else stands where a folder was: the file is not there, and the next write will say why.
      if (['ENOTDIR', 'ELOOP'].includes(errnoOf(cause))) return -1
      throw writeError(cause, path)
    }
  }
  const parts = new Float64Array(job.files.length)
  const finals = new Float64Array(job.files.length)
  job.files.forEach((file, i) => {
    finals[i] = size(file.final)
    parts[i] = size(file.part)
  })
  return { parts, finals }
}
