/**
 * The summary: what a share offers, small enough for a coordinator to keep while nobody is online. Signed by the
 * share's key, sealed with its secret. The manifest it names by hash comes from any peer. Pure.
 */

import * as v from 'valibot'
import { concatBytes, fromHex, fromUtf8, toHex, utf8, type Bytes } from '../encoding/bytes.ts'
import { AppError } from '../errors.ts'
import { topicOf, type ShareKeys } from './keys.ts'
import { MAX_ENTRIES, refusePath, type Manifest } from './manifest.ts'
import { hashManifest, MAX_MANIFEST_BYTES } from './manifest-codec.ts'
import { isPieceLength, MAX_PIECES, MAX_SHARE_BYTES } from './piece-layout.ts'
import { deriveSealKey, openSeal, seal, SEAL_OVERHEAD_BYTES } from './sealing.ts'
import { curves, SIGNATURE_BYTES } from './curves.ts'

/** A sealed summary at most, in bytes: design limit, so that a coordinator can keep very many. */
export const MAX_SEALED_SUMMARY_BYTES = 64 * 1024
/** First entries that a summary shows; fewer when their names are long. */
const MAX_PREVIEW = 200
const MAX_TITLE_LENGTH = 200

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
/** Well-formed: JSON can carry half a surrogate pair, which throws later and elsewhere. */
const Name = v.pipe(
  v.string(),
  v.maxLength(MAX_TITLE_LENGTH),
  v.check((text) => text.isWellFormed(), 'not Unicode'),
)
const Path = v.pipe(
  v.string(),
  v.check((path) => refusePath(path) === undefined, 'not a path'),
)

export const Summary = v.pipe(
  v.object({
    version: v.literal(1),
    title: Name,
    /** Name of the sending device or person; may be empty. */
    sender: Name,
    createdAtMs: Count,
    totalBytes: v.pipe(Count, v.maxValue(MAX_SHARE_BYTES)),
    fileCount: v.pipe(Count, v.maxValue(MAX_ENTRIES)),
    folderCount: v.pipe(Count, v.maxValue(MAX_ENTRIES)),
    pieceBytes: v.pipe(Count, v.check(isPieceLength, 'not a piece length')),
    manifestBytes: v.pipe(Count, v.minValue(1), v.maxValue(MAX_MANIFEST_BYTES)),
    /** SHA-256 of the manifest's canonical bytes, hex. */
    manifestHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
    /** The first entries, for a look before the manifest is there. */
    preview: v.pipe(v.array(v.object({ path: Path, sizeBytes: Count })), v.maxLength(MAX_PREVIEW)),
  }),
  // The owner chooses both numbers; what is kept per piece grows with their quotient.
  v.check((summary) => summary.totalBytes <= summary.pieceBytes * MAX_PIECES, 'too many pieces'),
)
export type Summary = v.InferOutput<typeof Summary>

const LABEL = utf8('beeline/v1/summary\n')

export interface SummarySource {
  readonly title: string
  readonly sender: string
  readonly createdAtMs: number
  readonly pieceBytes: number
  readonly manifest: Manifest
  readonly manifestBytes: Uint8Array
}

export function summarize(source: SummarySource): Summary {
  const files = source.manifest.entries.filter((entry) => entry.kind === 'file')
  const preview: { path: string; sizeBytes: number }[] = []
  let room = MAX_SEALED_SUMMARY_BYTES / 2
  for (const entry of source.manifest.entries.slice(0, MAX_PREVIEW)) {
    const item = { path: entry.path, sizeBytes: entry.kind === 'file' ? entry.sizeBytes : 0 }
    room -= utf8(JSON.stringify(item)).length
    if (room < 0) break
    preview.push(item)
  }
  return {
    version: 1,
    title: shorten(source.title),
    sender: shorten(source.sender),
    createdAtMs: source.createdAtMs,
    totalBytes: files.reduce((total, file) => total + file.sizeBytes, 0),
    fileCount: files.length,
    folderCount: source.manifest.entries.filter((entry) => entry.kind === 'folder').length,
    pieceBytes: source.pieceBytes,
    manifestBytes: source.manifestBytes.length,
    manifestHash: toHex(hashManifest(source.manifestBytes)),
    preview,
  }
}

/**
 * Throws AppError `summary.invalid` rather than seal what nobody would open.
 *
 * @returns the box for the coordinator and for peers
 */
export function sealSummary(summary: Summary, keys: ShareKeys, privateKey: Uint8Array): Bytes {
  const parsed = v.safeParse(Summary, summary)
  if (!parsed.success) throw new AppError('summary.invalid', { detail: 'its content is malformed' })
  const body = utf8(JSON.stringify(parsed.output))
  if (body.length + SIGNATURE_BYTES + SEAL_OVERHEAD_BYTES > MAX_SEALED_SUMMARY_BYTES) {
    throw new AppError('summary.invalid', { detail: 'it is too long' })
  }
  const signed = concatBytes(curves().sign(concatBytes(LABEL, body), privateKey), body)
  return seal(deriveSealKey(keys.secret, keys.publicKey, 'summary'), signed, topicOf(keys.publicKey))
}

/** Throws AppError `seal.broken` or `summary.invalid`. */
export function openSummary(box: Uint8Array, keys: ShareKeys): Summary {
  const invalid = (detail: string, cause?: unknown): AppError =>
    new AppError('summary.invalid', { detail, cause })
  if (box.length > MAX_SEALED_SUMMARY_BYTES || box.length < SEAL_OVERHEAD_BYTES + SIGNATURE_BYTES) {
    throw invalid('its length is impossible')
  }
  const signed = openSeal(deriveSealKey(keys.secret, keys.publicKey, 'summary'), box, topicOf(keys.publicKey))
  const body = signed.subarray(SIGNATURE_BYTES)
  // Everyone with the link can seal; only the owner can sign.
  if (!curves().verify(signed.subarray(0, SIGNATURE_BYTES), concatBytes(LABEL, body), keys.publicKey)) {
    throw invalid('its signature is not by the share’s owner')
  }
  try {
    return v.parse(Summary, JSON.parse(fromUtf8(body)))
  } catch (cause) {
    throw invalid('its content is malformed', cause)
  }
}

/** Whether bytes from a peer are the manifest that the owner signed. */
export function isManifestOf(summary: Summary, bytes: Uint8Array): boolean {
  return bytes.length === summary.manifestBytes && toHex(hashManifest(bytes)) === summary.manifestHash
}

export function manifestHashOf(summary: Summary): Bytes {
  const hash = fromHex(summary.manifestHash)
  if (hash === undefined) throw new AppError('summary.invalid')
  return hash
}

function shorten(text: string): string {
  // A cut through a surrogate pair leaves its first half behind.
  return text
    .toWellFormed()
    .slice(0, MAX_TITLE_LENGTH)
    .replace(/[\ud800-\udbff]$/, '')
}
