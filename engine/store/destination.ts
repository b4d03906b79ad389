/** Looks at the folder that a person chose for a download, before anything of the download is written. */

import { lstat, mkdir, open, realpath, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { randomBytes, toHex } from '#shared/encoding/bytes.ts'
import { AppError } from '#shared/errors.ts'
import { topNamesOf, type Manifest } from '#shared/share/manifest.ts'
import { errnoOf, writeError } from './disk-error.ts'
import { PART, windowsName, type NameRules } from './local-names.ts'
import { numberedName } from './walk.ts'

/** Makes the folder when it is missing. @returns its real path, so that one folder has one name in the library */
export async function prepareDestination(path: string): Promise<string> {
  try {
    await makeFolder(path)
    const real = await realpath(path)
    if (!(await lstat(real)).isDirectory()) throw new AppError('disk.unsafe-path', { detail: path })
    return real
  } catch (cause) {
    throw writeError(cause, path)
  }
}

/**
 * The place that an earlier run chose. Not made anew: where a disk is not plugged in, that would fill another one.
 * Rejects with AppError `disk.gone`.
 */
export async function rememberedDestination(path: string): Promise<string> {
  try {
    const real = await realpath(path)
    // Something else stands there now, so this is not the folder that was meant.
    if (real !== path) throw new AppError('disk.gone', { detail: path })
    return real
  } catch (cause) {
    throw writeError(cause, path)
  }
}

/** Not by `recursive`, which says ENOENT of a disk that is read-only. */
async function makeFolder(path: string): Promise<void> {
  try {
    await stat(path)
  } catch (cause) {
    if (errnoOf(cause) !== 'ENOENT' || dirname(path) === path) throw cause
    await makeFolder(dirname(path))
    await makeOne(path)
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (cause) {
    // Another program made it meanwhile; or it is a link to nothing, which is looked at next.
    if (errnoOf(cause) !== 'EEXIST') throw cause
  }
}

/** Bytes that this user may still write there. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Finds out what the file system does with names, by trying, and chooses top names that are free. */
export async function chooseNames(destination: string, manifest: Manifest): Promise<NameRules> {
  const foldsCase = await doesFoldCase(destination)
  const isWindows = process.platform === 'win32'
  const top: Record<string, string> = Object.create(null) as Record<string, string>
  const taken = new Set<string>()
  const fold = (name: string): string => (foldsCase ? name.normalize('NFC').toLowerCase() : name)
  for (const name of topNamesOf(manifest)) {
    const wanted = isWindows ? windowsName(name) : name
    let free = wanted
    for (let count = 2; taken.has(fold(free)) || (await isTaken(join(destination, free))); count++) {
      free = numberedName(wanted, count)
    }
    taken.add(fold(free))
    if (free !== name) top[name] = free
  }
  const rules: NameRules = { foldsCase, isWindows, top }
  return rules
}

/** Also by an unfinished file of somebody else's, which would be written into. */
async function isTaken(path: string): Promise<boolean> {
  return (await exists(path)) || (await exists(path + PART))
}

async function doesFoldCase(folder: string): Promise<boolean> {
  const name = `.beeline-${toHex(randomBytes(6))}`
  const probe = join(folder, `${name}-a`)
  try {
    await using file = await open(probe, 'wx')
    void file
    return await exists(join(folder, `${name}-A`))
  } catch (cause) {
    throw writeError(cause, folder)
  } finally {
    await rm(probe, { force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return false
    if (errnoOf(cause) === 'ENAMETOOLONG') return false // the write will say so with the right advice
    throw writeError(cause, path)
  }
}
