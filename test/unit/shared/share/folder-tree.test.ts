/** Folders of a share, looked at one at a time: the same as if the whole tree had been built. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FolderView } from '#shared/api/transfer-views.ts'
import { FolderTree } from '#shared/share/folder-tree.ts'
import { filesOf, sortEntries, type Manifest } from '#shared/share/manifest.ts'
import { chooseWanted } from '#shared/share/selection.ts'
import { refusalOf } from '../refusal.ts'
import { tree as anyTree } from './tree.ts'

type Child = FolderView['entries'][number]

const file = (path: string, sizeBytes: number) =>
  ({ kind: 'file', path, sizeBytes, mtimeMs: 0, isExecutable: false }) as const

function look(
  manifest: Manifest,
  path: string,
  wanted = new Uint8Array(manifest.entries.length).fill(1),
): Child[] {
  return new FolderTree(manifest).folder(path, { wanted, doneBytesOf: () => 0 }).entries
}

/** The slow way: every entry is looked at for every folder. */
function childrenOf(
  manifest: Manifest,
  path: string,
): Map<string, Pick<Child, 'kind' | 'sizeBytes' | 'fileCount'>> {
  const children = new Map<string, { kind: Child['kind']; sizeBytes: number; fileCount: number }>()
  const prefix = path === '' ? '' : `${path}/`
  for (const entry of manifest.entries) {
    if (!entry.path.startsWith(prefix)) continue
    const [name = '', ...deeper] = entry.path.slice(prefix.length).split('/')
    const kind = deeper.length > 0 ? 'folder' : entry.kind
    const sum = children.get(name) ?? { kind, sizeBytes: 0, fileCount: 0 }
    if (entry.kind === 'file') {
      sum.sizeBytes += entry.sizeBytes
      sum.fileCount++
    }
    children.set(name, sum)
  }
  return children
}

test('folders come first, then files, each with sums', () => {
  const manifest = {
    entries: sortEntries([file('t/b', 3), file('t/a-b/x', 1), file('t/a/y', 2), file('t/a/z', 4)]),
  }
  expect(
    look(manifest, 't').map(({ name, kind, sizeBytes, fileCount }) => [name, kind, sizeBytes, fileCount]),
  ).toEqual([
    ['a-b', 'folder', 1, 1],
    ['a', 'folder', 6, 2],
    ['b', 'file', 3, 1],
  ])
  expect(look(manifest, '')).toMatchObject([{ name: 't', kind: 'folder', sizeBytes: 10, fileCount: 4 }])
})

test('every folder of any tree is what a slow look gives', () => {
  fc.assert(
    fc.property(anyTree, (manifest) => {
      const folders = new Set([''])
      for (const { path } of manifest.entries) {
        for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
          folders.add(path.slice(0, end))
      }
      for (const folder of folders) {
        const children = look(manifest, folder)
        const slow = childrenOf(manifest, folder)
        expect(children.length).toBe(slow.size)
        for (const { name, kind, sizeBytes, fileCount } of children) {
          expect({ kind, sizeBytes, fileCount }).toEqual(slow.get(name))
        }
      }
    }),
  )
})

test('what is here and what is wanted is summed up', () => {
  const manifest = {
    entries: sortEntries([file('t/a/x', 10), file('t/a/y', 20), file('t/b/z', 30), file('t/c', 5)]),
  }
  const wanted = chooseWanted(manifest, { paths: ['t/a/x', 't/b'] })
  const done = [4, 0, 30, 0]
  const view = new FolderTree(manifest).folder('t', {
    wanted: wanted.entries,
    doneBytesOf: (index) => done[index] ?? 0,
  })
  expect(view.entries.map(({ name, doneBytes, wanted: isWanted }) => [name, doneBytes, isWanted])).toEqual([
    ['a', 4, 'some'],
    ['b', 30, 'all'],
    ['c', 0, 'none'],
  ])
  expect(wanted).toMatchObject({ fileCount: 2, totalBytes: 40, isPartial: true })
})

test('an empty folder is empty; a file, and what is not there, are no folders', () => {
  const manifest: Manifest = { entries: sortEntries([{ kind: 'folder', path: 't/hollow' }, file('t/a', 1)]) }
  expect(look(manifest, 't/hollow')).toEqual([])
  expect(look(manifest, 't')).toMatchObject([{ name: 'hollow', kind: 'folder' }, { name: 'a' }])
  for (const path of ['t/a', 't/b', 't/', '/', 't/hollow/x']) {
    expect(refusalOf(() => look(manifest, path))?.code).toBe('settings.bad-value')
  }
})

describe('a selection', () => {
  const manifest = { entries: sortEntries([file('t/a/x', 10), file('t/ab', 20), file('t/b', 30)]) }

  test('of a folder is everything in it and nothing that begins like it', () => {
    expect([...chooseWanted(manifest, { paths: ['t/a'] }).entries]).toEqual([1, 0, 0])
  })

  test.each([[{ paths: [''] }], [{ paths: ['t'] }], [null], [{ paths: ['t/b', 't/ab', 't/a/x'] }]])(
    '%j is everything',
    (selection) => {
      expect(chooseWanted(manifest, selection)).toMatchObject({
        isPartial: false,
        fileCount: 3,
        totalBytes: 60,
      })
    },
  )

  test.each([[[]], [['t/c']], [['t/a', 't/a/']], [['../t']], [['T']]])('%j is refused', (paths) => {
    expect(refusalOf(() => chooseWanted(manifest, { paths }))?.code).toBe('settings.bad-value')
  })
})

test('two hundred thousand files are looked at without building anything', () => {
  const entries = Array.from({ length: 200_000 }, (_, i) =>
    file(`top/${String(i % 400).padStart(3, '0')}/file ${i}`, i),
  )
  const manifest = { entries: sortEntries(entries) }
  const tree = new FolderTree(manifest)
  const { entries: wanted } = chooseWanted(manifest, null)
  const facts = { wanted, doneBytesOf: () => 1 }
  expect(tree.folder('top', facts).entries).toHaveLength(400)
  expect(tree.folder('', facts).entries).toMatchObject([
    { fileCount: 200_000, doneBytes: 200_000, wanted: 'all' },
  ])
  expect(tree.folder('top/007', facts).entries).toHaveLength(500)
  expect(filesOf(manifest)).toHaveLength(200_000)
})
