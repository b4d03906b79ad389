/** Random trees that keep every rule of a manifest, with names in any script. */

import fc from 'fast-check'
import {
  refusePath,
  refuseTarget,
  sortEntries,
  type Manifest,
  type ManifestEntry,
} from '#shared/share/manifest.ts'

/** Few short names make neighbours and nesting; names of any script make everything else. */
const name = fc.oneof(
  fc.constantFrom(
    'a',
    'a.txt',
    'a-b',
    'aa',
    'ab',
    'b',
    'é',
    'e\u0301',
    '\ufeff',
    ' ',
    'CON',
    'a\\b',
    '…',
    '.a',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }),
)
const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'))
const time = fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 }))

const entry: fc.Arbitrary<ManifestEntry> = fc.oneof(
  fc.record({
    kind: fc.constant('file' as const),
    path,
    sizeBytes: fc.oneof(fc.nat(1000), fc.nat(2 ** 40)),
    mtimeMs: time,
    isExecutable: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('folder' as const), path }),
  fc.record({
    kind: fc.constant('symlink' as const),
    path,
    target: fc.tuple(fc.nat(2), path).map(([ups, rest]) => '../'.repeat(ups) + rest),
  }),
)

function isAllowed(candidate: ManifestEntry): boolean {
  if (refusePath(candidate.path) !== undefined) return false
  return candidate.kind !== 'symlink' || refuseTarget(candidate.path, candidate.target) === undefined
}

/** Whether one path is the other or stands inside it. */
function areInTheWay(left: string, right: string): boolean {
  return left === right || left.startsWith(`${right}/`) || right.startsWith(`${left}/`)
}

export const tree: fc.Arbitrary<Manifest> = fc
  .array(entry.filter(isAllowed), { minLength: 1, maxLength: 12 })
  .map((candidates) => {
    const kept: ManifestEntry[] = []
    for (const candidate of candidates) {
      if (!kept.some((other) => areInTheWay(other.path, candidate.path))) kept.push(candidate)
    }
    return { entries: sortEntries(kept) }
  })
