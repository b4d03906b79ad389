/** The rows of a file tree and what its keys do. */

import { describe, expect, test } from 'vitest'
import { treeAction, type TreeKeyState } from '#renderer/parts/file-tree-keys.ts'
import {
  findByName,
  shownFolders,
  visibleRows,
  type FolderEntry,
  type KnownFolder,
} from '#renderer/parts/file-tree-rows.ts'
import { fileKind } from '#renderer/parts/file-kind.ts'

function entry(name: string, kind: FolderEntry['kind'] = 'file'): FolderEntry {
  return { name, kind, sizeBytes: 1, fileCount: 1, doneBytes: 0, wanted: 'all' }
}
function known(...entries: FolderEntry[]): KnownFolder {
  return { entries, failure: undefined }
}

const FOLDERS = new Map<string, KnownFolder>([
  ['', known(entry('docs', 'folder'), entry('media', 'folder'), entry('a.txt'))],
  ['docs', known(entry('deep', 'folder'), entry('Äpfel.pdf'))],
  ['docs/deep', known()],
])
const rowsOf = (...open: string[]) => visibleRows(FOLDERS, new Set(open))

describe('rows', () => {
  test('closed folders hide what is in them', () => {
    expect(rowsOf().map(({ path }) => path)).toEqual(['docs', 'media', 'a.txt'])
  })

  test('open ones show it, with level and place among the neighbours', () => {
    const rows = rowsOf('docs')
    expect(rows.map(({ path, level }) => [path, level])).toEqual([
      ['docs', 1],
      ['docs/deep', 2],
      ['docs/Äpfel.pdf', 2],
      ['media', 1],
      ['a.txt', 1],
    ])
    expect(rows[2]).toMatchObject({ position: 2, setSize: 2 })
  })

  test('an open folder that is on its way, empty or failed says so in a row of its own', () => {
    expect(rowsOf('media')[2]).toMatchObject({ kind: 'loading', folder: 'media', path: 'media/' })
    expect(rowsOf('docs', 'docs/deep')[2]).toMatchObject({ kind: 'empty', folder: 'docs/deep', level: 3 })
    const failed = new Map(FOLDERS).set('media', { entries: undefined, failure: 'api.closed' })
    expect(visibleRows(failed, new Set(['media']))[2]).toMatchObject({
      kind: 'failed',
      failure: 'api.closed',
    })
  })

  test('what was known stays in sight when asking again fails', () => {
    const stale = new Map(FOLDERS).set('docs', { ...known(entry('old')), failure: 'api.closed' })
    expect(visibleRows(stale, new Set(['docs']))[1]).toMatchObject({ kind: 'entry', path: 'docs/old' })
  })

  test('only folders in sight are asked for again', () => {
    expect(shownFolders(rowsOf('docs/deep'))).toEqual([''])
    expect(shownFolders(rowsOf('docs', 'docs/deep'))).toEqual(['', 'docs', 'docs/deep'])
  })
})

describe('keys', () => {
  const rows = rowsOf('docs')
  const press = (key: string, at: number, more: Partial<TreeKeyState> = {}) =>
    treeAction(key, { rows, at, pageRows: 2, canTick: false, typed: '', ...more })

  test.each([
    ['ArrowDown', 0, 1],
    ['ArrowDown', 4, 4],
    ['ArrowUp', 0, 0],
    ['PageDown', 1, 3],
    ['PageUp', 1, 0],
    ['Home', 3, 0],
    ['End', 1, 4],
    // Into an open folder, and out to the folder again.
    ['ArrowRight', 0, 1],
    ['ArrowLeft', 2, 0],
  ])('%s at row %i goes to row %i', (key, at, to) => {
    expect(press(key, at)).toEqual({ kind: 'go', to })
  })

  test('right opens a folder and left closes it', () => {
    expect(press('ArrowRight', 3)).toEqual({ kind: 'open' })
    expect(press('ArrowLeft', 0)).toEqual({ kind: 'close' })
    expect(press('ArrowRight', 4)).toBeUndefined()
    expect(press('ArrowLeft', 4)).toBeUndefined()
  })

  test('space ticks where something can be ticked, and opens folders elsewhere', () => {
    expect(press(' ', 0, { canTick: true })).toEqual({ kind: 'tick' })
    expect(press(' ', 3)).toEqual({ kind: 'open' })
    expect(press(' ', 4)).toBeUndefined()
  })

  test('typing goes to the next name that begins so, around the end', () => {
    expect(press('d', 0, { typed: 'd' })).toEqual({ kind: 'go', to: 1 })
    expect(press('e', 1, { typed: 'de' })).toEqual({ kind: 'go', to: 1 })
    expect(press('ä', 3, { typed: 'ä' })).toEqual({ kind: 'go', to: 2 })
    expect(press('x', 3, { typed: 'x' })).toBeUndefined()
    expect(findByName([], 0, 'a')).toBe(-1)
  })
})

test('a picture is told by its extension in any case', () => {
  expect([fileKind('A.JPG'), fileKind('b.tar.gz'), fileKind('jpg'), fileKind('x')]).toEqual([
    'image',
    'archive',
    'other',
    'other',
  ])
})
