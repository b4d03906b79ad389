/** Folders and free space of the computer the engine runs on, for a page that cannot see its disk. Reads only. */

import type { Dirent } from 'node:fs'
import { access, constants, opendir, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import type { HostFolder, Space } from '#shared/api/host-views.ts'
import { AppError } from '#shared/errors.ts'
import { errnoOf, readError } from '../store/disk-error.ts'
import { findPlaces, type PlaceSource } from './host-places.ts'

/** Entries that are shown of one folder: what a page can still list and a person still look through. */
const MAX_ENTRIES = 5000
/** Names that are read of one folder at most, so that one with millions costs neither memory nor patience. */
const MAX_NAMES = 50_000
/** Entries that are looked at at the same time. */
const AT_ONCE = 32

type Entry = HostFolder['entries'][number]

/** Null: where people usually start. Throws AppError `source.*`, or `settings.bad-value` for a relative path. */
export async function readHostFolder(
  wanted: string | null,
  source: PlaceSource,
  signal: AbortSignal,
): Promise<HostFolder> {
  const folder = wanted === null ? source.homeDir : checkAbsolute(wanted)
  const [{ names, isCut }, places] = await Promise.all([readNames(folder, signal), findPlaces(source)])
  const collator = new Intl.Collator(undefined, { numeric: true })
  const ranked = names.sort(
    (a, b) => Number(!a.isDirectory()) - Number(!b.isDirectory()) || collator.compare(a.name, b.name),
  )
  const shown = await lookAt(folder, ranked.slice(0, MAX_ENTRIES), signal)
  const parent = path.dirname(folder)
  return {
    path: folder,
    parent: parent === folder ? null : parent,
    // Once more: what a symbolic link leads to is known only now.
    entries: shown.sort(
      (a, b) => Number(a.kind === 'file') - Number(b.kind === 'file') || collator.compare(a.name, b.name),
    ),
    isCut: isCut || ranked.length > MAX_ENTRIES,
    places,
  }
}

/** Of the disk that a folder is on or will be made on. Throws AppError `settings.bad-value` for a relative path. */
export async function readSpace(wanted: string): Promise<Space> {
  const folder = checkAbsolute(wanted)
  for (let nearest = folder; ; nearest = path.dirname(nearest)) {
    const isDirectory = await isDirectoryAt(nearest)
    if (isDirectory === undefined && path.dirname(nearest) !== nearest) continue
    return {
      freeBytes: await freeBytesAt(nearest),
      exists: nearest === folder && isDirectory === true,
      isWritable: isDirectory === true && (await canWrite(nearest)),
    }
  }
}

/** A page may send anything. */
function checkAbsolute(text: string): string {
  if (!path.isAbsolute(text) || text.includes('\0')) {
    throw new AppError('settings.bad-value', { detail: 'path: not absolute' })
  }
  return path.resolve(text)
}

async function readNames(
  folder: string,
  signal: AbortSignal,
): Promise<{ readonly names: Dirent[]; readonly isCut: boolean }> {
  const names: Dirent[] = []
  try {
    for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
      if (signal.aborted) throw new AppError('transfer.stopped')
      if (entry.name.startsWith('.')) continue
      if (names.length === MAX_NAMES) return { names, isCut: true }
      names.push(entry)
    }
  } catch (cause) {
    throw ['ENOENT', 'ENOTDIR'].includes(errnoOf(cause))
      ? new AppError('source.not-found', { detail: folder, cause })
      : readError(cause, folder)
  }
  return { names, isCut: false }
}

/** What cannot be looked at, and what is neither file nor folder, is left out. */
async function lookAt(folder: string, names: readonly Dirent[], signal: AbortSignal): Promise<Entry[]> {
  const found: Entry[] = []
  const rest = names.values()
  const work = async (): Promise<void> => {
    for (const { name } of rest) {
      if (signal.aborted) throw new AppError('transfer.stopped')
      const entry = await entryAt(name, path.join(folder, name))
      if (entry !== undefined) found.push(entry)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return found
}

async function entryAt(name: string, file: string): Promise<Entry | undefined> {
  try {
    const stats = await stat(file)
    if (!stats.isFile() && !stats.isDirectory()) return undefined
    const kind = stats.isDirectory() ? 'folder' : 'file'
    return {
      name,
      path: file,
      kind,
      sizeBytes: kind === 'file' ? stats.size : 0,
      modifiedMs: Math.floor(stats.mtimeMs),
    }
  } catch {
    return undefined
  }
}

async function isDirectoryAt(file: string): Promise<boolean | undefined> {
  try {
    return (await stat(file)).isDirectory()
  } catch (cause) {
    return ['ENOENT', 'ENOTDIR'].includes(errnoOf(cause)) ? undefined : false
  }
}

async function freeBytesAt(file: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(file)
    return bavail * bsize
  } catch {
    return null
  }
}

async function canWrite(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
