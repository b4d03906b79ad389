/** Ticking files in a tree, against a model that knows only single files. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Choice, joinPath, parentOf, sumSelection, type Ticked } from '#renderer/parts/selection.ts'
import type { Selection } from '#shared/api/transfer-views.ts'

interface Node {
  readonly [name: string]: Node | null
}

const TREE: Node = {
  photos: { 'a.jpg': null, 'b.jpg': null, raw: { 'a.nef': null, 'b.nef': null } },
  'read.me': null,
}

/** All paths, each folder before what is in it. */
function pathsOf(node: Node, folder = ''): { path: string; isFolder: boolean }[] {
  return Object.entries(node).flatMap(([name, inner]) => {
    const path = joinPath(folder, name)
    return [{ path, isFolder: inner !== null }, ...(inner === null ? [] : pathsOf(inner, path))]
  })
}

function childrenIn(tree: Node): (folder: string) => string[] {
  return (folder) => {
    let at: Node | null = tree
    for (const name of folder === '' ? [] : folder.split('/')) at = at?.[name] ?? null
    return Object.keys(at ?? {})
  }
}

function tick(selection: Selection, path: string, isWanted: boolean): Selection {
  return new Choice(selection).with(path, isWanted, childrenIn(TREE))
}

describe('ticking', () => {
  test('a child of a wanted folder leaves its neighbours wanted', () => {
    const paths = tick(null, 'photos/raw/b.nef', false)?.paths ?? []
    expect(paths.toSorted()).toEqual(['photos/a.jpg', 'photos/b.jpg', 'photos/raw/a.nef', 'read.me'])
  })

  test('the last missing child makes the folder whole, and everything null', () => {
    const without = tick(null, 'photos/raw', false)
    const half = tick(without, 'photos/raw/a.nef', true)
    expect(new Choice(half).stateOf('photos/raw')).toBe('some')
    expect(tick(half, 'photos/raw/b.nef', true)).toBeNull()
  })

  test('a folder takes everything in it along, both ways', () => {
    const one = tick({ paths: [] }, 'photos/raw/a.nef', true)
    expect(tick(one, 'photos', true)).toEqual({ paths: ['photos'] })
    expect(tick(tick(one, 'photos', true), 'photos', false)).toEqual({ paths: [] })
  })

  test('a name that begins like a folder is not in it', () => {
    const choice = new Choice({ paths: ['photos/a.jpg', 'photos2'] })
    expect(new Choice({ paths: ['photos2'] }).stateOf('photos')).toBe('none')
    expect(choice.with('photos', false, childrenIn(TREE))).toEqual({ paths: ['photos2'] })
  })

  test('unticking below a folder that nobody looked into is a bug, not a silent loss', () => {
    expect(() => new Choice(null).with('photos/raw', false, () => undefined)).toThrow('looked into')
  })
})

const leafOrFolder = fc.letrec<{ node: Node | null; folder: Node }>((tie) => ({
  node: fc.oneof({ maxDepth: 3, withCrossShrink: true }, fc.constant(null), tie('folder')),
  folder: fc.dictionary(fc.constantFrom('a', 'b', 'ab', 'c.d', 'é'), tie('node'), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
}))

test('any clicks on any tree tick what single files would tell', () => {
  const clicks = fc.array(fc.record({ at: fc.nat(), isWanted: fc.boolean() }), { maxLength: 25 })
  fc.assert(
    fc.property(leafOrFolder.folder, clicks, fc.boolean(), (tree, steps, startsFull) => {
      const all = pathsOf(tree)
      fc.pre(all.length > 0)
      // An empty folder is a thing to want, as a file is.
      const isLeaf = ({ path, isFolder }: (typeof all)[number]): boolean =>
        !isFolder || !all.some((other) => other.path.startsWith(`${path}/`))
      const leaves = all.filter(isLeaf).map(({ path }) => path)
      const below = (path: string): string[] =>
        leaves.filter((leaf) => leaf === path || leaf.startsWith(`${path}/`) || path === '')
      let wanted = new Set(startsFull ? leaves : [])
      let selection: Selection = startsFull ? null : { paths: [] }
      for (const { at, isWanted } of steps) {
        const path = ['', ...all.map((one) => one.path)][at % (all.length + 1)] ?? ''
        selection = new Choice(selection).with(path, isWanted, childrenIn(tree))
        wanted = isWanted ? wanted.union(new Set(below(path))) : wanted.difference(new Set(below(path)))
        const choice = new Choice(selection)
        for (const one of ['', ...all.map((each) => each.path)]) {
          const under = below(one)
          const count = under.filter((leaf) => wanted.has(leaf)).length
          const expected: Ticked = count === 0 ? 'none' : count === under.length ? 'all' : 'some'
          expect([one, choice.stateOf(one)]).toEqual([one, expected])
        }
        expect(choice.isEmpty).toBe(wanted.size === 0)
        expect(selection === null).toBe(wanted.size === leaves.length)
        // No path twice, and none in a folder that is wanted whole.
        for (const chosen of selection?.paths ?? [])
          expect(chosen === '' ? undefined : choice.coverOf(parentOf(chosen))).toBeUndefined()
      }
    }),
    { numRuns: 500 },
  )
})

test('sums count what is known and say when something is not', () => {
  const sizes: Readonly<Record<string, { sizeBytes: number; fileCount: number }>> = {
    '': { sizeBytes: 100, fileCount: 9 },
    a: { sizeBytes: 30, fileCount: 4 },
  }
  const sumOf = (path: string) => sizes[path]
  expect(sumSelection(null, sumOf)).toEqual({ sizeBytes: 100, fileCount: 9, isComplete: true })
  expect(sumSelection({ paths: ['a', 'b'] }, sumOf)).toEqual({
    sizeBytes: 30,
    fileCount: 4,
    isComplete: false,
  })
  expect(sumSelection({ paths: [] }, sumOf)).toEqual({ sizeBytes: 0, fileCount: 0, isComplete: true })
})

test('a hundred thousand files are unticked one by one from a whole folder', () => {
  const names = Array.from({ length: 100_000 }, (_, i) => `${i}.bin`)
  const childrenOf = (folder: string) => (folder === '' ? ['big'] : names)
  let selection: Selection = null
  for (const name of ['7.bin', '99999.bin'])
    selection = new Choice(selection).with(`big/${name}`, false, childrenOf)
  expect(selection?.paths).toHaveLength(99_998)
  const choice = new Choice(selection)
  expect([choice.stateOf('big'), choice.stateOf('big/7.bin'), choice.stateOf('big/8.bin')]).toEqual([
    'some',
    'none',
    'all',
  ])
})
