/** Compares two folders or files in everything that a share promises to carry. Reads every byte of both. */

import type { BigIntStats } from 'node:fs'
import { lstat, open, readdir, readlink } from 'node:fs/promises'
import path from 'node:path'

export interface Comparison {
  readonly fileCount: number
  readonly symlinkCount: number
  readonly totalBytes: number
  /** One sentence each; empty when identical. At most `MAX_DIFFERENCES`. */
  readonly differences: readonly string[]
}

/** More would not tell more. */
const MAX_DIFFERENCES = 10
/** Read at once from each side. */
const CHUNK_BYTES = 1024 * 1024
/** Times are carried in whole milliseconds. */
const NANOSECONDS_PER_MILLISECOND = 1_000_000n

/** Names, kinds, bytes, modification times of files to the millisecond, executable bits, targets of symbolic links. */
export async function compareTrees(left: string, right: string, signal: AbortSignal): Promise<Comparison> {
  const differences: string[] = []
  let fileCount = 0
  let symlinkCount = 0
  let totalBytes = 0
  const pending = ['']
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (differences.length >= MAX_DIFFERENCES) break
    signal.throwIfAborted()
    const paths = [path.join(left, name), path.join(right, name)] as const
    const shown = name === '' ? path.basename(left) : name
    const stats = await Promise.all(paths.map((file) => statOrMissing(file)))
    const [first, second] = stats
    if (first === undefined || second === undefined) {
      differences.push(`${shown}: ${first === undefined ? 'only in the copy' : 'missing'}`)
    } else if (kindOf(first) !== kindOf(second)) {
      differences.push(`${shown}: is a ${kindOf(second)} instead of a ${kindOf(first)}`)
    } else if (first.isDirectory()) {
      const names = await Promise.all(paths.map((folder) => readdir(folder)))
      for (const child of new Set(names.flat())) pending.push(path.join(name, child))
    } else if (first.isSymbolicLink()) {
      symlinkCount++
      const [target, copied] = await Promise.all(paths.map((link) => readlink(link)))
      if (target !== copied) differences.push(`${shown}: leads elsewhere`)
    } else {
      fileCount++
      totalBytes += Number(first.size)
      const difference = metadataDifference(first, second) ?? (await contentDifference(...paths))
      if (difference !== undefined) differences.push(`${shown}: ${difference}`)
    }
  }
  return { fileCount, symlinkCount, totalBytes, differences }
}

async function statOrMissing(file: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(file, { bigint: true })
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw thrown
  }
}

function kindOf(stats: BigIntStats): string {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  return stats.isSymbolicLink() ? 'symbolic link' : 'special file'
}

function metadataDifference(first: BigIntStats, second: BigIntStats): string | undefined {
  if (first.size !== second.size) return 'another size'
  const apart = first.mtimeNs - second.mtimeNs
  if (apart >= NANOSECONDS_PER_MILLISECOND || apart <= -NANOSECONDS_PER_MILLISECOND)
    return 'another modification time'
  const isExecutable = (stats: BigIntStats): boolean => (stats.mode & 0o100n) !== 0n
  // Windows has no such bit.
  if (process.platform !== 'win32' && isExecutable(first) !== isExecutable(second))
    return 'another executable bit'
  return undefined
}

async function contentDifference(left: string, right: string): Promise<string | undefined> {
  await using first = await open(left)
  await using second = await open(right)
  const buffers = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)] as const
  for (let position = 0; ;) {
    const [one, two] = await Promise.all([
      first.read(buffers[0], 0, CHUNK_BYTES, position),
      second.read(buffers[1], 0, CHUNK_BYTES, position),
    ])
    const count = Math.min(one.bytesRead, two.bytesRead)
    if (buffers[0].compare(buffers[1], 0, count, 0, count) !== 0) return 'other bytes'
    if (count === 0) return one.bytesRead === two.bytesRead ? undefined : 'another length'
    position += count
  }
}
