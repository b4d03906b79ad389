/** Writes manifest bytes as the codec would, but without its checks: what an attacker sends. */

import { ByteWriter } from '#shared/encoding/byte-stream.ts'
import { sharedPrefix, utf8 } from '#shared/encoding/bytes.ts'
import type { ManifestEntry } from '#shared/share/manifest.ts'

/** A step of writing: a byte string as it is, or a number as a varint. */
export type RawPart = number | Uint8Array

export function rawBytes(...parts: readonly RawPart[]): Uint8Array {
  return rawList(parts)
}

/** The same for more parts than a call can have arguments. */
export function rawList(parts: readonly RawPart[]): Uint8Array {
  const out = new ByteWriter()
  for (const part of parts) {
    if (typeof part === 'number') out.varint(part)
    else out.bytes(part)
  }
  return out.finish()
}

/** @param entries whose sizes and times can be written, at least: whole numbers, not negative */
export function rawManifest(entries: readonly ManifestEntry[]): Uint8Array {
  const parts: RawPart[] = [utf8('BLM1'), entries.length]
  let previous: Uint8Array = new Uint8Array(0)
  for (const entry of entries) {
    const path = utf8(entry.path)
    const shared = sharedPrefix(previous, path)
    const kind = entry.kind === 'folder' ? 2 : entry.kind === 'symlink' ? 3 : entry.isExecutable ? 1 : 0
    parts.push(kind, shared, path.length - shared, path.subarray(shared))
    previous = path
    if (entry.kind === 'file') {
      parts.push(entry.sizeBytes, entry.mtimeMs < 0 ? -entry.mtimeMs * 2 - 1 : entry.mtimeMs * 2)
    } else if (entry.kind === 'symlink') {
      const target = utf8(entry.target)
      parts.push(target.length, target)
    }
  }
  return rawList(parts)
}
