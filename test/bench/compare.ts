/** Byte-for-byte comparison for benches; throws at the first difference. */

import { closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'

const CHUNK_BYTES = 1024 * 1024

export function compareTrees(left: string, right: string): void {
  const [a, b] = [lstatSync(left), lstatSync(right)]
  if (a.isDirectory() !== b.isDirectory()) throw new Error(`${right} is of another kind`)
  if (!a.isDirectory()) return compareFiles(left, right)
  const names = readdirSync(left).toSorted()
  if (names.join('/') !== readdirSync(right).toSorted().join('/')) throw new Error(`${right} has other names`)
  for (const name of names) compareTrees(join(left, name), join(right, name))
}

function compareFiles(left: string, right: string): void {
  const [a, b] = [openSync(left, 'r'), openSync(right, 'r')]
  const [here, there] = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)]
  try {
    for (;;) {
      const count = readSync(a, here)
      if (readSync(b, there) !== count || !here.subarray(0, count).equals(there.subarray(0, count))) {
        throw new Error(`${right} differs`)
      }
      if (count === 0) return
    }
  } finally {
    closeSync(a)
    closeSync(b)
  }
}
