/** One line of a file tree. It has no listeners: the tree has them for all its rows. */

import { memo, type ReactNode } from 'react'
import {
  Check,
  ChevronRight,
  ChevronsDown,
  ChevronsUp,
  ChevronsUpDown,
  CornerDownRight,
  File,
  FileArchive,
  FileImage,
  FileMusic,
  FilePlay,
  FileText,
  Folder,
  FolderOpen,
  Minus,
  RotateCw,
  type LucideIcon,
} from 'lucide-react'
import { errorText, useFormat, useText } from '../text/text-context.tsx'
import { FileName } from './file-name.tsx'
import { fileKind, type FileKind } from './file-kind.ts'
import type { FolderEntry, StandInRow, TreeRow } from './file-tree-rows.ts'
import { ROW_HEIGHT_PX } from './file-tree-window.ts'
import type { Ticked } from './selection.ts'

const ICONS: Readonly<Record<FileKind, LucideIcon>> = {
  image: FileImage,
  audio: FileMusic,
  video: FilePlay,
  text: FileText,
  archive: FileArchive,
  other: File,
}

interface FileTreeRowProps {
  readonly id: string
  readonly index: number
  readonly row: TreeRow
  readonly isActive: boolean
  /** Undefined where nothing can be chosen. */
  readonly ticked: Ticked | undefined
  readonly hasProgress: boolean
}

export const FileTreeRow = memo(function FileTreeRow(props: FileTreeRowProps): ReactNode {
  const { id, index, row, isActive, ticked, hasProgress } = props
  const text = useText()
  const format = useFormat()
  const common = {
    id,
    role: 'treeitem',
    'data-index': index,
    'aria-level': row.level,
    className: isActive ? 'tree-row tree-row-active' : 'tree-row',
    style: {
      transform: `translateY(${index * ROW_HEIGHT_PX}px)`,
      paddingInlineStart: 6 + 18 * (row.level - 1),
    },
  }
  if (row.kind !== 'entry') {
    return (
      <div {...common}>
        <StandIn row={row} />
      </div>
    )
  }
  const { entry } = row
  const isFolder = entry.kind === 'folder'
  return (
    <div
      {...common}
      aria-posinset={row.position}
      aria-setsize={row.setSize}
      aria-expanded={isFolder ? row.isOpen : undefined}
      aria-checked={ticked === undefined ? undefined : ticked === 'some' ? 'mixed' : ticked === 'all'}
    >
      <span className="tree-turn">
        {isFolder ? (
          <ChevronRight className={row.isOpen ? 'tree-turned' : undefined} aria-hidden="true" />
        ) : null}
      </span>
      {ticked === undefined ? null : <Tick ticked={ticked} />}
      <EntryIcon entry={entry} isOpen={row.isOpen} />
      {/* In one piece, for those who hear it. */}
      <span className="hidden-visually">{entry.name}, </span>
      <span className={ticked === 'none' ? 'tree-name tree-unwanted' : 'tree-name'} aria-hidden="true">
        <FileName name={entry.name} />
      </span>
      {entry.priority === undefined ? null : <EntryPriority priority={entry.priority} />}
      {isFolder ? (
        <span className="tree-count tabular">
          {text.common.files(entry.fileCount, format.count(entry.fileCount))}
        </span>
      ) : null}
      {hasProgress ? <EntryProgress entry={entry} /> : null}
      <span className="tree-size tabular">
        {entry.kind === 'symlink' ? text.details.tree.symlink : format.bytes(entry.sizeBytes)}
      </span>
    </div>
  )
})

const PRIORITY_ICONS = { high: ChevronsUp, low: ChevronsDown, mixed: ChevronsUpDown } as const

function EntryPriority({ priority }: { readonly priority: NonNullable<FolderEntry['priority']> }): ReactNode {
  const words = useText().details.tree.priority[priority]
  const Icon = PRIORITY_ICONS[priority]
  return (
    <span className="tree-priority" title={words}>
      <Icon aria-hidden="true" />
      <span className="hidden-visually">{words}, </span>
    </span>
  )
}

function Tick({ ticked }: { readonly ticked: Ticked }): ReactNode {
  return (
    <span className="tree-tick" data-part="tick" aria-hidden="true">
      <span className={`tree-box tree-box-${ticked}`}>
        {ticked === 'all' ? <Check /> : ticked === 'some' ? <Minus /> : null}
      </span>
    </span>
  )
}

function EntryIcon({ entry, isOpen }: { readonly entry: FolderEntry; readonly isOpen: boolean }): ReactNode {
  if (entry.kind === 'folder') {
    const Icon = isOpen ? FolderOpen : Folder
    return <Icon className="tree-icon tree-icon-folder" aria-hidden="true" />
  }
  const Icon = entry.kind === 'symlink' ? CornerDownRight : ICONS[fileKind(entry.name)]
  return <Icon className="tree-icon" aria-hidden="true" />
}

function EntryProgress({ entry }: { readonly entry: FolderEntry }): ReactNode {
  const text = useText()
  const format = useFormat()
  const share = shareOf(entry)
  if (share === undefined) {
    const words = entry.wanted === 'none' ? text.details.tree.unwanted : ''
    return <span className="tree-progress tree-progress-words">{words}</span>
  }
  return (
    <span className="tree-progress">
      <span className="tree-bar" aria-hidden="true">
        <span
          className={share >= 1 ? 'tree-bar-fill tree-bar-done' : 'tree-bar-fill'}
          style={{ transform: `scaleX(${share})` }}
        />
      </span>
      {share >= 1 ? (
        <>
          <Check className="tree-done" aria-hidden="true" />
          <span className="hidden-visually">{text.details.tree.done}</span>
        </>
      ) : (
        <span className="tree-percent tabular">{format.percent(share)}</span>
      )}
    </span>
  )
}

function StandIn({ row }: { readonly row: StandInRow }): ReactNode {
  const text = useText()
  if (row.kind === 'failed') {
    return (
      <span className="tree-stand-in tree-failed" title={errorText(text, row.failure ?? 'internal')}>
        <RotateCw aria-hidden="true" />
        <span className="truncate">{text.details.tree.failed}</span>
      </span>
    )
  }
  return (
    <span className="tree-stand-in">
      {row.kind === 'loading' ? text.details.tree.loading : text.details.tree.empty}
    </span>
  )
}

/** Undefined where there is nothing to wait for. */
function shareOf(entry: FolderEntry): number | undefined {
  if (entry.sizeBytes === 0 || (entry.wanted === 'none' && entry.doneBytes === 0)) return undefined
  return Math.min(1, entry.doneBytes / entry.sizeBytes)
}
