/** What of a download nobody connected has: how much, and which files it keeps from being complete. */

import type { MissingView } from '#shared/api/missing-view.ts'
import { filesOf, type Manifest } from '#shared/share/manifest.ts'
import type { Demand } from '#shared/swarm/demand.ts'
import type { DownloadProgress } from './store/download-progress.ts'

/** Files named; more would be a list to read. */
const MAX_NAMED = 5
/** While connections are made much is missing for a moment: only what lasts is said. Milliseconds. */
const SETTLED_MS = 5000
/** Between two counts, each of which looks at every piece and file. Milliseconds. */
const COUNT_MS = 2000

export class MissingPieces {
  readonly #progress: DownloadProgress
  readonly #paths: readonly string[]
  #sinceMs: number | undefined
  #countedMs = Number.NEGATIVE_INFINITY
  #last: MissingView | null = null

  constructor(progress: DownloadProgress, manifest: Manifest) {
    this.#progress = progress
    this.#paths = filesOf(manifest).map(({ path }) => path)
  }

  /** Null while somebody connected has what is missing here. */
  view(
    demand: Pick<Demand, 'isMissing' | 'unavailableCount' | 'availability'> | undefined,
    nowMs: number = performance.now(),
  ): MissingView | null {
    if (demand === undefined || demand.unavailableCount === 0) {
      this.#sinceMs = undefined
      this.#last = null
      this.#countedMs = Number.NEGATIVE_INFINITY
      return null
    }
    this.#sinceMs ??= nowMs
    if (nowMs - this.#sinceMs < SETTLED_MS) return null
    if (nowMs - this.#countedMs >= COUNT_MS) {
      this.#countedMs = nowMs
      this.#last = this.#count((piece) => demand.isMissing(piece) && demand.availability[piece] === 0)
    }
    return this.#last
  }

  #count(isUnavailable: (piece: number) => boolean): MissingView {
    const progress = this.#progress
    const { layout } = progress
    const pieces = new Set<number>()
    const named: string[] = []
    let [bytes, fileCount] = [0, 0]
    for (let file = 0; file < layout.fileCount; file++) {
      const span = progress.isWanted(file) ? layout.piecesOf(file) : undefined
      if (span === undefined || progress.isFileComplete(file)) continue
      let ofFile = 0
      for (let piece = span.first; piece <= span.last; piece++) {
        if (!isUnavailable(piece)) continue
        const part = progress.missingBytesOf(file, piece)
        ofFile += part
        if (part > 0) pieces.add(piece)
      }
      if (ofFile === 0) continue
      bytes += ofFile
      fileCount++
      if (named.length < MAX_NAMED) named.push((this.#paths[file] ?? '').toWellFormed())
    }
    return { pieceCount: pieces.size, bytes, fileCount, files: named }
  }
}
