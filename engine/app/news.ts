/**
 * What a UI is told: slices of what has changed, four a second at most, and nothing when nothing has. A transfer that
 * stands still costs nothing; without anybody who listens, none does.
 */

import type { AppEvent, TransferId, TransferView } from '#shared/api/views.ts'
import { isEqualData } from './equal-data.ts'
import { isMoving } from './transfer-views.ts'

/** Between two slices: movement looks alive, and a page has time to draw. Milliseconds. */
export const SLICE_INTERVAL_MS = 250
/** Changes that come at once make one slice; a click is still answered at once. Milliseconds. */
const GATHER_MS = 15

export interface NewsSource {
  views(): readonly TransferView[]
  /** Undefined when it is gone. */
  view(id: TransferId): TransferView | undefined
}

export class News {
  readonly #source: NewsSource
  readonly #listeners = new Set<(event: AppEvent) => void>()
  /** As it was told last. Empty while nobody listens. */
  readonly #told = new Map<TransferId, TransferView>()
  /** To be looked at for the next slice. */
  readonly #marked = new Set<TransferId>()
  /** Change without a word, so they are looked at for every slice. */
  readonly #moving = new Set<TransferId>()
  #timer: NodeJS.Timeout | undefined
  #lastSliceMs = -Infinity

  constructor(source: NewsSource) {
    this.#source = source
  }

  /** From now on; who wants a snapshot takes it in the same turn. @returns unsubscribe */
  listen(listener: (event: AppEvent) => void): () => void {
    if (this.#listeners.size === 0) this.#begin()
    // What the others are still to be told stands in the newcomer's snapshot already: were it taken back before the next
    // slice, that slice would find nothing new, and the newcomer would keep what is not so any more.
    else if (this.#timer !== undefined) this.#tellAhead()
    // Its own, so that one that listens twice is told twice and unsubscribes once.
    const own = (event: AppEvent): void => listener(event)
    this.#listeners.add(own)
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) this.#end()
    }
  }

  /** Something about it is different, or it is gone. */
  mark(id: TransferId): void {
    if (this.#listeners.size === 0) return
    this.#marked.add(id)
    this.#schedule()
  }

  /** At once: such events do not speak of transfers, so it does not matter what waits for the next slice. */
  tell(event: AppEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  /** Nobody is told anything any more. */
  close(): void {
    this.#listeners.clear()
    this.#end()
  }

  #begin(): void {
    for (const view of this.#source.views()) {
      this.#told.set(view.id, view)
      if (isMoving(view)) this.#moving.add(view.id)
    }
    this.#lastSliceMs = performance.now()
    if (this.#moving.size > 0) this.#schedule()
  }

  #end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#told.clear()
    this.#marked.clear()
    this.#moving.clear()
  }

  #schedule(): void {
    if (this.#timer !== undefined) return
    const waitMs = Math.max(GATHER_MS, this.#lastSliceMs + SLICE_INTERVAL_MS - performance.now())
    this.#timer = setTimeout(() => this.#tellSlice(), waitMs)
  }

  #tellAhead(): void {
    clearTimeout(this.#timer)
    this.#tellSlice()
  }

  #tellSlice(): void {
    this.#timer = undefined
    this.#lastSliceMs = performance.now()
    const changed: TransferView[] = []
    const gone: TransferId[] = []
    const looked = this.#marked.union(this.#moving)
    this.#marked.clear()
    for (const id of looked) {
      const view = this.#source.view(id)
      if (view === undefined) {
        if (this.#told.delete(id)) gone.push(id)
        this.#moving.delete(id)
        continue
      }
      if (isMoving(view)) this.#moving.add(id)
      else this.#moving.delete(id)
      if (isEqualData(view, this.#told.get(id))) continue
      this.#told.set(id, view)
      changed.push(view)
    }
    if (changed.length > 0 || gone.length > 0) this.tell({ kind: 'transfers', changed, gone })
    if (this.#moving.size > 0 || this.#marked.size > 0) this.#schedule()
  }
}
