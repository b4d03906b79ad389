/**
 * Canonical bytes of a manifest: one tree has one form, so its hash stands for it. Pure.
 *
 * `BLM1`, varint count, then per entry: kind byte, varint bytes shared with the previous path (as many as there
 * are), varint length and bytes of the rest; for files varint size and zigzag varint time; for links the target.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { ByteReader, ByteWriter } from '../encoding/byte-stream.ts'
import { concatBytes, fromUtf8, sharedPrefix, utf8, type Bytes } from '../encoding/bytes.ts'
import { AppError } from '../errors.ts'
import {
  checkManifest,
  MAX_ALL_PATHS_BYTES,
  MAX_ENTRIES,
  MAX_PATH_BYTES,
  type Manifest,
  type ManifestEntry,
} from './manifest.ts'

const MAGIC = utf8('BLM1')
const FILE = 0
const EXECUTABLE = 1
const FOLDER = 2
const SYMLINK = 3

/** The most entries with the longest paths (MAX_ALL_PATHS_BYTES) and the largest numbers. */
export const MAX_MANIFEST_BYTES = 64 * 1024 * 1024

/** Throws AppError when the manifest breaks a rule: nothing invalid is ever offered. */
export function encodeManifest(manifest: Manifest): Bytes {
  checkManifest(manifest)
  const out = new ByteWriter()
  out.bytes(MAGIC)
  out.varint(manifest.entries.length)
  let previous: Uint8Array = new Uint8Array(0)
  for (const entry of manifest.entries) {
    const path = utf8(entry.path)
    const shared = sharedPrefix(previous, path)
    out.byte(kindByteOf(entry))
    out.varint(shared)
    out.varint(path.length - shared)
    out.bytes(path.subarray(shared))
    previous = path
    if (entry.kind === 'file') {
      out.varint(entry.sizeBytes)
      out.varint(entry.mtimeMs < 0 ? -entry.mtimeMs * 2 - 1 : entry.mtimeMs * 2)
    } else if (entry.kind === 'symlink') {
      const target = utf8(entry.target)
      out.varint(target.length)
      out.bytes(target)
    }
  }
  return out.finish()
}

/** Throws AppError `manifest.invalid` or `manifest.too-large` for anything that `encodeManifest` would not write. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const invalid = (detail: string, cause?: unknown): AppError =>
    new AppError('manifest.invalid', { detail, cause })
  if (bytes.length > MAX_MANIFEST_BYTES) throw new AppError('manifest.too-large')
  let manifest: Manifest
  try {
    manifest = { entries: readEntries(new ByteReader(bytes)) }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw invalid('it is truncated or damaged', cause)
  }
  checkManifest(manifest)
  return manifest
}

export function hashManifest(bytes: Uint8Array): Bytes {
  return new Uint8Array(sha256(bytes))
}

function readEntries(input: ByteReader): ManifestEntry[] {
  if (fromUtf8(input.bytes(MAGIC.length)) !== 'BLM1') throw new RangeError('not a manifest')
  const count = input.varint()
  if (count > MAX_ENTRIES) throw new AppError('manifest.too-large')
  const entries: ManifestEntry[] = []
  let previous: Uint8Array = new Uint8Array(0)
  let pathBytes = 0
  for (let i = 0; i < count; i++) {
    const kind = input.byte()
    const shared = input.varint()
    if (shared > previous.length) throw new RangeError('prefix is too long')
    const length = input.varint()
    if (shared + length > MAX_PATH_BYTES) throw new RangeError('path is too long')
    // Here and not only in the check that follows: by then the names would have filled the memory.
    pathBytes += shared + length
    if (pathBytes > MAX_ALL_PATHS_BYTES)
      throw new AppError('manifest.too-large', { detail: 'its paths are too long' })
    const path = concatBytes(previous.subarray(0, shared), input.bytes(length))
    if (sharedPrefix(previous, path) !== shared) throw new RangeError('prefix is not the longest')
    previous = path
    entries.push(readEntry(input, kind, fromUtf8(path)))
  }
  if (!input.isAtEnd) throw new RangeError('bytes follow the end')
  return entries
}

function readEntry(input: ByteReader, kind: number, path: string): ManifestEntry {
  switch (kind) {
    case FILE:
    case EXECUTABLE: {
      const sizeBytes = input.varint()
      const zigzag = input.varint()
      const mtimeMs = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
      return { kind: 'file', path, sizeBytes, mtimeMs, isExecutable: kind === EXECUTABLE }
    }
    case FOLDER:
      return { kind: 'folder', path }
    case SYMLINK: {
      const length = input.varint()
      if (length > MAX_PATH_BYTES) throw new RangeError('target is too long')
      return { kind: 'symlink', path, target: fromUtf8(input.bytes(length)) }
    }
    default:
      throw new RangeError('unknown kind')
  }
}

function kindByteOf(entry: ManifestEntry): number {
  if (entry.kind === 'folder') return FOLDER
  if (entry.kind === 'symlink') return SYMLINK
  return entry.isExecutable ? EXECUTABLE : FILE
}
