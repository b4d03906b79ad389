/** Keeps the descriptors of the files that are in use, so that a large file is not opened once per piece. */

import { closeSync } from 'node:fs'
import { sep } from 'node:path'

/** Well below the usual limit of 1,024 descriptors, with several workers. */
const MAX_OPEN = 32

export class OpenFiles {
  readonly #descriptors = new Map<string, number>()

  /** @param open called when the file is not open yet; what it throws passes through */
  get(path: string, open: () => number): number {
    const known = this.#descriptors.get(path)
    if (known !== undefined) {
      // Most recently used last.
      this.#descriptors.delete(path)
      this.#descriptors.set(path, known)
      return known
    }
    const descriptor = open()
    this.#descriptors.set(path, descriptor)
    if (this.#descriptors.size > MAX_OPEN) {
      const oldest = this.#descriptors.keys().next()
      if (oldest.done !== true) this.close(oldest.value)
    }
    return descriptor
  }

  /** The file itself, or all in the folder. */
  closeUnder(path: string): void {
    const folder = path.endsWith(sep) ? path : path + sep
    for (const known of this.#descriptors.keys()) {
      if (known === path || known.startsWith(folder)) this.close(known)
    }
  }

  close(path: string): void {
    const descriptor = this.#descriptors.get(path)
    if (descriptor === undefined) return
    this.#descriptors.delete(path)
    closeSync(descriptor)
  }
}
