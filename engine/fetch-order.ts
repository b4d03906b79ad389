/** In which order a download comes: by the priorities of its files, and from the beginning on where that is wished. */

import * as v from 'valibot'
import {
  FilePriorityList,
  prioritiesPerFile,
  withPriority,
  type FilePriorities,
} from '#shared/share/file-priorities.ts'
import type { Manifest } from '#shared/share/manifest.ts'
import type { Bitfield } from '#shared/swarm/bitfield.ts'
import type { FilePriority, Urgency } from '#shared/swarm/urgency.ts'
import type { TransferRow } from './library/rows.ts'

const SavedPriorities = v.pipe(v.string(), v.parseJson(), FilePriorityList)

/** What the library has of it may be damaged: then nothing was said. */
export function filePrioritiesOf(row: TransferRow): FilePriorities {
  const saved = v.safeParse(SavedPriorities, row.file_priorities)
  return new Map(saved.success ? saved.output : [])
}

interface Pieces {
  readonly have: Bitfield
  readonly wanted: Bitfield
  readonly pieceBytes: number
}

export class FetchOrder {
  readonly #urgency: Pick<Urgency, 'setPriorities' | 'setReadHead'>
  #files: FilePriorities = new Map()
  #perFile: ReadonlyMap<number, FilePriority> = new Map()
  #isInOrder = false
  #manifest: Manifest | undefined
  #pieces: Pieces | undefined
  /** No wanted piece before this one is missing. */
  #cursor = 0

  constructor(urgency: Pick<Urgency, 'setPriorities' | 'setReadHead'>) {
    this.#urgency = urgency
  }

  get isInOrder(): boolean {
    return this.#isInOrder
  }

  priorityOf(file: number): FilePriority {
    return this.#perFile.get(file) ?? 'normal'
  }

  learnManifest(manifest: Manifest): void {
    this.#manifest = manifest
    this.#applyPriorities()
  }

  /** What was said in earlier runs. */
  takeOver(row: TransferRow): void {
    this.#setAll(filePrioritiesOf(row))
    if (row.is_in_order === 1) this.setInOrder(true)
  }

  #setAll(files: FilePriorities): void {
    this.#files = files
    this.#applyPriorities()
  }

  /** @param path of a file or a folder */
  prefer(path: string, priority: FilePriority): void {
    this.#setAll(withPriority(this.#files, path, priority))
  }

  setInOrder(isInOrder: boolean): void {
    this.#isInOrder = isInOrder
    this.#aim()
  }

  begin(have: Bitfield, wanted: Bitfield, pieceBytes: number): void {
    this.#pieces = { have, wanted, pieceBytes }
    this.#aim()
  }

  /** A piece is here. */
  written(): void {
    if (this.#isInOrder) this.#aim()
  }

  #applyPriorities(): void {
    if (this.#manifest === undefined) return
    this.#perFile = prioritiesPerFile(this.#manifest, this.#files)
    this.#urgency.setPriorities(this.#perFile)
  }

  /** To the first byte that is missing: whoever opens a file meanwhile finds its beginning. */
  #aim(): void {
    const pieces = this.#pieces
    if (pieces === undefined) return
    const { have, wanted, pieceBytes } = pieces
    while (this.#cursor < wanted.length && (!wanted.has(this.#cursor) || have.has(this.#cursor)))
      this.#cursor++
    const isReading = this.#isInOrder && this.#cursor < wanted.length
    this.#urgency.setReadHead(isReading ? this.#cursor * pieceBytes : undefined)
  }
}
