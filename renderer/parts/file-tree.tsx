/** A share's files as a tree: folders are asked for when they are opened, and only visible rows exist. */

import {
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
} from 'react'
import type { FolderView, Selection } from '#shared/api/transfer-views.ts'
import { useText } from '../text/text-context.tsx'
import { useFolders } from './file-tree-folders.ts'
import { treeAction } from './file-tree-keys.ts'
import { FileTreeRow } from './file-tree-row.tsx'
import type { FolderEntry, KnownFolders, TreeRow } from './file-tree-rows.ts'
import { ROW_HEIGHT_PX, useRowWindow } from './file-tree-window.ts'
import { Choice, joinPath, sumSelection, type Sums } from './selection.ts'
import './file-tree.css'

/** Letters typed within this time belong together, milliseconds. */
const TYPING_MS = 700

interface FileTreeProps {
  readonly label: string
  /** Asked for each folder that is opened; '' is the top. */
  readonly load: (path: string) => Promise<FolderView>
  /** Changes when what is loaded is out of date: open folders are asked for again, and stay open. */
  readonly version: number
  /** Undefined: nothing can be chosen, and progress is shown. Null: everything is wanted. */
  readonly selection?: Selection | undefined
  /** No paths: nothing is wanted, which the engine refuses. The sums are of what is ticked now. */
  readonly onSelect?: (selection: Selection, sums: Sums) => void
  /** Progress beside the ticks. */
  readonly hasProgress?: boolean
  /** Where the keyboard is, or what was clicked; also when it is told anew. */
  readonly onActive?: (entry: ActiveEntry) => void
}

export interface ActiveEntry {
  readonly path: string
  readonly entry: FolderEntry
}

/** Fills a column of limited height. For other files it needs another `key`. */
export function FileTree(props: FileTreeProps): ReactNode {
  const { label, load, version, selection, onSelect } = props
  const text = useText()
  const id = useId()
  const { folders, rows, setOpen, ask } = useFolders(load, version)
  const { ref, seen, pageRows, onScroll, reveal } = useRowWindow(rows.length)
  const [activePath, setActivePath] = useState<string | undefined>()
  const typing = useRef({ letters: '', atMs: 0 })
  const choice = useMemo(() => (selection === undefined ? undefined : new Choice(selection)), [selection])
  const hasProgress = props.hasProgress ?? selection === undefined
  const active = useMemo(
    () => Math.max(0, activePath === undefined ? 0 : rows.findIndex(({ path }) => path === activePath)),
    [rows, activePath],
  )

  const { onActive } = props
  const activeRow = rows[active]
  const activeEntry = activeRow?.kind === 'entry' ? activeRow : undefined
  useEffect(() => {
    if (activeEntry !== undefined) onActive?.({ path: activeEntry.path, entry: activeEntry.entry })
  }, [activeEntry, onActive])

  const go = (index: number): void => {
    setActivePath(rows[index]?.path)
    reveal(index)
  }
  const tick = (row: TreeRow | undefined): void => {
    if (row?.kind !== 'entry' || choice === undefined || onSelect === undefined) return
    const isWanted = choice.stateOf(row.path) !== 'all'
    const names = (folder: string): string[] | undefined =>
      folders.get(folder)?.entries?.map(({ name }) => name)
    const next = choice.with(row.path, isWanted, names)
    onSelect(next, sumKnown(next, folders))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const isLetter = event.key.length === 1 && event.key !== ' '
    const atMs = performance.now()
    const before = atMs - typing.current.atMs < TYPING_MS ? typing.current.letters : ''
    if (isLetter) typing.current = { letters: before + event.key, atMs }
    const typed = isLetter ? typing.current.letters : ''
    const canTick = choice !== undefined
    const action = treeAction(event.key, { rows, at: active, pageRows, canTick, typed })
    if (action === undefined) return
    event.preventDefault()
    const row = rows[active]
    if (row === undefined) return
    switch (action.kind) {
      case 'go':
        return go(action.to)
      case 'open':
      case 'close':
        setActivePath(row.path)
        return setOpen(row.path, action.kind === 'open')
      case 'tick':
        setActivePath(row.path)
        return tick(row)
      case 'retry':
        if (row.kind !== 'entry') ask(row.folder)
    }
  }
  /** One listener for all rows: they come and go while one scrolls. */
  const onClick = (event: MouseEvent): void => {
    const target = event.target instanceof Element ? event.target : null
    const row = rows[Number(target?.closest<HTMLElement>('[data-index]')?.dataset['index'] ?? -1)]
    if (row === undefined) return
    setActivePath(row.path)
    const isOnBox = target?.closest('[data-part="tick"]') !== null
    if (row.kind === 'failed') ask(row.folder)
    else if (row.kind !== 'entry') return
    else if (!isOnBox && row.entry.kind === 'folder') setOpen(row.path, !row.isOpen)
    else tick(row)
  }

  const shown = Array.from({ length: seen.end - seen.first }, (_, i) => seen.first + i)
  // What the keyboard is at must exist, wherever one has scrolled to.
  if (active < seen.first) shown.unshift(active)
  else if (active >= seen.end && active < rows.length) shown.push(active)
  return (
    <div className="tree">
      <div
        ref={ref}
        className="tree-scroll scroll"
        role="tree"
        tabIndex={0}
        aria-label={label}
        aria-multiselectable={choice === undefined ? undefined : true}
        aria-activedescendant={rows.length === 0 ? undefined : `${id}-${active}`}
        aria-busy={folders.size === 0}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <div className="tree-space" role="none" style={{ height: rows.length * ROW_HEIGHT_PX }}>
          {shown.map((index) => {
            const row = rows[index]
            if (row === undefined) return null
            return (
              <FileTreeRow
                key={row.path}
                id={`${id}-${index}`}
                index={index}
                row={row}
                isActive={index === active}
                ticked={row.kind === 'entry' ? choice?.stateOf(row.path) : undefined}
                hasProgress={hasProgress}
              />
            )
          })}
        </div>
      </div>
      <output className="hidden-visually">{folders.size === 0 ? text.details.tree.loading : ''}</output>
    </div>
  )
}

/** What is ticked weighs as much as the folders that were looked into say. */
function sumKnown(selection: Selection, folders: KnownFolders): Sums {
  const sizes = knownSizes.get(folders) ?? sizesOf(folders)
  knownSizes.set(folders, sizes)
  return sumSelection(selection, (path) => sizes.get(path))
}

type Sizes = ReadonlyMap<string, Pick<FolderEntry, 'sizeBytes' | 'fileCount'>>

/** As long as nothing new is known: in a folder of 100,000 files the next tick is not to wait for it. */
const knownSizes = new WeakMap<KnownFolders, Sizes>()

function sizesOf(folders: KnownFolders): Sizes {
  const known = new Map<string, Pick<FolderEntry, 'sizeBytes' | 'fileCount'>>()
  let sizeBytes = 0
  let fileCount = 0
  for (const [folder, { entries }] of folders) {
    for (const entry of entries ?? []) {
      known.set(joinPath(folder, entry.name), entry)
      if (folder !== '') continue
      sizeBytes += entry.sizeBytes
      fileCount += entry.fileCount
    }
  }
  return known.set('', { sizeBytes, fileCount })
}
