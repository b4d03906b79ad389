/** A disk of a few MiB that can be full or read-only: a tmpfs, where this user may mount one. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Why there is none here; undefined when there can be. */
export const NO_SMALL_DISK: string | undefined = reasonAgainst()

function reasonAgainst(): string | undefined {
  if (process.platform !== 'linux') return 'tmpfs is Linux'
  if (process.getuid?.() !== 0) return 'only root may mount'
  const probe = mkdtempSync(path.join(tmpdir(), 'beeline-mount-'))
  try {
    run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe)
    run('umount', probe)
    return undefined
  } catch {
    return 'mounting is forbidden here'
  } finally {
    rmdirSync(probe)
  }
}

export class SmallDisk implements Disposable {
  readonly path: string

  constructor(folder: string, sizeBytes: number) {
    this.path = folder
    mkdirSync(folder, { recursive: true })
    run('mount', '-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder)
  }

  resize(sizeBytes: number): void {
    run('mount', '-o', `remount,size=${sizeBytes}`, this.path)
  }

  makeReadOnly(): void {
    run('mount', '-o', 'remount,ro', this.path)
  }

  makeWritable(): void {
    run('mount', '-o', 'remount,rw', this.path)
  }

  [Symbol.dispose](): void {
    // Lazily: a process that was just killed may still hold a file.
    run('umount', '-l', this.path)
  }
}

/** Both programs are part of every Linux. */
function run(program: string, ...argv: readonly string[]): void {
  execFileSync(program, argv, { stdio: 'pipe' })
}
