/** Turns the system's error codes into the product's. */

import { AppError, type ErrorCode } from '#shared/errors.ts'

const WRITING: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'disk.full',
  EDQUOT: 'disk.full',
  EFBIG: 'disk.full',
  EACCES: 'disk.no-permission',
  EPERM: 'disk.no-permission',
  EROFS: 'disk.read-only',
  ELOOP: 'disk.unsafe-path',
  ENOTDIR: 'disk.unsafe-path',
  EISDIR: 'disk.unsafe-path',
  ENOENT: 'disk.gone',
  ENXIO: 'disk.unsafe-path',
}

const READING: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'source.changed',
  ENOTDIR: 'source.changed',
  EISDIR: 'source.changed',
  ELOOP: 'source.changed',
  EACCES: 'source.unreadable',
  EPERM: 'source.unreadable',
}

export function errnoOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
}

/** While writing a download. The path is shown to its owner only, never logged. */
export function writeError(cause: unknown, path: string): AppError {
  if (cause instanceof AppError) return cause
  return new AppError(WRITING[errnoOf(cause)] ?? 'disk.failed', {
    detail: `${errnoOf(cause)} ${path}`,
    cause,
  })
}

/** While reading what is shared. */
export function readError(cause: unknown, path: string): AppError {
  if (cause instanceof AppError) return cause
  return new AppError(READING[errnoOf(cause)] ?? 'source.unreadable', {
    detail: `${errnoOf(cause)} ${path}`,
    cause,
  })
}
