/** The manifest: the tree of a share's files, and the rules that every tree must keep, ours or a stranger's. Pure. */

import { compareBytes, sharedPrefix, utf8 } from '../encoding/bytes.ts'
import { AppError } from '../errors.ts'
import { MAX_SHARE_BYTES } from './piece-layout.ts'

export interface FileEntry {
  readonly kind: 'file'
  readonly path: string
  readonly sizeBytes: number
  /** Modification time, milliseconds since 1970; may be negative. */
  readonly mtimeMs: number
  readonly isExecutable: boolean
}

/** An empty folder. All others follow from the paths of what is in them. */
interface FolderEntry {
  readonly kind: 'folder'
  readonly path: string
}

/** A symbolic link to something inside the same share. */
export interface SymlinkEntry {
  readonly kind: 'symlink'
  readonly path: string
  readonly target: string
}

export type ManifestEntry = FileEntry | FolderEntry | SymlinkEntry

/** Entries in byte order of their paths, names separated by `/`. */
export interface Manifest {
  readonly entries: readonly ManifestEntry[]
}

export const MAX_ENTRIES = 200_000
/** What common file systems take for one name. */
const MAX_NAME_BYTES = 255
/** PATH_MAX of Linux, less room for the destination. */
export const MAX_PATH_BYTES = 3072
/** Deeper trees are made to exhaust stacks; real ones stay below 30. */
const MAX_DEPTH = 128
/**
 * UTF-8 bytes of all paths and link targets together: 280 for each of the most entries. Prefix compression would
 * otherwise let a manifest of 2 MiB unfold to a gigabyte of names. Small enough that what this leaves of
 * MAX_MANIFEST_BYTES holds everything else.
 */
export const MAX_ALL_PATHS_BYTES = 56 * 1024 * 1024
/** Of times, milliseconds: some 140,000 years either way. Twice this is the largest exact number, see the codec. */
export const MAX_TIME_MS = 2 ** 52 - 1

const SLASH = 0x2f

/** Why a path is refused, or undefined when it is fine. Pure syntax: `LocalNames` decides what this disk can hold. */
export function refusePath(path: string): string | undefined {
  if (path === '') return 'a name is empty'
  if (!path.isWellFormed()) return 'a name is not Unicode'
  if (isLongerThan(path, MAX_PATH_BYTES)) return 'a path is too long'
  const names = path.split('/')
  if (names.length > MAX_DEPTH) return 'folders are nested too deep'
  for (const name of names) {
    if (name === '') return 'a name is empty'
    if (name === '.' || name === '..') return 'a name is “.” or “..”'
    if (name.includes('\0')) return 'a name has a NUL in it'
    if (isLongerThan(name, MAX_NAME_BYTES)) return 'a name is longer than 255 bytes'
  }
  return undefined
}

/** Encodes only when it has to: a hostile manifest has millions of names. */
function isLongerThan(text: string, limitBytes: number): boolean {
  // A UTF-16 unit takes one to three bytes of UTF-8.
  if (text.length * 3 <= limitBytes) return false
  return text.length > limitBytes || utf8(text).length > limitBytes
}

/**
 * Why a symbolic link is refused. Only `../../name/name` forms pass, and never out of the top folder that the link
 * stands in: beside that folder lies what the receiver had before, so a link that stands at the top itself leads
 * nowhere safe. A `..` after a name would climb from wherever that name's own link leads, which no look at the text
 * can bound.
 */
export function refuseTarget(path: string, target: string): string | undefined {
  const names = target.split('/')
  let ups = 0
  while (names[ups] === '..') ups++
  const rest = names.slice(ups)
  if (ups > path.split('/').length - 2) return 'a symbolic link leads out of the share'
  if (rest.length === 0) return undefined
  return refusePath(rest.join('/'))
}

/** Throws AppError `manifest.invalid` (or `manifest.too-large`) with the first rule that is broken. */
export function checkManifest(manifest: Manifest): void {
  const invalid = (detail: string): AppError => new AppError('manifest.invalid', { detail })
  if (manifest.entries.length > MAX_ENTRIES) throw new AppError('manifest.too-large')
  if (manifest.entries.length === 0) throw invalid('it lists nothing')
  /** Lengths of the paths before this one that begin it, letter for letter, shortest first. */
  const beginnings: number[] = []
  let previous: Uint8Array | undefined
  let total = 0
  let pathBytes = 0
  for (const entry of manifest.entries) {
    const reason = refusePath(entry.path)
    if (reason !== undefined) throw invalid(reason)
    const path = utf8(entry.path)
    pathBytes += path.length
    if (previous !== undefined) {
      if (compareBytes(previous, path) >= 0) throw invalid('paths are not in order')
      // In byte order, all that stands between `a` and `a/b` begins with `a` too. So the beginnings of the previous
      // path are enough to look at, and the longest of them that is left: the shorter ones were judged with it.
      const shared = sharedPrefix(previous, path)
      while ((beginnings.at(-1) ?? 0) > shared) beginnings.pop()
      // A file, a link or an “empty” folder that has something in it would be written through or over.
      if (beginnings.at(-1) === shared && path[shared] === SLASH) {
        throw invalid('something stands inside a file or a link')
      }
    }
    beginnings.push(path.length)
    previous = path
    if (entry.kind === 'file') {
      if (!Number.isSafeInteger(entry.sizeBytes) || entry.sizeBytes < 0) throw invalid('a size is impossible')
      if (!Number.isSafeInteger(entry.mtimeMs) || Math.abs(entry.mtimeMs) > MAX_TIME_MS) {
        throw invalid('a time is impossible')
      }
      total += entry.sizeBytes
    }
    if (entry.kind === 'symlink') {
      const refused = refuseTarget(entry.path, entry.target)
      if (refused !== undefined) throw invalid(refused)
      pathBytes += utf8(entry.target).length
    }
    if (pathBytes > MAX_ALL_PATHS_BYTES)
      throw new AppError('manifest.too-large', { detail: 'its paths are too long' })
  }
  if (total > MAX_SHARE_BYTES) throw invalid('it is larger than a share can be')
}

/** Sorts entries as a manifest needs them. */
export function sortEntries(entries: readonly ManifestEntry[]): ManifestEntry[] {
  return entries
    .map((entry) => ({ entry, key: utf8(entry.path) }))
    .sort((left, right) => compareBytes(left.key, right.key))
    .map(({ entry }) => entry)
}

export function filesOf(manifest: Manifest): FileEntry[] {
  return manifest.entries.filter((entry) => entry.kind === 'file')
}

/** The first names of all paths, without repetition: what lands in the destination folder itself. */
export function topNamesOf(manifest: Manifest): string[] {
  const names = new Set<string>()
  for (const { path } of manifest.entries) names.add(path.split('/', 1)[0] ?? path)
  return [...names]
}
