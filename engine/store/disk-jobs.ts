/** What the disk workers can do, as plain data: the one description both sides of the thread boundary share. */

import type { ErrorCode } from '#shared/errors.ts'
import type { WriteResult } from '#shared/swarm/piece-store.ts'
import type { Manifest } from '#shared/share/manifest.ts'
import type { Segment } from '#shared/share/piece-layout.ts'

/** How a source file looked when it was walked: any difference means that it has changed. */
export interface FileStamp {
  readonly sizeBytes: number
  /** With the fraction that the file system keeps. */
  readonly mtimeMs: number
  readonly inode: number
}

interface WalkJob {
  readonly kind: 'walk'
  /** Absolute. */
  readonly paths: readonly string[]
}

export interface WalkedFile {
  readonly path: string
  readonly stamp: FileStamp
}

export interface WalkResult {
  readonly manifest: Manifest
  /** Its canonical form, made here because it takes a while with 200,000 files. */
  readonly manifestBytes: Uint8Array<ArrayBuffer>
  /** By manifest path. */
  readonly files: ReadonlyMap<string, WalkedFile>
  /** Manifest paths that were left out, with the reason. */
  readonly leftOut: readonly { readonly path: string; readonly reason: LeftOutReason }[]
}

/** Why something is not sent. */
export type LeftOutReason = 'special-file' | 'outside-link' | 'bad-name' | 'unreadable'

/** A stretch of a file on disk inside a piece; bytes. */
export interface ReadSegment {
  /** Tried in order: a download's file may have been renamed meanwhile. */
  readonly paths: readonly string[]
  readonly fileOffset: number
  readonly pieceOffset: number
  readonly length: number
  /** Undefined for downloads, whose hash is known. */
  readonly stamp: FileStamp | undefined
  /** The file has more pieces, so that its descriptor is worth keeping. */
  readonly isPart: boolean
}

export interface ReadJob {
  readonly kind: 'read'
  /** Where the bytes go. Shared memory, as long as the piece. */
  readonly bytes: Uint8Array
  readonly index: number
  readonly segments: readonly ReadSegment[]
  /** Known: anything else on disk is `source.changed`. */
  readonly hash: Uint8Array | undefined
  /** Signs what is read for the first time. */
  readonly privateKey: Uint8Array | undefined
}

export interface ReadResult {
  readonly hash: Uint8Array<ArrayBuffer>
  readonly signature: Uint8Array<ArrayBuffer> | undefined
}

export interface WriteSegment {
  /** Below `root`, by the names chosen here. */
  readonly part: string
  readonly final: string
  readonly fileOffset: number
  readonly pieceOffset: number
  readonly length: number
  /** The piece holds the whole file: it is finished at once. */
  readonly isWhole: boolean
  readonly mtimeMs: number
  readonly isExecutable: boolean
}

export interface WriteJob {
  readonly kind: 'write'
  readonly index: number
  readonly root: string
  /** Shared memory; nobody else touches it until the answer. */
  readonly bytes: Uint8Array
  readonly hash: Uint8Array<ArrayBuffer>
  readonly signature: Uint8Array<ArrayBuffer>
  readonly publicKey: Uint8Array
  readonly segments: readonly WriteSegment[]
  /** Of a piece that is not written whole: all that will be on disk of it, to be hashed for a later check. */
  readonly kept: readonly Pick<Segment, 'pieceOffset' | 'length'>[] | undefined
}

export interface WriteReply {
  readonly result: WriteResult
  /** SHA-256 of what was to be kept. */
  readonly keptHash: Uint8Array<ArrayBuffer> | undefined
}

/** Hashes what an earlier run left doubtful of a piece. */
export interface CheckJob {
  readonly kind: 'check'
  /** Of the segments, end to end. */
  readonly hash: Uint8Array
  readonly segments: readonly ReadSegment[]
}

export interface FinishJob {
  readonly kind: 'finish'
  readonly root: string
  readonly part: string
  readonly final: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly isExecutable: boolean
}

/** Gives a finished file its unfinished name back: a part of it was lost and is fetched again. */
export interface ReopenJob {
  readonly kind: 'reopen'
  readonly root: string
  readonly part: string
  readonly final: string
}

/** Deletes files that were not finished, and nothing that is no plain file. */
export interface RemoveJob {
  readonly kind: 'remove'
  readonly root: string
  readonly parts: readonly string[]
}

/** What needs no bytes from anybody: empty files, empty folders, and at the very end symbolic links. */
export interface PlaceJob {
  readonly kind: 'place'
  readonly root: string
  readonly files: readonly {
    readonly path: string
    readonly mtimeMs: number
    readonly isExecutable: boolean
  }[]
  readonly folders: readonly string[]
  readonly links: readonly { readonly path: string; readonly target: string }[]
}

/** Closes descriptors that are kept of files at or below these paths. */
interface ReleaseJob {
  readonly kind: 'release'
  /** Absolute. */
  readonly under: readonly string[]
}

/** Sizes of what an earlier run left, in bytes; -1 where nothing (or no plain file) is. */
export interface SizesJob {
  readonly kind: 'sizes'
  readonly root: string
  readonly files: readonly { readonly part: string; readonly final: string }[]
}

export interface SizesResult {
  readonly parts: Float64Array<ArrayBuffer>
  readonly finals: Float64Array<ArrayBuffer>
}

export type DiskJob =
  | WalkJob
  | ReadJob
  | WriteJob
  | CheckJob
  | FinishJob
  | ReopenJob
  | RemoveJob
  | PlaceJob
  | SizesJob
  | ReleaseJob

export interface JobResults {
  readonly walk: WalkResult
  readonly read: ReadResult
  readonly write: WriteReply
  readonly check: boolean
  readonly finish: null
  readonly reopen: null
  readonly remove: null
  readonly place: null
  readonly sizes: SizesResult
  readonly release: null
}

export interface JobRequest {
  readonly id: number
  readonly job: DiskJob
}

export type JobReply =
  | { readonly id: number; readonly isOk: true; readonly value: JobResults[keyof JobResults] }
  | { readonly id: number; readonly isOk: false; readonly code: ErrorCode; readonly detail: string }
