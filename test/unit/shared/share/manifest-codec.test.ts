/** A manifest's bytes: one form per tree, and every other form refused. */

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from '#shared/encoding/bytes.ts'
import {
  decodeManifest,
  encodeManifest,
  hashManifest,
  MAX_MANIFEST_BYTES,
} from '#shared/share/manifest-codec.ts'
import { MAX_ALL_PATHS_BYTES, MAX_ENTRIES, type FileEntry, type Manifest } from '#shared/share/manifest.ts'
import { refusalOf } from '../refusal.ts'
import { rawBytes, rawList, rawManifest, type RawPart } from './raw-manifest.ts'
import { tree } from './tree.ts'

const MAGIC = utf8('BLM1')
/** For tests that move megabytes, milliseconds: a second on an idle machine. */
const TIMEOUT_MS = 60_000
const DAMAGED = { code: 'manifest.invalid', detail: 'it is truncated or damaged' }
const TOO_LARGE = 'manifest.too-large'

const SAMPLE: Manifest = {
  entries: [
    { kind: 'folder', path: 'a/empty' },
    { kind: 'file', path: 'a/file', sizeBytes: 300, mtimeMs: -1, isExecutable: true },
    { kind: 'symlink', path: 'a/z/link', target: '../file' },
    { kind: 'file', path: 'ä', sizeBytes: 0, mtimeMs: 5, isExecutable: false },
  ],
}

test('a manifest has exactly these bytes', () => {
  expect(toHex(encodeManifest(SAMPLE))).toBe(
    [
      toHex(MAGIC),
      '04',
      `02 00 07 ${toHex(utf8('a/empty'))}`,
      `01 02 04 ${toHex(utf8('file'))} ac02 01`,
      `03 02 06 ${toHex(utf8('z/link'))} 07 ${toHex(utf8('../file'))}`,
      `00 00 02 ${toHex(utf8('ä'))} 00 0a`,
    ]
      .join('')
      .replaceAll(' ', ''),
  )
})

test('any tree comes back, with names in any script', () => {
  fc.assert(
    fc.property(tree, (manifest) => {
      expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest)
    }),
    { numRuns: 1000 },
  )
})

test('the bytes are those that the format describes', () => {
  fc.assert(
    fc.property(tree, (manifest) => {
      expect(encodeManifest(manifest)).toEqual(rawManifest(manifest.entries))
    }),
    { numRuns: 300 },
  )
})

test('bytes of a part of a buffer are read alike', () => {
  const bytes = encodeManifest(SAMPLE)
  const inside = Uint8Array.of(1, 2, 3, ...bytes, 4, 5).subarray(3, 3 + bytes.length)
  expect(decodeManifest(inside)).toEqual(SAMPLE)
  expect(decodeManifest(Buffer.from(bytes))).toEqual(SAMPLE)
})

test('a manifest that ends too early is refused, wherever it ends', () => {
  const bytes = encodeManifest(SAMPLE)
  for (let length = 0; length < bytes.length; length++) {
    expect(refusalOf(() => decodeManifest(bytes.subarray(0, length)))).toEqual(DAMAGED)
  }
})

test(
  'a damaged manifest is refused, or it is another manifest in its one form',
  { timeout: TIMEOUT_MS },
  () => {
    const bytes = encodeManifest(SAMPLE)
    for (let at = 0; at < bytes.length; at++) {
      for (let value = 0; value < 256; value++) {
        const changed = bytes.slice()
        changed[at] = value
        let again: Uint8Array = changed
        const refusal = refusalOf(() => (again = encodeManifest(decodeManifest(changed))))
        expect([undefined, 'manifest.invalid', TOO_LARGE]).toContain(refusal?.code)
        expect(Buffer.compare(again, changed)).toBe(0)
      }
    }
  },
)

/** One file `a` of one byte, in parts that an attack changes. */
const name = (text: string): RawPart[] => [0, utf8(text).length, utf8(text)]
const rest: RawPart[] = [1, 0]

describe('refused as damaged:', () => {
  test.each<[string, Uint8Array]>([
    ['no bytes', new Uint8Array(0)],
    ['only the magic', MAGIC],
    ['the magic of a later version', rawBytes(utf8('BLM2'), 1, 0, ...name('a'), ...rest)],
    ['the magic in lower case', rawBytes(utf8('blm1'), 1, 0, ...name('a'), ...rest)],
    ['magic that is not even text', rawBytes(Uint8Array.of(255, 254, 253, 252), 1, 0, ...name('a'), ...rest)],
    ['a byte order mark in front', rawBytes(utf8('\ufeff'), MAGIC, 1, 0, ...name('a'), ...rest)],
    ['a count larger than what follows', rawBytes(MAGIC, 2, 0, ...name('a'), ...rest)],
    [
      'a count smaller than what follows',
      rawBytes(MAGIC, 1, 0, ...name('a'), ...rest, 0, ...name('b'), ...rest),
    ],
    ['a count of zero before an entry', rawBytes(MAGIC, 0, 0, ...name('a'), ...rest)],
    ['the most entries, and none there', rawBytes(MAGIC, MAX_ENTRIES)],
    ['a zero byte at the end', rawBytes(rawManifest(SAMPLE.entries), Uint8Array.of(0))],
    ['a second manifest at the end', rawBytes(rawManifest(SAMPLE.entries), rawManifest(SAMPLE.entries))],
    ['kind 4', rawBytes(MAGIC, 1, 4, ...name('a'), ...rest)],
    ['kind 255', rawBytes(MAGIC, 1, Uint8Array.of(255), ...name('a'), ...rest)],
    ['a prefix of the first path', rawBytes(MAGIC, 1, 0, 1, 1, utf8('a'), ...rest)],
    [
      'a prefix longer than the previous path',
      rawBytes(MAGIC, 2, 0, ...name('a'), ...rest, 0, 2, 1, utf8('b'), ...rest),
    ],
    [
      'a prefix of 2^53 − 1',
      rawBytes(MAGIC, 2, 0, ...name('a'), ...rest, 0, Number.MAX_SAFE_INTEGER, 1, utf8('b'), ...rest),
    ],
    [
      'a prefix shorter than it could be',
      rawBytes(MAGIC, 2, 0, ...name('aa'), ...rest, 0, 1, 2, utf8('ab'), ...rest),
    ],
    [
      'no prefix where there could be one',
      rawBytes(MAGIC, 2, 0, ...name('aa'), ...rest, 0, 0, 2, utf8('ab'), ...rest),
    ],
    ['a path longer than what is left', rawBytes(MAGIC, 1, 0, 0, 100, utf8('a'), ...rest)],
    ['a path length of 2^53 − 1', rawBytes(MAGIC, 1, 0, 0, Number.MAX_SAFE_INTEGER, utf8('a'), ...rest)],
    [
      'a path that grows by its prefix',
      rawBytes(
        MAGIC,
        2,
        0,
        0,
        3000,
        new Uint8Array(3000).fill(97),
        ...rest,
        0,
        3000,
        73,
        new Uint8Array(73).fill(97),
        ...rest,
      ),
    ],
    [
      'a target longer than a path',
      rawBytes(MAGIC, 1, 3, ...name('t/l'), 3073, new Uint8Array(3073).fill(97)),
    ],
    [
      'a target length of 2^53 − 1',
      rawBytes(MAGIC, 1, 3, ...name('t/l'), Number.MAX_SAFE_INTEGER, utf8('a')),
    ],
    ['a count in two bytes', rawBytes(MAGIC, Uint8Array.of(0x81, 0), 0, ...name('a'), ...rest)],
    ['a prefix in two bytes', rawBytes(MAGIC, 1, 0, Uint8Array.of(0x80, 0), 1, utf8('a'), ...rest)],
    ['a length in two bytes', rawBytes(MAGIC, 1, 0, 0, Uint8Array.of(0x81, 0), utf8('a'), ...rest)],
    ['a size in two bytes', rawBytes(MAGIC, 1, 0, ...name('a'), Uint8Array.of(0x81, 0), 0)],
    ['a time in two bytes', rawBytes(MAGIC, 1, 0, ...name('a'), 1, Uint8Array.of(0x80, 0))],
    [
      'a target length in two bytes',
      rawBytes(MAGIC, 1, 3, ...name('t/l'), Uint8Array.of(0x81, 0), utf8('a')),
    ],
    [
      'a size of 2^53',
      rawBytes(MAGIC, 1, 0, ...name('a'), Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10), 0),
    ],
    [
      'a size of 2^63',
      rawBytes(
        MAGIC,
        1,
        0,
        ...name('a'),
        Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1),
        0,
      ),
    ],
    [
      'a time of 2^53',
      rawBytes(MAGIC, 1, 0, ...name('a'), 1, Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10)),
    ],
    ...(
      [
        ['a lone continuation byte', [0x80]],
        ['a letter cut short', [0xe2, 0x82]],
        ['an overlong slash', [0x2e, 0x2e, 0xc0, 0xaf, 0x78]],
        ['an overlong dot', [0xc0, 0xae, 0xc0, 0xae]],
        ['an overlong NUL', [0x61, 0xc0, 0x80]],
        ['half a surrogate pair', [0xed, 0xa0, 0x80]],
        ['a letter beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
        ['a byte that is in no letter', [0xfe]],
      ] as const
    ).flatMap(([what, bytes]): [string, Uint8Array][] => {
      const invalid = Uint8Array.from(bytes)
      return [
        [`${what} in a path`, rawBytes(MAGIC, 1, 0, 0, invalid.length, invalid, ...rest)],
        [`${what} in a target`, rawBytes(MAGIC, 1, 3, ...name('t/l'), invalid.length, invalid)],
      ]
    }),
  ])('%s', (_attack, bytes) => {
    expect(refusalOf(() => decodeManifest(bytes))).toEqual(DAMAGED)
  })
})

describe('refused as too large:', { timeout: TIMEOUT_MS }, () => {
  test.each<[string, () => Uint8Array]>([
    ['a count of 200,001', () => rawBytes(MAGIC, MAX_ENTRIES + 1)],
    ['a count of 2^53 − 1', () => rawBytes(MAGIC, Number.MAX_SAFE_INTEGER)],
    ['more bytes than a manifest may have', () => new Uint8Array(MAX_MANIFEST_BYTES + 1)],
    ['a megabyte that unfolds to 600 of names', () => bomb(200_000)],
  ])('%s', (_attack, make) => {
    expect(refusalOf(() => decodeManifest(make()))?.code).toBe(TOO_LARGE)
  })

  test('but not what stays within', () => {
    expect(decodeManifest(bomb(100)).entries).toHaveLength(100)
  })
})

/** Paths of some 3,000 bytes, each written in ten. */
function bomb(count: number): Uint8Array {
  const stem = `${'a'.repeat(249)}/`.repeat(12)
  const parts: RawPart[] = [MAGIC, count, 2, 0, stem.length + 3, utf8(stem), new Uint8Array(3).fill(33)]
  let previous = Uint8Array.of(33, 33, 33)
  for (let i = 1; i < count; i++) {
    const next = Uint8Array.of(33 + Math.floor(i / 8100), 33 + (Math.floor(i / 90) % 90), 33 + (i % 90)).map(
      // A slash would make another folder.
      (code) => (code >= 0x2f ? code + 1 : code),
    )
    const same = next.findIndex((code, k) => code !== previous[k])
    parts.push(2, stem.length + same, 3 - same, next.subarray(same))
    previous = next
  }
  return rawList(parts)
}

test('the longest paths and the largest numbers stay within a manifest', () => {
  // Kind, two lengths, size and time: 1 + 2 + 2 + 7 + 8 bytes; for a link 1 + 2 + 2 + 2.
  expect(MAX_ALL_PATHS_BYTES + 20 * MAX_ENTRIES + MAGIC.length + 3).toBeLessThanOrEqual(MAX_MANIFEST_BYTES)
})

test('the hash is SHA-256 of the bytes', () => {
  const bytes = encodeManifest(SAMPLE)
  expect(toHex(hashManifest(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'))
})

test('200,000 entries are written and read', { timeout: TIMEOUT_MS }, () => {
  const entries = Array.from({ length: MAX_ENTRIES }, (_, i): FileEntry => ({
    kind: 'file',
    path: `project/node_modules/${`${Math.floor(i / 100)}`.padStart(4, '0')}/lib/${`${i}`.padStart(6, '0')}.js`,
    sizeBytes: i * 97,
    mtimeMs: 1_700_000_000_000 + i,
    isExecutable: i % 7 === 0,
  }))
  const bytes = encodeManifest({ entries })
  const decoded = decodeManifest(bytes)
  expect(decoded.entries).toHaveLength(MAX_ENTRIES)
  expect(decoded.entries[123_456]).toEqual(entries[123_456])
  expect(toHex(hashManifest(encodeManifest(decoded)))).toBe(toHex(hashManifest(bytes)))
})
