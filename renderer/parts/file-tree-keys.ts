/** What a key does in a file tree, as the pattern for trees has it. Pure. */

import { findByName, folderRowOf, type TreeRow } from './file-tree-rows.ts'

export type TreeAction =
  | { readonly kind: 'go'; readonly to: number }
  | { readonly kind: 'open' | 'close' | 'tick' | 'retry' }
  | undefined

export interface TreeKeyState {
  readonly rows: readonly TreeRow[]
  readonly at: number
  /** Rows that a page of the window holds. */
  readonly pageRows: number
  readonly canTick: boolean
  /** Letters typed shortly before, this one included; empty when the key is not a letter. */
  readonly typed: string
}

export function treeAction(key: string, state: TreeKeyState): TreeAction {
  const { rows, at, pageRows, canTick, typed } = state
  const row = rows[at]
  const last = rows.length - 1
  const isFolder = row?.kind === 'entry' && row.entry.kind === 'folder'
  const isOpen = row?.kind === 'entry' && row.isOpen
  switch (key) {
    case 'ArrowDown':
      return go(at + 1, last)
    case 'ArrowUp':
      return go(at - 1, last)
    case 'PageDown':
      return go(at + pageRows, last)
    case 'PageUp':
      return go(at - pageRows, last)
    case 'Home':
      return go(0, last)
    case 'End':
      return go(last, last)
    case 'ArrowRight':
      if (!isFolder) return undefined
      return isOpen ? go(at + 1, last) : { kind: 'open' }
    case 'ArrowLeft': {
      if (isOpen) return { kind: 'close' }
      const folder = folderRowOf(rows, at)
      return folder < 0 ? undefined : go(folder, last)
    }
    case 'Enter':
      if (row?.kind === 'failed') return { kind: 'retry' }
      if (isFolder) return { kind: isOpen ? 'close' : 'open' }
      return canTick && row?.kind === 'entry' ? { kind: 'tick' } : undefined
    case ' ':
      if (row?.kind === 'failed') return { kind: 'retry' }
      if (canTick && row?.kind === 'entry') return { kind: 'tick' }
      return isFolder ? { kind: isOpen ? 'close' : 'open' } : undefined
    default: {
      if (typed === '') return undefined
      // One letter goes on to the next such name; more of them sharpen what was begun.
      const found = findByName(rows, typed.length === 1 ? at + 1 : at, typed)
      return found < 0 ? undefined : go(found, last)
    }
  }
}

function go(to: number, last: number): TreeAction {
  return { kind: 'go', to: Math.max(0, Math.min(last, to)) }
}
