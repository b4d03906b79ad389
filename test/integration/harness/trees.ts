/** Trees of files for tests: made, and compared byte for byte. Shares no code with the product. */

import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'

const MIB = 1024 * 1024

/** Writes a file of random bytes; returns its path. */
export function writeRandomFile(file: string, sizeBytes: number): string {
  mkdirSync(path.dirname(file), { recursive: true })
  const descriptor = openSync(file, 'w')
  for (let done = 0; done < sizeBytes; done += MIB) {
    writeSync(descriptor, randomBytes(Math.min(MIB, sizeBytes - done)))
  }
  closeSync(descriptor)
  return file
}

/** Milliseconds since 1970; may be negative. Node's own function takes negative numbers for “now”, so text is given. */
export function setModified(file: string, mtimeMs: number): void {
  const seconds = String((mtimeMs + 0.1) / 1000)
  utimesSync(file, seconds, seconds)
}

export function writeFile(file: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, content, { mode })
}

/** Everything that a share promises to carry, by path; one line each, so that a difference can be read. */
export function describeTree(root: string): Map<string, string> {
  const lines = new Map<string, string>()
  const visit = (absolute: string, name: string): void => {
    const stats = lstatSync(absolute)
    if (stats.isDirectory()) {
      lines.set(name, 'folder')
      for (const child of readdirSync(absolute)) visit(path.join(absolute, child), `${name}/${child}`)
    } else if (stats.isSymbolicLink()) lines.set(name, `link to ${readlinkSync(absolute)}`)
    else if (stats.isFile()) {
      const mode = (stats.mode & 0o100) === 0 ? 'plain' : 'executable'
      const mtimeMs = Math.floor(stats.mtimeMs)
      lines.set(name, `${mode} file of ${stats.size} bytes, ${mtimeMs} ms, ${hashFile(absolute)}`)
    } else lines.set(name, 'special')
  }
  visit(root, '.')
  return lines
}

/** What differs, one line each, at most twenty; empty when the trees are the same. */
export function differencesOf(
  left: ReadonlyMap<string, string>,
  right: ReadonlyMap<string, string>,
): string[] {
  const differences: string[] = []
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    if (left.get(name) !== right.get(name)) {
      differences.push(
        `${JSON.stringify(name)}: ${left.get(name) ?? 'nothing'} ≠ ${right.get(name) ?? 'nothing'}`,
      )
    }
  }
  return differences.slice(0, 20)
}

/** What differs between two folders, read from the disk. */
export function compareFolders(left: string, right: string): string[] {
  return differencesOf(describeTree(left), describeTree(right))
}

function hashFile(file: string): string {
  const digest = createHash('sha256')
  const buffer = Buffer.alloc(MIB)
  const descriptor = openSync(file, 'r')
  try {
    for (;;) {
      const count = readSync(descriptor, buffer)
      if (count === 0) return digest.digest('hex')
      digest.update(buffer.subarray(0, count))
    }
  } finally {
    closeSync(descriptor)
  }
}
