/** The rows of a file tree, of which only those in sight become elements. Pure. */

import type { FolderView } from '#shared/api/transfer-views.ts'
import { joinPath } from './selection.ts'

export type FolderEntry = FolderView['entries'][number]

/** What is known of one folder. Entries stay while they are asked for again. */
export interface KnownFolder {
  readonly entries: readonly FolderEntry[] | undefined
  /** Why they could not be had, as a code. */
  readonly failure: string | undefined
}
export type KnownFolders = ReadonlyMap<string, KnownFolder>

interface EntryRow {
  readonly kind: 'entry'
  readonly path: string
  readonly entry: FolderEntry
  /** From 1 on. */
  readonly level: number
  /** Among its neighbours, from 1 on. */
  readonly position: number
  readonly setSize: number
  readonly isOpen: boolean
}
/** Stands in an open folder that has no entries to show. */
export interface StandInRow {
  readonly kind: 'loading' | 'failed' | 'empty'
  /** The folder's, with a slash behind it, as no entry has. */
  readonly path: string
  readonly folder: string
  readonly level: number
  readonly failure: string | undefined
}
export type TreeRow = EntryRow | StandInRow

export function visibleRows(folders: KnownFolders, open: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = []
  const addFolder = (folder: string, level: number): void => {
    const known = folders.get(folder)
    const entries = known?.entries
    if (entries === undefined || entries.length === 0) {
      const kind = entries !== undefined ? 'empty' : known?.failure === undefined ? 'loading' : 'failed'
      rows.push({ kind, path: `${folder}/`, folder, level, failure: known?.failure })
      return
    }
    entries.forEach((entry, i) => {
      const path = joinPath(folder, entry.name)
      const isOpen = entry.kind === 'folder' && open.has(path)
      const row = { path, entry, level, position: i + 1, setSize: entries.length, isOpen }
      rows.push({ kind: 'entry', ...row })
      if (isOpen) addFolder(path, level + 1)
    })
  }
  addFolder('', 1)
  return rows
}

/** Open folders that are in sight: those whose own folders are open too. */
export function shownFolders(rows: readonly TreeRow[]): string[] {
  const folders = ['']
  for (const row of rows) if (row.kind === 'entry' && row.isOpen) folders.push(row.path)
  return folders
}

/** The next row after `from` whose name begins so, once around; -1 when there is none. */
export function findByName(rows: readonly TreeRow[], from: number, typed: string): number {
  const wanted = typed.toLocaleLowerCase()
  for (let step = 0; step < rows.length; step++) {
    const at = (from + step) % rows.length
    const row = rows[at]
    if (row?.kind !== 'entry') continue
    if (
      row.entry.name
        .slice(0, wanted.length + 8)
        .toLocaleLowerCase()
        .startsWith(wanted)
    )
      return at
  }
  return -1
}

/** The row of the folder in which this one stands; -1 at the top. */
export function folderRowOf(rows: readonly TreeRow[], index: number): number {
  const level = rows[index]?.level ?? 1
  for (let at = index - 1; at >= 0; at--) if ((rows[at]?.level ?? level) < level) return at
  return -1
}
