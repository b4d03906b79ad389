/** The rules of a tree, tested by the attacks they are there for. Each is tried on the object and on raw bytes. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8 } from '#shared/encoding/bytes.ts'
import { decodeManifest, encodeManifest } from '#shared/share/manifest-codec.ts'
import {
  checkManifest,
  filesOf,
  MAX_ALL_PATHS_BYTES,
  MAX_ENTRIES,
  MAX_TIME_MS,
  refusePath,
  refuseTarget,
  sortEntries,
  topNamesOf,
  type FileEntry,
  type ManifestEntry,
  type SymlinkEntry,
} from '#shared/share/manifest.ts'
import { MAX_SHARE_BYTES } from '#shared/share/piece-layout.ts'
import { refusalOf } from '../refusal.ts'
import { rawManifest } from './raw-manifest.ts'
import { tree } from './tree.ts'

function file(path: string, more: Partial<FileEntry> = {}): FileEntry {
  return { kind: 'file', path, sizeBytes: 1, mtimeMs: 0, isExecutable: false, ...more }
}
const folder = (path: string): ManifestEntry => ({ kind: 'folder', path })
const symlink = (path: string, target: string): SymlinkEntry => ({ kind: 'symlink', path, target })

/** For tests that move megabytes, milliseconds: a second on an idle machine. */
const TIMEOUT_MS = 60_000
const INVALID = 'manifest.invalid'
const EMPTY_NAME = 'a name is empty'
const DOTS = 'a name is “.” or “..”'
const NUL = 'a name has a NUL in it'
const LONG_NAME = 'a name is longer than 255 bytes'
const LONG_PATH = 'a path is too long'
const DEEP = 'folders are nested too deep'
const ORDER = 'paths are not in order'
const INSIDE = 'something stands inside a file or a link'
const OUT = 'a symbolic link leads out of the share'
const SIZE = 'a size is impossible'
const TIME = 'a time is impossible'
const NOT_UNICODE = 'a name is not Unicode'

type Attack = [attack: string, entries: ManifestEntry[], detail: string]

const inPaths: Attack[] = [
  ['an empty path', [file('')], EMPTY_NAME],
  ['a dot', [file('.')], DOTS],
  ['two dots', [file('..')], DOTS],
  ['a path that climbs out at once', [file('../x')], DOTS],
  ['a path that climbs out later', [file('a/../../x')], DOTS],
  ['a path that climbs but stays', [file('a/../b')], DOTS],
  ['a path that ends in two dots', [file('a/..')], DOTS],
  ['a path that begins with a dot', [file('./a')], DOTS],
  ['a dot in the middle', [file('a/./b')], DOTS],
  ['an absolute path', [file('/etc/passwd')], EMPTY_NAME],
  ['only a slash', [file('/')], EMPTY_NAME],
  ['two slashes in front', [file('//server/x')], EMPTY_NAME],
  ['two slashes in the middle', [file('a//b')], EMPTY_NAME],
  ['a slash at the end', [file('a/')], EMPTY_NAME],
  ['a folder with a slash at the end', [folder('a/')], EMPTY_NAME],
  ['only a NUL', [file('\0')], NUL],
  ['a NUL that cuts the name short', [file('a.txt\0.exe')], NUL],
  ['a NUL in a folder’s name', [file('a\0/b')], NUL],
  ['a name of 256 bytes', [file('a'.repeat(256))], LONG_NAME],
  ['a name of 86 letters and 258 bytes', [file('あ'.repeat(86))], LONG_NAME],
  ['a name of 64 emoji and 256 bytes', [file('😀'.repeat(64))], LONG_NAME],
  ['a folder’s name of 256 bytes', [file(`${'a'.repeat(256)}/b`)], LONG_NAME],
  ['a path of 3073 bytes', [file(`${'a'.repeat(127)}/`.repeat(23) + 'b'.repeat(129))], LONG_PATH],
  [
    'a path of 1041 letters and 3075 bytes',
    [file(`${'あ'.repeat(40)}/`.repeat(24) + 'あ'.repeat(57))],
    LONG_PATH,
  ],
  ['a path of a million bytes', [file('a/'.repeat(500_000))], LONG_PATH],
  ['a path of 129 names', [file(`${'a/'.repeat(128)}a`)], DEEP],
]

const inTrees: Attack[] = [
  ['no entries', [], 'it lists nothing'],
  ['a path twice', [file('a'), file('a')], ORDER],
  ['a path as a file and as a folder', [file('a'), folder('a')], ORDER],
  ['a path as a link and as a file', [symlink('t/a', 'b'), file('t/a')], ORDER],
  ['paths in the wrong order', [file('b'), file('a')], ORDER],
  ['the order of letters instead of bytes', [file('a/b'), file('a.txt')], ORDER],
  ['the order of UTF-16 instead of UTF-8', [file('😀'), file('\uffff')], ORDER],
  ['a longer path before its beginning', [file('ab'), file('a')], ORDER],
  ['a file inside a file', [file('a'), file('a/b')], INSIDE],
  ['a file deep inside a file', [file('a'), file('a/b/c/d')], INSIDE],
  ['a file inside a file, with others between', [file('a'), file('a-'), file('a.txt'), file('a/b')], INSIDE],
  ['a file inside a file, its beginnings between', [file('a'), file('a!'), file('a!b'), file('a/b')], INSIDE],
  ['a file inside a file in a folder', [file('t/a'), file('t/a.b'), file('t/a.b.c'), file('t/a/b')], INSIDE],
  ['a file inside a link', [symlink('t/a', 'b'), file('t/a/x')], INSIDE],
  ['a file deep inside a link', [symlink('t/a', 'b'), file('t/a/x/y')], INSIDE],
  ['a link inside a link', [symlink('t/a', 'b'), symlink('t/a/x', 'y')], INSIDE],
  ['a file inside an “empty” folder', [folder('a'), file('a/b')], INSIDE],
  ['an “empty” folder inside another', [folder('a'), folder('a/b')], INSIDE],
]

const inNumbers: Attack[] = [
  [
    'a total beyond the largest share',
    [file('a', { sizeBytes: MAX_SHARE_BYTES }), file('b')],
    'it is larger than a share can be',
  ],
  [
    'a file beyond the largest share',
    [file('a', { sizeBytes: MAX_SHARE_BYTES + 1 })],
    'it is larger than a share can be',
  ],
  [
    'sizes whose sum is not exact any more',
    Array.from({ length: 3 }, (_, i) => file(`${i}`, { sizeBytes: Number.MAX_SAFE_INTEGER })),
    'it is larger than a share can be',
  ],
  ['a time beyond the largest', [file('a', { mtimeMs: MAX_TIME_MS + 1 })], TIME],
  ['a time before the smallest', [file('a', { mtimeMs: -MAX_TIME_MS - 1 })], TIME],
]

const inTargets: Attack[] = (
  [
    ['an empty target', 't/l', '', EMPTY_NAME],
    ['an absolute target', 't/l', '/etc/passwd', EMPTY_NAME],
    ['the root as a target', 't/l', '/', EMPTY_NAME],
    ['a target that is a dot', 't/l', '.', DOTS],
    ['a target that begins with a dot', 't/l', './x', DOTS],
    ['a target that climbs out of the top folder', 't/l', '../x', OUT],
    ['a target that is the top folder’s parent', 't/l', '..', OUT],
    ['a deeper link that climbs one too far', 't/a/b/l', '../../../x', OUT],
    ['a link at the top, beside what the receiver has', 'l', 'x', OUT],
    ['a link at the top that climbs', 'l', '../x', OUT],
    ['a target that climbs after a name', 't/a/l', 'x/..', DOTS],
    ['a target that climbs after a name, far', 't/a/l', 'x/../../../../etc', DOTS],
    ['a target that climbs, goes down and climbs', 't/a/b/l', '../x/../y', DOTS],
    ['a climb with an empty name', 't/a/l', '..//x', EMPTY_NAME],
    ['a climb with a slash behind', 't/a/l', '../', EMPTY_NAME],
    ['a climb after a dot', 't/a/l', './../../../x', DOTS],
    ['a NUL in a target', 't/l', 'x\0y', NUL],
    ['a name in a target of 256 bytes', 't/l', 'x'.repeat(256), LONG_NAME],
    ['a target of 129 names', 't/l', `${'x/'.repeat(128)}x`, DEEP],
  ] as const
).map(([attack, path, target, detail]) => [attack, [symlink(path, target)], detail])

const chained: Attack[] = [
  [
    'a chain whose first link leads up, whose second goes on',
    [symlink('t/a/l', '..'), symlink('t/a/m', 'l/../..')],
    DOTS,
  ],
  ['a chain through a link into the folder above', [symlink('t/l', '..'), symlink('t/m', 'l/x')], OUT],
]

const everywhere = [...inPaths, ...inTrees, ...inNumbers, ...inTargets, ...chained]

describe('refused, as an object and as bytes:', () => {
  test.each(everywhere)('%s', (_attack, entries, detail) => {
    expect(refusalOf(() => checkManifest({ entries }))).toEqual({ code: INVALID, detail })
    expect(refusalOf(() => encodeManifest({ entries }))).toEqual({ code: INVALID, detail })
    // From bytes a limit of the codec may speak first, so only the code is the same.
    expect(refusalOf(() => decodeManifest(rawManifest(entries)))?.code).toBe(INVALID)
  })
})

describe('refused as an object, because no bytes can say it:', () => {
  test.each<Attack>([
    ['half a surrogate pair in a name', [file('a\ud800')], NOT_UNICODE],
    ['the other half', [file('\udc00a')], NOT_UNICODE],
    ['surrogates the wrong way round', [file('\udc00\ud800')], NOT_UNICODE],
    ['half a surrogate pair in a target', [symlink('t/l', '\ud800')], NOT_UNICODE],
    ['a negative size', [file('a', { sizeBytes: -1 })], SIZE],
    ['a size that is not a number', [file('a', { sizeBytes: NaN })], SIZE],
    ['an infinite size', [file('a', { sizeBytes: Infinity })], SIZE],
    ['half a byte', [file('a', { sizeBytes: 0.5 })], SIZE],
    ['a size of 2^53', [file('a', { sizeBytes: 2 ** 53 })], SIZE],
    ['a negative size that makes room for a large one', [file('a', { sizeBytes: -5 }), file('b')], SIZE],
    ['a time that is not a number', [file('a', { mtimeMs: NaN })], TIME],
    ['an infinite time', [file('a', { mtimeMs: -Infinity })], TIME],
    ['half a millisecond', [file('a', { mtimeMs: 0.5 })], TIME],
  ])('%s', (_attack, entries, detail) => {
    expect(refusalOf(() => checkManifest({ entries }))).toEqual({ code: INVALID, detail })
  })

  test('200,001 entries', () => {
    const entries = Array<ManifestEntry>(MAX_ENTRIES + 1).fill(file('a'))
    expect(refusalOf(() => checkManifest({ entries }))).toEqual({
      code: 'manifest.too-large',
      detail: undefined,
    })
  })

  test('long names without end', { timeout: TIMEOUT_MS }, () => {
    const length = 3000
    const count = Math.ceil(MAX_ALL_PATHS_BYTES / length)
    const stem = `${'a'.repeat(249)}/`.repeat(11)
    const entries = Array.from({ length: count }, (_, i) => file(`${stem}${`${i}`.padStart(250, '0')}`))
    expect(refusalOf(() => checkManifest({ entries }))?.code).toBe('manifest.too-large')
    expect(refusalOf(() => checkManifest({ entries: entries.slice(0, -1) }))).toBeUndefined()
  })

  test('long targets without end', { timeout: TIMEOUT_MS }, () => {
    const target = Array<string>(12).fill('a'.repeat(249)).join('/')
    const count = Math.ceil(MAX_ALL_PATHS_BYTES / target.length)
    const entries = Array.from({ length: count }, (_, i) => symlink(`t/${`${i}`.padStart(6, '0')}`, target))
    expect(refusalOf(() => checkManifest({ entries }))?.code).toBe('manifest.too-large')
  })
})

describe('allowed:', () => {
  test.each<[string, ManifestEntry[]]>([
    [
      'names that only look like climbing',
      [file('...'), file('..a'), file('.a'), file('a..'), file('a/...')],
    ],
    ['a name of 255 bytes', [file('a'.repeat(255))]],
    ['a name of 85 letters and 255 bytes', [file('あ'.repeat(85))]],
    ['a path of 3072 bytes', [file(`${'a'.repeat(127)}/`.repeat(23) + 'b'.repeat(128))]],
    ['a path of 128 names', [file(`${'a/'.repeat(127)}a`)]],
    [
      'files that begin with a folder’s name',
      [file('a-'), file('a.txt'), file('a/b'), file('a0'), file('aa')],
    ],
    ['a file whose beginning is a file of another folder', [file('a'), file('a!/b'), file('a!/b.c/d')]],
    ['two spellings of one letter', [file('e\u0301'), file('é')]],
    ['a byte order mark', [file('\ufeff'), file('\ufeffa')]],
    ['control characters, which this disk may hold', [file('\u0001\u001b[31m'), file('a\nb')]],
    ['backslashes, which are letters elsewhere', [file('..\\x'), file('C:\\x')]],
    ['a link to its own folder’s parent', [symlink('t/a/l', '..')]],
    ['a link to a neighbour', [symlink('t/l', 'x/y')]],
    ['a link across the top folder', [symlink('t/a/b/l', '../../x/y')]],
    ['a link to itself', [symlink('t/l', 'l')]],
    [
      'sizes up to the largest share',
      [file('a', { sizeBytes: MAX_SHARE_BYTES }), file('b', { sizeBytes: 0 })],
    ],
    [
      'the largest and smallest times',
      [file('a', { mtimeMs: MAX_TIME_MS }), file('b', { mtimeMs: -MAX_TIME_MS })],
    ],
  ])('%s', (_what, entries) => {
    expect(refusalOf(() => checkManifest({ entries }))).toBeUndefined()
    expect(decodeManifest(encodeManifest({ entries }))).toEqual({ entries })
  })
})

/** The rule in its plainest form: no path is a folder of another. */
function hasSomethingInside(entries: readonly ManifestEntry[]): boolean {
  const paths = new Set(entries.map((entry) => entry.path))
  return entries.some(({ path }) => {
    const names = path.split('/')
    return names.some((_, i) => i > 0 && paths.has(names.slice(0, i).join('/')))
  })
}

test('whether something stands inside a file is decided as the plain rule decides it', () => {
  const dense = fc.string({ unit: fc.constantFrom('a', '/', '.', '0'), minLength: 1, maxLength: 6 })
  const paths = fc.uniqueArray(
    dense.filter((path) => refusePath(path) === undefined),
    { minLength: 1, maxLength: 12 },
  )
  fc.assert(
    fc.property(paths, (list) => {
      const entries = sortEntries(list.map((path) => file(path)))
      const expected = hasSomethingInside(entries) ? { code: INVALID, detail: INSIDE } : undefined
      expect(refusalOf(() => checkManifest({ entries }))).toEqual(expected)
    }),
    { numRuns: 3000 },
  )
})

test('no target that passes leads out of the top folder, when followed name by name', () => {
  const part = fc.constantFrom('..', '..', 'a', 'b', '.', '')
  const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('/'))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), text, (depth, target) => {
      const path = Array<string>(depth).fill('t').join('/')
      fc.pre(refuseTarget(path, target) === undefined)
      let level = depth - 1
      for (const step of target.split('/')) {
        level += step === '..' ? -1 : 1
        expect(level).toBeGreaterThanOrEqual(1)
      }
    }),
    { numRuns: 1000 },
  )
})

test('sorting gives the order that is demanded', () => {
  fc.assert(
    fc.property(tree, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (manifest, chance) => {
      const shuffled = manifest.entries
        .map((entry) => ({ entry, key: chance.next().value ?? 0 }))
        .sort((left, right) => left.key - right.key)
        .map(({ entry }) => entry)
      expect(sortEntries(shuffled)).toEqual(manifest.entries)
    }),
  )
})

test('files are those of kind file, and top names are the first names without repetition', () => {
  const entries = [file('a/b'), file('a/c'), folder('b'), symlink('c/d/l', '../x'), file('c/z')]
  expect(filesOf({ entries }).map((entry) => entry.path)).toEqual(['a/b', 'a/c', 'c/z'])
  expect(topNamesOf({ entries })).toEqual(['a', 'b', 'c'])
})

test('a tree of millions of names is judged without keeping them', () => {
  // 2,000 paths of 128 names each that share nothing: once a set of 250,000 folders.
  const entries = Array.from({ length: 2000 }, (_, i) =>
    file(`${`${i}`.padStart(6, '0')}${'/a'.repeat(127)}`),
  )
  expect(utf8(entries[0]?.path ?? '').length).toBeGreaterThan(250)
  expect(refusalOf(() => checkManifest({ entries }))).toBeUndefined()
})
