/** Reads, verifies and writes single pieces. Runs in a disk worker. */

import { createHash, hash as hashOnce } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { pieceRecordMessage } from '#shared/share/piece-record.ts'
import { equalBytes } from '#shared/encoding/bytes.ts'
import { errnoOf, readError, writeError } from './disk-error.ts'
import type {
  CheckJob,
  ReadJob,
  ReadResult,
  ReadSegment,
  WriteJob,
  WriteReply,
  WriteSegment,
} from './disk-jobs.ts'
import { isSignedBy, KeyCache, privateKeyObject, publicKeyObject, signMessage } from './key-objects.ts'
import { OpenFiles } from './open-files.ts'
import { settle } from './place.ts'
import { ensureParent } from './safe-folders.ts'
import { isSameStamp, stampOf } from './walk.ts'

/** Zero where the system has no such flag (Windows, which asks for a privilege to make links at all). */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0
const PRIVATE_KEYS = new KeyCache(privateKeyObject)
const PUBLIC_KEYS = new KeyCache(publicKeyObject)
const READING = new OpenFiles()
const WRITING = new OpenFiles()

function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hashOnce('sha256', bytes, 'buffer'))
}

/** Throws AppError `source.changed` unless every file still is what was offered. */
export function readPiece(job: ReadJob): ReadResult {
  const { bytes } = job
  for (const segment of job.segments) readSegment(segment, bytes)
  const hash = sha256(bytes)
  if (job.hash !== undefined && !equalBytes(hash, job.hash)) {
    throw new AppError('source.changed', { detail: job.segments[0]?.paths[0] ?? '' })
  }
  const signature =
    job.privateKey === undefined
      ? undefined
      : signMessage(pieceRecordMessage(job.index, hash), PRIVATE_KEYS.get(job.privateKey))
  return { hash, signature }
}

/** False when anything is missing or different. */
export function checkPiece(job: CheckJob): boolean {
  const digest = createHash('sha256')
  try {
    for (const segment of job.segments) {
      const bytes = new Uint8Array(segment.length)
      readSegment({ ...segment, pieceOffset: 0 }, bytes)
      digest.update(bytes)
    }
  } catch {
    return false // whatever it was, the piece is not there and will be fetched again
  } finally {
    for (const { paths } of job.segments) for (const path of paths) READING.close(path)
  }
  return equalBytes(digest.digest(), job.hash)
}

function readSegment(segment: ReadSegment, into: Uint8Array): void {
  const [path = ''] = segment.paths
  let transient: number | undefined
  try {
    let descriptor: number
    if (segment.isPart) descriptor = READING.get(path, () => openFirst(segment.paths))
    else descriptor = transient = openFirst(segment.paths)
    let done = 0
    while (done < segment.length) {
      const count = readSync(
        descriptor,
        into,
        segment.pieceOffset + done,
        segment.length - done,
        segment.fileOffset + done,
      )
      if (count === 0) throw new AppError('source.changed', { detail: path })
      done += count
    }
    // Looked at after reading: a change before or during it shows in the time or the size.
    if (segment.stamp !== undefined && !isSameStamp(stampOf(fstatSync(descriptor)), segment.stamp)) {
      throw new AppError('source.changed', { detail: path })
    }
  } catch (cause) {
    READING.close(path)
    throw readError(cause, path)
  } finally {
    if (transient !== undefined) closeSync(transient)
  }
}

function openFirst(paths: readonly string[]): number {
  let failure: unknown
  for (const path of paths) {
    try {
      return openSync(path, constants.O_RDONLY)
    } catch (cause) {
      failure = cause
      if (errnoOf(cause) !== 'ENOENT') throw cause
    }
  }
  throw failure
}

/** Nothing of a piece reaches the disk before its hash and signature are right. */
export function writePiece(job: WriteJob): WriteReply {
  if (!isSignedBy(job.signature, pieceRecordMessage(job.index, job.hash), PUBLIC_KEYS.get(job.publicKey))) {
    return { result: 'bad-signature', keptHash: undefined }
  }
  if (!equalBytes(sha256(job.bytes), job.hash)) return { result: 'bad-hash', keptHash: undefined }
  for (const segment of job.segments) {
    if (segment.isWhole) writeWhole(job.root, segment, job.bytes)
    else writePart(job.root, segment, job.bytes)
  }
  return { result: 'written', keptHash: job.kept === undefined ? undefined : hashKept(job.bytes, job.kept) }
}

function hashKept(bytes: Uint8Array, kept: NonNullable<WriteJob['kept']>): Uint8Array<ArrayBuffer> {
  const digest = createHash('sha256')
  for (const { pieceOffset, length } of kept) digest.update(bytes.subarray(pieceOffset, pieceOffset + length))
  return new Uint8Array(digest.digest())
}

function writeWhole(root: string, segment: WriteSegment, bytes: Uint8Array): void {
  const path = join(root, segment.part)
  try {
    ensureParent(root, segment.part)
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | NO_FOLLOW
    const descriptor = openSync(path, flags, segment.isExecutable ? 0o777 : 0o666)
    try {
      writeFully(descriptor, bytes, segment)
    } catch (error) {
      closeSync(descriptor)
      throw error
    }
    settle(descriptor, root, segment)
  } catch (cause) {
    throw writeError(cause, path)
  }
}

function writePart(root: string, segment: WriteSegment, bytes: Uint8Array): void {
  const path = join(root, segment.part)
  try {
    const descriptor = WRITING.get(path, () => {
      ensureParent(root, segment.part)
      return openSync(path, constants.O_RDWR | constants.O_CREAT | NO_FOLLOW, 0o666)
    })
    writeFully(descriptor, bytes, segment)
  } catch (cause) {
    WRITING.close(path)
    throw writeError(cause, path)
  }
}

/** A full disk may take a part of a write and say nothing until the next. */
function writeFully(descriptor: number, bytes: Uint8Array, segment: WriteSegment): void {
  let done = 0
  while (done < segment.length) {
    done += writeSync(
      descriptor,
      bytes,
      segment.pieceOffset + done,
      segment.length - done,
      segment.fileOffset + done,
    )
  }
}

/** Before a file is renamed: descriptors under its old name would be kept for nothing. */
export function closePart(path: string): void {
  WRITING.close(path)
  READING.close(path)
}

/** Before a person may move things: writes would go on into a file that nobody sees any more. */
export function closeUnder(path: string): void {
  WRITING.closeUnder(path)
  READING.closeUnder(path)
}
