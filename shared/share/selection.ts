/** Which entries of a manifest a person wants. Pure. */

import type { Selection } from '../api/transfer-views.ts'
import { AppError } from '../errors.ts'
import type { Manifest } from './manifest.ts'

export interface Wanted {
  /** By manifest entry: 1 where it is wanted. */
  readonly entries: Uint8Array
  /** By file, in manifest order: 1 where it is wanted. */
  readonly files: Uint8Array
  readonly fileCount: number
  readonly totalBytes: number
  /** Not everything. */
  readonly isPartial: boolean
}

/** Throws AppError `settings.bad-value` for no path at all, and for one that names nothing in the manifest. */
export function chooseWanted(manifest: Manifest, selection: Selection): Wanted {
  const filter = selection === null ? undefined : new PathFilter(selection.paths)
  const entries = new Uint8Array(manifest.entries.length)
  const files: number[] = []
  let wantedCount = 0
  let fileCount = 0
  let totalBytes = 0
  manifest.entries.forEach((entry, i) => {
    const isIn = filter?.has(entry.path) ?? true
    if (isIn) {
      entries[i] = 1
      wantedCount++
    }
    if (entry.kind !== 'file') return
    files.push(Number(isIn))
    if (!isIn) return
    fileCount++
    totalBytes += entry.sizeBytes
  })
  filter?.refuseUnknown()
  const isPartial = wantedCount < entries.length
  return { entries, files: Uint8Array.from(files), fileCount, totalBytes, isPartial }
}

class PathFilter {
  readonly #chosen: Set<string>
  /** Chosen paths that have named nothing so far. */
  readonly #unknown: Set<string>
  readonly #isAll: boolean

  constructor(paths: readonly string[]) {
    this.#chosen = new Set(paths)
    // The top folder is everything in it.
    this.#isAll = this.#chosen.delete('')
    this.#unknown = new Set(this.#chosen)
    if (paths.length === 0) throw new AppError('settings.bad-value', { detail: 'nothing is chosen' })
  }

  has(path: string): boolean {
    let isIn = this.#isAll
    // Every folder above it too, so that each chosen path is found to name something.
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const above = path.slice(0, end)
      if (!this.#chosen.has(above)) continue
      this.#unknown.delete(above)
      isIn = true
    }
    return isIn
  }

  /** To be called when every path of the share was looked at. */
  refuseUnknown(): void {
    const [first] = this.#unknown
    if (first !== undefined)
      throw new AppError('settings.bad-value', { detail: `not in this share: ${first}` })
  }
}
