/** Summaries: what the owner signed comes back; what anybody else made does not. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, toHex, utf8 } from '#shared/encoding/bytes.ts'
import { createShareKeys, topicOf } from '#shared/share/keys.ts'
import { encodeManifest, hashManifest } from '#shared/share/manifest-codec.ts'
import { filesOf, sortEntries, type Manifest } from '#shared/share/manifest.ts'
import { MAX_PIECES, MAX_SHARE_BYTES, pieceBytesFor } from '#shared/share/piece-layout.ts'
import { deriveSealKey, seal } from '#shared/share/sealing.ts'
import { curves } from '#shared/share/curves.ts'
import {
  isManifestOf,
  manifestHashOf,
  MAX_SEALED_SUMMARY_BYTES,
  openSummary,
  sealSummary,
  summarize,
  type Summary,
} from '#shared/share/summary.ts'
import { refusalOf } from '../refusal.ts'
import { tree } from './tree.ts'

const KEYS = createShareKeys()
const KIB = 1024

const SUMMARY: Summary = {
  version: 1,
  title: 'Holiday',
  sender: 'Ada',
  createdAtMs: 1_700_000_000_000,
  totalBytes: 3,
  fileCount: 1,
  folderCount: 0,
  pieceBytes: 256 * KIB,
  manifestBytes: 20,
  manifestHash: 'ab'.repeat(32),
  preview: [{ path: 'a/b.txt', sizeBytes: 3 }],
}

function summaryOf(manifest: Manifest, title = 'Holiday', sender = 'Ada'): Summary {
  const manifestBytes = encodeManifest(manifest)
  const totalBytes = filesOf(manifest).reduce((total, file) => total + file.sizeBytes, 0)
  const pieceBytes = pieceBytesFor(totalBytes)
  return summarize({ title, sender, createdAtMs: 1, pieceBytes, manifest, manifestBytes })
}

/** A box around any body: sealed as everyone with the link can, signed by whom the caller likes. */
function boxAround(
  body: Uint8Array,
  privateKey = KEYS.privateKey,
  label = 'beeline/v1/summary\n',
): Uint8Array {
  const signature = curves().sign(concatBytes(utf8(label), body), privateKey)
  return sealed(concatBytes(signature, body))
}

function sealed(plaintext: Uint8Array): Uint8Array {
  return seal(deriveSealKey(KEYS.secret, KEYS.publicKey, 'summary'), plaintext, topicOf(KEYS.publicKey))
}

const FORGED = { code: 'summary.invalid', detail: 'its signature is not by the share’s owner' }
const MALFORMED = { code: 'summary.invalid', detail: 'its content is malformed' }
const LENGTH = { code: 'summary.invalid', detail: 'its length is impossible' }
const BROKEN = expect.objectContaining({ code: 'seal.broken' })

test('the summary of any tree comes back through its box', () => {
  const text = fc.string({ unit: 'binary', maxLength: 300 })
  fc.assert(
    fc.property(tree, text, text, (manifest, title, sender) => {
      const summary = summaryOf(manifest, title, sender)
      expect(openSummary(sealSummary(summary, KEYS, KEYS.privateKey), KEYS)).toEqual(summary)
    }),
    { numRuns: 50 },
  )
})

test('a summary counts files, folders and bytes, and shows the first entries', () => {
  const entries = sortEntries([
    { kind: 'file', path: 't/a', sizeBytes: 5, mtimeMs: 0, isExecutable: false },
    { kind: 'file', path: 't/b', sizeBytes: 7, mtimeMs: 0, isExecutable: false },
    { kind: 'folder', path: 't/c' },
    { kind: 'symlink', path: 't/d', target: 'a' },
  ])
  const manifestBytes = encodeManifest({ entries })
  expect(summaryOf({ entries })).toEqual({
    version: 1,
    title: 'Holiday',
    sender: 'Ada',
    createdAtMs: 1,
    totalBytes: 12,
    fileCount: 2,
    folderCount: 1,
    pieceBytes: 256 * KIB,
    manifestBytes: manifestBytes.length,
    manifestHash: toHex(hashManifest(manifestBytes)),
    preview: [
      { path: 't/a', sizeBytes: 5 },
      { path: 't/b', sizeBytes: 7 },
      { path: 't/c', sizeBytes: 0 },
      { path: 't/d', sizeBytes: 0 },
    ],
  })
})

describe('a box stays within 64 KiB', () => {
  test.each([
    ['names of 3000 bytes', 'a'],
    ['names that JSON writes six times as long', '\u0001'],
    ['quotation marks', '"'],
    ['letters of three bytes', 'あ'],
    ['emoji', '😀'],
  ])('with 200 entries of %s', (_what, letter) => {
    const part = letter.repeat(Math.floor(240 / utf8(letter).length))
    const entries = sortEntries(
      Array.from({ length: 200 }, (_, i) => ({
        kind: 'file' as const,
        path: `${`${part}/`.repeat(12)}${i}`,
        sizeBytes: 2 ** 30,
        mtimeMs: 0,
        isExecutable: false,
      })),
    )
    const summary = summaryOf({ entries }, letter.repeat(500), letter.repeat(500))
    expect(summary.preview.length).toBeGreaterThan(0)
    expect(summary.preview.length).toBeLessThan(200)
    const box = sealSummary(summary, KEYS, KEYS.privateKey)
    expect(box.length).toBeLessThanOrEqual(MAX_SEALED_SUMMARY_BYTES)
    expect(openSummary(box, KEYS)).toEqual(summary)
  })

  test('with short names, of which it shows 200', () => {
    const entries = Array.from({ length: 300 }, (_, i) => ({
      kind: 'folder' as const,
      path: `${i}`.padStart(3, '0'),
    }))
    expect(summaryOf({ entries }).preview).toHaveLength(200)
  })

  test('or is not made', () => {
    const preview = Array.from({ length: 30 }, () => ({
      path: `${'a'.repeat(254)}/`.repeat(11) + 'b',
      sizeBytes: 0,
    }))
    expect(refusalOf(() => sealSummary({ ...SUMMARY, preview }, KEYS, KEYS.privateKey))).toEqual({
      code: 'summary.invalid',
      detail: 'it is too long',
    })
  })
})

describe('a title', () => {
  const entries = [{ kind: 'folder' as const, path: 'a' }]

  test.each([
    ['of 200 letters is kept', 'a'.repeat(200), 'a'.repeat(200)],
    ['of 201 letters is cut', 'a'.repeat(201), 'a'.repeat(200)],
    ['is not cut through an emoji', `${'a'.repeat(199)}😀`, 'a'.repeat(199)],
    ['keeps the emoji that fits', `${'a'.repeat(198)}😀b`, `${'a'.repeat(198)}😀`],
    ['of half an emoji says so', 'a\ud83d', 'a\ufffd'],
  ])('%s', (_what, title, expected) => {
    const summary = summaryOf({ entries }, title, title)
    expect(summary.title).toBe(expected)
    expect(summary.sender).toBe(expected)
    expect(openSummary(sealSummary(summary, KEYS, KEYS.privateKey), KEYS).title).toBe(expected)
  })
})

describe('a box is refused', () => {
  const box = sealSummary(SUMMARY, KEYS, KEYS.privateKey)
  const body = utf8(JSON.stringify(SUMMARY))

  test('that a friend with the link made with a key of his own', () => {
    expect(refusalOf(() => openSummary(boxAround(body, createShareKeys().privateKey), KEYS))).toEqual(FORGED)
    expect(refusalOf(() => openSummary(boxAround(body), KEYS))).toBeUndefined()
  })

  test('whose body was exchanged under the owner’s signature', () => {
    const signature = curves().sign(concatBytes(utf8('beeline/v1/summary\n'), body), KEYS.privateKey)
    const other = utf8(JSON.stringify({ ...SUMMARY, title: 'Other' }))
    expect(refusalOf(() => openSummary(sealed(concatBytes(signature, other)), KEYS))).toEqual(FORGED)
  })

  test('whose signature was made for something else', () => {
    expect(
      refusalOf(() => openSummary(boxAround(body, KEYS.privateKey, 'beeline/v1/piece\n'), KEYS)),
    ).toEqual(FORGED)
    expect(refusalOf(() => openSummary(boxAround(body, KEYS.privateKey, ''), KEYS))).toEqual(FORGED)
  })

  test('that was sealed for another share or with another secret', () => {
    const other = createShareKeys()
    expect(refusalOf(() => openSummary(box, other))).toEqual(BROKEN)
    expect(refusalOf(() => openSummary(box, { ...KEYS, secret: other.secret }))).toEqual(BROKEN)
    expect(refusalOf(() => openSummary(box, { ...KEYS, publicKey: other.publicKey }))).toEqual(BROKEN)
  })

  test('that was sealed for another purpose', () => {
    const signature = curves().sign(concatBytes(utf8('beeline/v1/summary\n'), body), KEYS.privateKey)
    const key = deriveSealKey(KEYS.secret, KEYS.publicKey, 'signal')
    const wrong = seal(key, concatBytes(signature, body), topicOf(KEYS.publicKey))
    expect(refusalOf(() => openSummary(wrong, KEYS))).toEqual(BROKEN)
  })

  test('of an impossible length', () => {
    for (const length of [0, 1, 40, 103, MAX_SEALED_SUMMARY_BYTES + 1]) {
      expect(refusalOf(() => openSummary(new Uint8Array(length), KEYS))).toEqual(LENGTH)
    }
    expect(refusalOf(() => openSummary(new Uint8Array(104), KEYS))).toEqual(BROKEN)
    expect(refusalOf(() => openSummary(new Uint8Array(MAX_SEALED_SUMMARY_BYTES), KEYS))).toEqual(BROKEN)
  })

  test('with a valid signature of the owner, one byte too long', () => {
    const padding = ' '.repeat(MAX_SEALED_SUMMARY_BYTES - 104 - body.length)
    expect(
      refusalOf(() => openSummary(boxAround(utf8(padding + JSON.stringify(SUMMARY))), KEYS)),
    ).toBeUndefined()
    expect(
      refusalOf(() => openSummary(boxAround(utf8(` ${padding}${JSON.stringify(SUMMARY)}`)), KEYS)),
    ).toEqual(LENGTH)
  })

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['no JSON', utf8('hello')],
    ['JSON cut short', body.subarray(0, -1)],
    ['JSON with something behind', utf8(`${JSON.stringify(SUMMARY)}x`)],
    ['a byte order mark in front', concatBytes(utf8('\ufeff'), body)],
    ['invalid UTF-8', Uint8Array.of(...body, 0xff)],
    ['null', utf8('null')],
    ['a list', utf8('[]')],
    ['very deep nesting', utf8('['.repeat(30_000))],
    ['very deep nesting that closes', utf8('['.repeat(30_000) + ']'.repeat(30_000))],
    ['its fields in the prototype', utf8(`{"__proto__":${JSON.stringify(SUMMARY)}}`)],
  ])('whose owner signed %s', (_what, content) => {
    expect(refusalOf(() => openSummary(boxAround(content), KEYS))).toEqual(MALFORMED)
  })

  test.each<[string, object]>([
    ['another version', { version: 2 }],
    ['a version as a text', { version: '1' }],
    ['no title', { title: undefined }],
    ['a title that is no text', { title: ['a'] }],
    ['a title of 201 letters', { title: 'a'.repeat(201) }],
    ['half an emoji as the title', { title: '\ud83d' }],
    ['a sender of 201 letters', { sender: 'a'.repeat(201) }],
    ['half an emoji as the sender', { sender: '\ude00' }],
    ['a sender that is null', { sender: null }],
    ['a negative time', { createdAtMs: -1 }],
    ['a time beyond exact numbers', { createdAtMs: 2 ** 53 }],
    ['a fraction of a byte', { totalBytes: 0.5 }],
    ['a negative size', { totalBytes: -1 }],
    ['more bytes than a share can have', { totalBytes: MAX_SHARE_BYTES + 1, pieceBytes: 16 * KIB * KIB }],
    ['more pieces than a share can have', { totalBytes: MAX_PIECES * 256 * KIB + 1 }],
    ['too many files', { fileCount: 200_001 }],
    ['a negative number of files', { fileCount: -1 }],
    ['too many folders', { folderCount: 200_001 }],
    ['pieces of zero bytes', { pieceBytes: 0 }],
    ['pieces of an odd length', { pieceBytes: 256 * KIB + 1 }],
    ['pieces that are too short', { pieceBytes: 128 * KIB }],
    ['pieces that are too long', { pieceBytes: 32 * KIB * KIB }],
    ['an empty manifest', { manifestBytes: 0 }],
    ['a manifest that is too long', { manifestBytes: 64 * KIB * KIB + 1 }],
    ['a short hash', { manifestHash: 'ab'.repeat(31) }],
    ['a hash in upper case', { manifestHash: 'AB'.repeat(32) }],
    ['a hash with a line break', { manifestHash: `${'ab'.repeat(32)}\n` }],
    ['201 entries', { preview: Array(201).fill({ path: 'a', sizeBytes: 0 }) }],
    ['an entry that climbs out', { preview: [{ path: '../a', sizeBytes: 0 }] }],
    ['an absolute entry', { preview: [{ path: '/a', sizeBytes: 0 }] }],
    ['an entry without a name', { preview: [{ path: '', sizeBytes: 0 }] }],
    ['an entry with half an emoji', { preview: [{ path: '\ud83d', sizeBytes: 0 }] }],
    ['an entry with a NUL', { preview: [{ path: 'a\0', sizeBytes: 0 }] }],
    ['an entry of an overlong path', { preview: [{ path: 'a/'.repeat(2000), sizeBytes: 0 }] }],
    ['an entry of a negative size', { preview: [{ path: 'a', sizeBytes: -1 }] }],
    ['an entry that is null', { preview: [null] }],
    ['a preview that is no list', { preview: { length: 1, 0: { path: 'a', sizeBytes: 1 } } }],
  ])('whose owner signed %s', (_what, change) => {
    const changed = { ...SUMMARY, ...change }
    expect(refusalOf(() => openSummary(boxAround(utf8(JSON.stringify(changed))), KEYS))).toEqual(MALFORMED)
    // The change is to be refused at the source, too. The cast is the point: the compiler knows better.
    expect(refusalOf(() => sealSummary(changed as Summary, KEYS, KEYS.privateKey))).toEqual(MALFORMED)
  })
})

test('fields of a later version and tricks with the prototype are left out', () => {
  const more = JSON.stringify({ ...SUMMARY, later: 1 }).replace(
    '{',
    '{"__proto__":{"polluted":true},"constructor":1,',
  )
  const opened = openSummary(boxAround(utf8(more)), KEYS)
  expect(opened).toEqual(SUMMARY)
  expect(Object.getPrototypeOf(opened)).toBe(Object.prototype)
  expect('polluted' in {}).toBe(false)
})

describe('a manifest belongs to a summary', () => {
  const manifest: Manifest = { entries: [{ kind: 'folder', path: 'a' }] }
  const bytes = encodeManifest(manifest)
  const summary = summaryOf(manifest)

  test('when length and hash are the ones in it', () => {
    expect(isManifestOf(summary, bytes)).toBe(true)
    expect(manifestHashOf(summary)).toEqual(hashManifest(bytes))
  })

  test('and not when a byte differs or is missing, or the length is another', () => {
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(isManifestOf(summary, changed)).toBe(false)
      expect(isManifestOf(summary, bytes.subarray(0, at))).toBe(false)
    }
    expect(isManifestOf({ ...summary, manifestBytes: bytes.length + 1 }, bytes)).toBe(false)
  })
})
