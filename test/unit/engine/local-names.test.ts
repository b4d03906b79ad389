/** Where a stranger's paths land on this disk, by the rules of its file system. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { localNames, windowsName, type NameRules } from '#engine/store/local-names.ts'
import { utf8 } from '#shared/encoding/bytes.ts'
import { refusePath, sortEntries, type Manifest } from '#shared/share/manifest.ts'

const PLAIN: NameRules = { foldsCase: false, isWindows: false, top: {} }
const MAC: NameRules = { foldsCase: true, isWindows: false, top: {} }
const WINDOWS: NameRules = { foldsCase: true, isWindows: true, top: {} }

function manifestOf(...paths: readonly string[]): Manifest {
  const files = paths.map((path) => ({
    kind: 'file' as const,
    path,
    sizeBytes: 1,
    mtimeMs: 0,
    isExecutable: false,
  }))
  return { entries: sortEntries(files) }
}

/** Manifest path → where it lands. */
function landing(rules: NameRules, ...paths: readonly string[]): Record<string, string> {
  const manifest = manifestOf(...paths)
  const names = localNames(manifest, rules)
  return Object.fromEntries(manifest.entries.map((entry, i) => [entry.path, names.paths[i] ?? '']))
}

test('a system that can hold every name gets them unchanged', () => {
  const paths = ['a/CON', 'a/b:c', 'a/back\\slash', 'A/x', 'a/x', 'e\u0301', '\u00e9']
  expect(landing(PLAIN, ...paths)).toEqual(Object.fromEntries(paths.map((path) => [path, path])))
  expect(localNames(manifestOf(...paths), PLAIN).renamedCount).toBe(0)
})

test.each([
  ['a<b>c:d"e|f?g*h\\i', 'a_b_c_d_e_f_g_h_i'],
  ['new\nline\0', 'new_line_'],
  ['ends with a dot.', 'ends with a dot_'],
  ['ends with spaces  ', 'ends with spaces__'],
  ['...', '___'],
  ['CON', '_CON'],
  ['con.txt', '_con.txt'],
  ['aux.tar.gz', '_aux.tar.gz'],
  ['COM1', '_COM1'],
  ['com¹.log', '_com¹.log'],
  ['LPT9.', 'LPT9_'],
  ['conin$', '_conin$'],
  ['console', 'console'],
  ['COM10', 'COM10'],
  ['.hidden', '.hidden'],
])('Windows gets %j as %j', (name, expected) => {
  expect(windowsName(name)).toBe(expected)
})

test('names that a system takes for the same are told apart', () => {
  expect(landing(MAC, 'a/X', 'a/x')).toEqual({ 'a/X': 'a/X', 'a/x': 'a/x (2)' })
  expect(landing(MAC, 'e\u0301', '\u00e9')).toEqual({ 'e\u0301': 'e\u0301', '\u00e9': '\u00e9 (2)' })
  expect(landing(WINDOWS, 'f/a:b.txt', 'f/a?b.txt', 'f/a_b.txt')).toEqual({
    'f/a:b.txt': 'f/a_b.txt',
    'f/a?b.txt': 'f/a_b (2).txt',
    'f/a_b.txt': 'f/a_b (3).txt',
  })
})

test('a folder that had to be renamed takes what is in it along', () => {
  expect(landing(WINDOWS, 'con/x', 'CON/x', 'con/y')).toEqual({
    'CON/x': '_CON/x',
    'con/x': '_con (2)/x',
    'con/y': '_con (2)/y',
  })
})

test('a chosen top name replaces the one of the manifest, below it nothing changes', () => {
  const rules = { ...PLAIN, top: { tree: 'tree (2)' } }
  expect(landing(rules, 'tree/a', 'tree/tree', 'other')).toEqual({
    'tree/a': 'tree (2)/a',
    'tree/tree': 'tree (2)/tree',
    other: 'other',
  })
  expect(localNames(manifestOf('tree/a'), rules).renamedCount).toBe(0)
})

describe('names of unfinished files', () => {
  test('never meet another file of the share', () => {
    const { files } = localNames(manifestOf('x', 'x.part', 'x.part.part'), PLAIN)
    const all = files.flatMap(({ final, part }) => [final, part])
    expect(new Set(all).size).toBe(6)
  })

  test('stay within what file systems take', () => {
    const { files } = localNames(manifestOf(`f/${'n'.repeat(255)}`, `f/${'한'.repeat(85)}`), PLAIN)
    for (const { part } of files) {
      expect(utf8(part.slice(2)).length).toBeLessThanOrEqual(255)
      expect(part).toMatch(/^f\/beeline-\d+-0\.part$/)
    }
  })
})

const name = fc
  .string({
    unit: fc.constantFrom('a', 'A', 'é', 'e\u0301', '.', ' ', ':', '?', 'CON', 'com1', '\\', '한'),
    minLength: 1,
    maxLength: 4,
  })
  .filter((text) => refusePath(text) === undefined)
const tree = fc
  .uniqueArray(
    fc.tuple(name, name).map((parts) => parts.join('/')),
    { minLength: 1, maxLength: 12 },
  )
  .map((paths) => manifestOf(...paths))
const rules = fc.constantFrom(PLAIN, MAC, WINDOWS)

test('whatever the names and the rules: no two files meet, no path leaves its folder, and a second look sees the same', () => {
  fc.assert(
    fc.property(tree, rules, (manifest, chosen) => {
      const names = localNames(manifest, chosen)
      const fold = (path: string): string =>
        chosen.foldsCase ? path.normalize('NFC').toLowerCase().normalize('NFC') : path
      const all = names.files.flatMap(({ final, part }) => [fold(final), fold(part)])
      expect(new Set(all).size).toBe(all.length)
      const forbidden = chosen.isWindows ? /[<>:"|?*\\]|[. ](?:\/|$)/ : /\0/
      for (const path of names.paths) {
        expect(refusePath(path)).toBe(undefined)
        expect(path.split('/').length).toBe(2)
        expect(path).not.toMatch(forbidden)
      }
      expect(localNames(manifest, chosen)).toEqual(names)
    }),
  )
})
