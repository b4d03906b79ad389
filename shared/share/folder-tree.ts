/**
 * The folders of a manifest, looked at one at a time. Nothing is built but sums over the entries: in byte order all that
 * stands in one folder stands together, so a folder is a range, and what is in it a difference of two sums. Pure.
 */

import type { FolderView } from '../api/transfer-views.ts'
import { AppError } from '../errors.ts'
import type { FilePriority } from '../swarm/urgency.ts'
import type { Manifest } from './manifest.ts'

type FolderEntryView = FolderView['entries'][number]

export interface FolderFacts {
  /** By manifest entry: 1 where it is wanted. */
  readonly wanted: Uint8Array
  /** Bytes that are here of a file, by its index among the files. */
  readonly doneBytesOf: (file: number) => number
  /** The same for all where left out. */
  readonly priorityOf?: (file: number) => FilePriority
}

export class FolderTree {
  readonly #manifest: Manifest
  /** Of the entries before each: bytes and number of files. */
  readonly #bytesBefore: Float64Array
  readonly #filesBefore: Uint32Array

  constructor(manifest: Manifest) {
    this.#manifest = manifest
    const { entries } = manifest
    this.#bytesBefore = new Float64Array(entries.length + 1)
    this.#filesBefore = new Uint32Array(entries.length + 1)
    let bytes = 0
    let files = 0
    entries.forEach((entry, i) => {
      if (entry.kind === 'file') {
        bytes += entry.sizeBytes
        files++
      }
      this.#bytesBefore[i + 1] = bytes
      this.#filesBefore[i + 1] = files
    })
  }

  /** Throws AppError `settings.bad-value` when no such folder is in the share. '' is the top. */
  folder(path: string, facts: FolderFacts): FolderView {
    const { entries } = this.#manifest
    const prefix = path === '' ? '' : `${path}/`
    const start = path === '' ? 0 : this.#firstFrom(prefix)
    const end = this.#endOf(prefix, start)
    const isEmptyFolder = (): boolean => {
      const own = entries[this.#firstFrom(path)]
      return own?.kind === 'folder' && own.path === path
    }
    if (start === end && path !== '' && !isEmptyFolder()) {
      throw new AppError('settings.bad-value', { detail: 'not a folder of this share' })
    }
    const folders: FolderEntryView[] = []
    const others: FolderEntryView[] = []
    for (let i = start; i < end;) {
      const entry = entries[i]
      if (entry === undefined) break
      const slash = entry.path.indexOf('/', prefix.length)
      const isInner = slash >= 0
      const next = isInner ? this.#endOf(entry.path.slice(0, slash + 1), i) : i + 1
      const name = isInner ? entry.path.slice(prefix.length, slash) : entry.path.slice(prefix.length)
      const kind = isInner ? 'folder' : entry.kind
      const into = kind === 'folder' ? folders : others
      into.push({ name, kind, ...this.#sumsOf(i, next, facts) })
      i = next
    }
    return { path, entries: [...folders, ...others] }
  }

  #sumsOf(start: number, end: number, facts: FolderFacts): Omit<FolderEntryView, 'name' | 'kind'> {
    const firstFile = this.#filesBefore[start] ?? 0
    const endFile = this.#filesBefore[end] ?? 0
    let doneBytes = 0
    const first = facts.priorityOf?.(firstFile) ?? 'normal'
    let priority: FilePriority | 'mixed' = firstFile === endFile ? 'normal' : first
    for (let file = firstFile; file < endFile; file++) {
      doneBytes += facts.doneBytesOf(file)
      if (facts.priorityOf !== undefined && facts.priorityOf(file) !== priority) priority = 'mixed'
    }
    let wantedCount = 0
    for (let i = start; i < end; i++) wantedCount += facts.wanted[i] ?? 0
    return {
      sizeBytes: (this.#bytesBefore[end] ?? 0) - (this.#bytesBefore[start] ?? 0),
      fileCount: endFile - firstFile,
      doneBytes,
      ...(priority === 'normal' ? {} : { priority }),
      wanted: wantedCount === 0 ? 'none' : wantedCount === end - start ? 'all' : 'some',
    }
  }

  /** The first entry whose path is not before this one in byte order. */
  #firstFrom(path: string): number {
    const { entries } = this.#manifest
    let low = 0
    let high = entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(entries[middle]?.path ?? '', path)) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Behind the last entry from `start` on that begins so. */
  #endOf(prefix: string, start: number): number {
    const { entries } = this.#manifest
    let low = start
    let high = entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (entries[middle]?.path.startsWith(prefix) === true) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** In the byte order of UTF-8, which is that of code points and not that of UTF-16. */
function isBefore(left: string, right: string): boolean {
  const length = Math.min(left.length, right.length)
  for (let i = 0; i < length; i++) {
    const a = left.charCodeAt(i)
    const b = right.charCodeAt(i)
    if (a === b) continue
    const isPairA = a >= 0xd800 && a <= 0xdfff
    const isPairB = b >= 0xd800 && b <= 0xdfff
    // Half of a pair stands for a code point above all that are written without one.
    return isPairA === isPairB ? a < b : isPairB
  }
  return left.length < right.length
}
