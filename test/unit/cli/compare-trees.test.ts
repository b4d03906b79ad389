import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compareTrees } from '#cli/demo/compare-trees.ts'

let folder: string
let left: string
let right: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'beeline-compare-'))
  left = path.join(folder, 'left')
  right = path.join(folder, 'right')
  mkdirSync(path.join(left, 'a/empty'), { recursive: true })
  writeFileSync(path.join(left, 'a/one'), 'x'.repeat(3_000_000))
  writeFileSync(path.join(left, 'two'), '2')
  symlinkSync('a/one', path.join(left, 'link'))
  cpSync(left, right, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

async function differences(): Promise<readonly string[]> {
  return (await compareTrees(left, right, new AbortController().signal)).differences
}

test.each<[string, () => void, string]>([
  ['a missing file', () => rmSync(path.join(right, 'two')), 'two: missing'],
  [
    'a missing empty folder',
    () => rmSync(path.join(right, 'a/empty'), { recursive: true }),
    'a/empty: missing',
  ],
  ['a file too many', () => writeFileSync(path.join(right, 'new'), ''), 'new: only in the copy'],
  ['another time', () => utimesSync(path.join(right, 'two'), 1, 1), 'two: another modification time'],
  ['an executable bit', () => chmodSync(path.join(right, 'two'), 0o755), 'two: another executable bit'],
  [
    'a link that leads elsewhere',
    () => {
      rmSync(path.join(right, 'link'))
      symlinkSync('two', path.join(right, 'link'))
    },
    'link: leads elsewhere',
  ],
  [
    'a folder for a file',
    () => {
      rmSync(path.join(right, 'two'))
      mkdirSync(path.join(right, 'two'))
    },
    'two: is a folder instead of a file',
  ],
  [
    'one other byte near the end',
    () => {
      writeFileSync(path.join(right, 'a/one'), `${'x'.repeat(2_999_998)}yx`)
      for (const side of [left, right]) utimesSync(path.join(side, 'a/one'), 1, 1)
    },
    'a/one: other bytes',
  ],
])('finds %s', async (_what, spoil, difference) => {
  spoil()
  expect(await differences()).toEqual([difference])
})

test('finds nothing where nothing is', async () => {
  expect(await compareTrees(left, right, new AbortController().signal)).toEqual({
    fileCount: 2,
    symlinkCount: 1,
    totalBytes: 3_000_001,
    differences: [],
  })
})

test('compares single files too', async () => {
  expect(
    (await compareTrees(path.join(left, 'two'), path.join(right, 'two'), new AbortController().signal))
      .fileCount,
  ).toBe(1)
})
