/**
 * Which files a person has ticked, in the contract's own terms: paths, where a folder's path stands for everything in it.
 * A folder that is only partly wanted is written as those of its children that are, so its children must be known by then;
 * whoever could tick one of them has seen them all. Pure.
 */

import type { Selection } from '#shared/api/transfer-views.ts'

export type Ticked = 'all' | 'some' | 'none'
/** Names in a folder; undefined while it was not looked into. */
export type ChildrenOf = (folder: string) => readonly string[] | undefined

/** How a selection stands for the top folder, and so for everything. */
const EVERYTHING = ['']

export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** Directly, not deeper. */
function isIn(path: string, folder: string): boolean {
  const cut = path.lastIndexOf('/')
  return folder === '' ? cut === -1 : cut === folder.length && path.startsWith(folder)
}

/** Of selections that were made here: to put 100,000 paths into a set once more would be felt at every tick. */
const setOfMade = new WeakMap<NonNullable<Selection>, ReadonlySet<string>>()

/** Answers for single paths in no time, however many are chosen. Made once per selection. */
export class Choice {
  readonly selection: Selection
  readonly #paths: ReadonlySet<string>
  /** Folders in which something is chosen, without being chosen whole. */
  readonly #partly = new Set<string>()

  constructor(selection: Selection) {
    this.selection = selection
    const made = selection === null ? undefined : setOfMade.get(selection)
    this.#paths = made ?? new Set(selection?.paths ?? EVERYTHING)
    let last: string | undefined
    for (const path of this.#paths) {
      // Its neighbours have said it already, and there may be 100,000 of them.
      if (last !== undefined && isIn(path, last)) continue
      last = parentOf(path)
      // A folder that is known already has its own folders known too.
      for (let at = path; at !== '';) {
        at = parentOf(at)
        if (this.#partly.has(at)) break
        this.#partly.add(at)
      }
    }
  }

  /** Nothing at all: what the engine would refuse. */
  get isEmpty(): boolean {
    return this.#paths.size === 0
  }

  stateOf(path: string): Ticked {
    if (this.coverOf(path) !== undefined) return 'all'
    return this.#partly.has(path) ? 'some' : 'none'
  }

  /** The chosen path that makes this one wanted: itself or a folder above. */
  coverOf(path: string): string | undefined {
    for (let at = path; ; at = parentOf(at)) {
      if (this.#paths.has(at)) return at
      if (at === '') return undefined
    }
  }

  /** Null is everything; no paths, nothing. @param childrenOf must know all folders above the path */
  with(path: string, isWanted: boolean, childrenOf: ChildrenOf): Selection {
    const paths = this.#stateBelow(path)
    if (isWanted) add(paths, path, this, childrenOf)
    else remove(paths, path, this.coverOf(path), childrenOf)
    if (paths.has('')) return null
    const selection = { paths: [...paths] }
    setOfMade.set(selection, paths)
    return selection
  }

  /** All paths but those in this folder: what becomes of the folder stands for them from now on. */
  #stateBelow(path: string): Set<string> {
    if (path === '') return new Set()
    const paths = new Set(this.#paths)
    if (!this.#partly.has(path)) return paths
    for (const each of this.#paths) if (each.startsWith(`${path}/`)) paths.delete(each)
    return paths
  }
}

function add(paths: Set<string>, path: string, before: Choice, childrenOf: ChildrenOf): void {
  if (before.coverOf(path) !== undefined) {
    if (path === '') paths.add('')
    return
  }
  paths.add(path)
  // A folder whose last child was missing is whole again.
  for (let at = path; at !== '';) {
    at = parentOf(at)
    const children = childrenOf(at)?.map((name) => joinPath(at, name))
    if (children?.every((child) => paths.has(child)) !== true) return
    for (const child of children) paths.delete(child)
    paths.add(at)
  }
}

function remove(paths: Set<string>, path: string, cover: string | undefined, childrenOf: ChildrenOf): void {
  if (cover === undefined) return
  paths.delete(cover)
  // From the path up to what covered it: everything beside the way stays wanted.
  for (let at = path; at !== cover;) {
    const folder = parentOf(at)
    const children = childrenOf(folder)
    if (children === undefined) throw new Error('a child was unticked before its folder was looked into')
    for (const name of children) {
      const child = joinPath(folder, name)
      if (child !== at) paths.add(child)
    }
    at = folder
  }
}

export interface Sums {
  readonly sizeBytes: number
  readonly fileCount: number
  /** Nothing was chosen whose size is not known here. */
  readonly isComplete: boolean
}

/** @param sumOf size of one chosen path; undefined where it was not looked at */
export function sumSelection(
  selection: Selection,
  sumOf: (path: string) => { readonly sizeBytes: number; readonly fileCount: number } | undefined,
): Sums {
  let sizeBytes = 0
  let fileCount = 0
  let isComplete = true
  for (const path of selection?.paths ?? EVERYTHING) {
    const known = sumOf(path)
    if (known === undefined) isComplete = false
    sizeBytes += known?.sizeBytes ?? 0
    fileCount += known?.fileCount ?? 0
  }
  return { sizeBytes, fileCount, isComplete }
}
