/** Lists what is to be sent: names, sizes and times, no content. Runs in a disk worker. */

import { lstatSync, readdirSync, readlinkSync, statSync, type Stats } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { AppError } from '#shared/errors.ts'
import {
  MAX_ENTRIES,
  MAX_TIME_MS,
  refusePath,
  refuseTarget,
  sortEntries,
  type Manifest,
  type ManifestEntry,
} from '#shared/share/manifest.ts'
import { encodeManifest } from '#shared/share/manifest-codec.ts'
import { readError } from './disk-error.ts'
import type { FileStamp, LeftOutReason, WalkedFile, WalkResult } from './disk-jobs.ts'

/** Left-out files that are named one by one; the rest only counts. */
const MAX_LEFT_OUT = 1000

export function stampOf(stats: Stats): FileStamp {
  return { sizeBytes: stats.size, mtimeMs: stats.mtimeMs, inode: stats.ino }
}

export function isSameStamp(left: FileStamp, right: FileStamp): boolean {
  return left.sizeBytes === right.sizeBytes && left.mtimeMs === right.mtimeMs && left.inode === right.inode
}

/** Throws AppError `source.*`, `share.empty` or `manifest.too-large`. */
export function walk(paths: readonly string[]): WalkResult {
  const walker = new Walker()
  for (const path of paths) walker.addTop(path)
  if (walker.entries.length === 0) throw new AppError('share.empty')
  const manifest: Manifest = { entries: sortEntries(walker.entries) }
  return { manifest, manifestBytes: encodeManifest(manifest), files: walker.files, leftOut: walker.leftOut }
}

class Walker {
  readonly entries: ManifestEntry[] = []
  readonly files = new Map<string, WalkedFile>()
  readonly leftOut: { path: string; reason: LeftOutReason }[] = []
  readonly #topNames = new Set<string>()

  /** What the person named is followed if it is a link: they meant what it points to. */
  addTop(path: string): void {
    const absolute = resolve(path)
    const name = this.#freeName(basename(absolute) || 'root')
    let stats: Stats
    try {
      stats = statSync(absolute)
    } catch (cause) {
      const error = readError(cause, absolute)
      throw error.code === 'source.changed'
        ? new AppError('source.not-found', { detail: absolute, cause })
        : error
    }
    if (stats.isDirectory()) this.#folder(absolute, name, { path: absolute, name }, true)
    else if (stats.isFile()) this.#file(absolute, name, stats)
    else throw new AppError('source.unreadable', { detail: `${absolute} is neither a file nor a folder` })
  }

  #folder(absolute: string, name: string, top: { path: string; name: string }, isTop = false): void {
    let children
    try {
      children = readdirSync(absolute, { withFileTypes: true })
    } catch (cause) {
      if (isTop) throw readError(cause, absolute)
      this.#leaveOut(name, 'unreadable')
      return
    }
    let kept = 0
    for (const child of children) {
      const childPath = join(absolute, child.name)
      const childName = `${name}/${child.name}`
      // U+FFFD stands for bytes that are no UTF-8; such a name could not be opened by its text.
      if (refusePath(childName) !== undefined || (child.name.includes('\uFFFD') && !exists(childPath))) {
        this.#leaveOut(childName.toWellFormed(), 'bad-name')
      } else if (child.isDirectory()) {
        this.#folder(childPath, childName, top)
        kept++
      } else if (child.isSymbolicLink()) kept += this.#symlink(childPath, childName, top)
      else if (child.isFile()) kept += this.#plainFile(childPath, childName)
      else this.#leaveOut(childName, 'special-file')
    }
    if (kept === 0) this.#add({ kind: 'folder', path: name })
  }

  #plainFile(absolute: string, name: string): number {
    try {
      this.#file(absolute, name, lstatSync(absolute))
      return 1
    } catch (cause) {
      if (cause instanceof AppError) throw cause
      this.#leaveOut(name, 'unreadable') // gone since its folder was listed
      return 0
    }
  }

  #file(absolute: string, name: string, stats: Stats): void {
    const isExecutable = (stats.mode & 0o100) !== 0 && process.platform !== 'win32'
    const mtimeMs = Math.max(-MAX_TIME_MS, Math.min(MAX_TIME_MS, Math.floor(stats.mtimeMs)))
    this.#add({ kind: 'file', path: name, sizeBytes: stats.size, mtimeMs, isExecutable })
    this.files.set(name, { path: absolute, stamp: stampOf(stats) })
  }

  /** A link inside what is sent stays a link; one that leads out of it is left out, not followed behind one's back. */
  #symlink(absolute: string, name: string, top: { path: string; name: string }): number {
    let target: string
    try {
      target = readlinkSync(absolute)
    } catch {
      this.#leaveOut(name, 'unreadable')
      return 0
    }
    const inside = relative(top.path, resolve(dirname(absolute), target))
    const isInside = inside !== '..' && !inside.startsWith(`..${sep}`) && resolve(inside) !== inside
    const portable =
      relative(dirname(absolute), resolve(dirname(absolute), target))
        .split(sep)
        .join('/') || '.'
    const clean = portable === '.' ? undefined : portable
    if (!isInside || clean === undefined || refuseTarget(name, clean) !== undefined) {
      this.#leaveOut(name, 'outside-link')
      return 0
    }
    this.#add({ kind: 'symlink', path: name, target: clean })
    return 1
  }

  #add(entry: ManifestEntry): void {
    if (this.entries.length >= MAX_ENTRIES) throw new AppError('manifest.too-large')
    this.entries.push(entry)
  }

  #leaveOut(path: string, reason: LeftOutReason): void {
    if (this.leftOut.length < MAX_LEFT_OUT) this.leftOut.push({ path, reason })
  }

  /** Two files of the same name from different folders may be sent together. */
  #freeName(name: string): string {
    let free = name
    for (let count = 2; this.#topNames.has(free); count++) free = numberedName(name, count)
    this.#topNames.add(free)
    return free
  }
}

/** `photo.jpg` → `photo (2).jpg` */
export function numberedName(name: string, count: number): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? `${name.slice(0, dot)} (${count})${name.slice(dot)}` : `${name} (${count})`
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
