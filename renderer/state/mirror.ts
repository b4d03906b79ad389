/**
 * What the page knows: a copy of what the engine told last, one subscription per piece of it. The engine owns the
 * truth; nothing here is computed a second time.
 */

import type { AppEvent, AppView, TransferId, TransferView } from '#shared/api/views.ts'

/** `app`: everything but transfers. `list`: which transfers there are, and in which group. */
export type Slice = 'app' | 'list' | 'incoming' | `transfer:${number}`

export class Mirror {
  #app: Omit<AppView, 'transfers'> | undefined
  readonly #transfers = new Map<TransferId, TransferView>()
  #ids: readonly TransferId[] = []
  #incoming: { readonly links: readonly string[]; readonly paths: readonly string[] } = {
    links: [],
    paths: [],
  }
  readonly #listeners = new Map<Slice, Set<() => void>>()

  get app(): Omit<AppView, 'transfers'> | undefined {
    return this.#app
  }

  /** Newest first. The same array until it changes. */
  get ids(): readonly TransferId[] {
    return this.#ids
  }

  /** Links and files that were opened outside and wait to be looked at. */
  get incoming(): { readonly links: readonly string[]; readonly paths: readonly string[] } {
    return this.#incoming
  }

  transfer(id: TransferId): TransferView | undefined {
    return this.#transfers.get(id)
  }

  subscribe(slice: Slice, listener: () => void): () => void {
    const listeners = this.#listeners.get(slice) ?? new Set()
    this.#listeners.set(slice, listeners)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(slice)
    }
  }

  take(event: AppEvent): void {
    switch (event.kind) {
      case 'snapshot': {
        const { transfers, ...app } = event.app
        const known = [...this.#transfers.keys()]
        this.#app = app
        this.#transfers.clear()
        for (const transfer of transfers) this.#transfers.set(transfer.id, transfer)
        this.#arrange()
        this.#tell('app', 'list', ...new Set([...known, ...this.#transfers.keys()].map(sliceOf)))
        return
      }
      case 'transfers': {
        const isNew = event.changed.some(
          (view) =>
            groupOf(view) !== groupOf(this.#transfers.get(view.id)) ||
            view.title !== this.#transfers.get(view.id)?.title,
        )
        for (const transfer of event.changed) this.#transfers.set(transfer.id, transfer)
        for (const id of event.gone) this.#transfers.delete(id)
        if (isNew || event.gone.length > 0) {
          this.#arrange()
          this.#tell('list')
        }
        this.#tell(...event.changed.map(({ id }) => sliceOf(id)), ...event.gone.map(sliceOf))
        return
      }
      case 'settings':
        if (this.#app !== undefined) this.#app = { ...this.#app, settings: event.settings }
        return this.#tell('app')
      case 'update':
        if (this.#app !== undefined) this.#app = { ...this.#app, update: event.update }
        return this.#tell('app')
      case 'link':
        this.#incoming = { ...this.#incoming, links: [...this.#incoming.links, event.link] }
        return this.#tell('incoming')
      case 'paths':
        this.#incoming = { ...this.#incoming, paths: [...this.#incoming.paths, ...event.paths] }
        return this.#tell('incoming')
    }
  }

  /** They are being looked at. */
  takeIncoming(): { readonly links: readonly string[]; readonly paths: readonly string[] } {
    const taken = this.#incoming
    this.#incoming = { links: [], paths: [] }
    if (taken.links.length + taken.paths.length > 0) this.#tell('incoming')
    return taken
  }

  #arrange(): void {
    this.#ids = [...this.#transfers.values()]
      .sort((left, right) => right.addedAtMs - left.addedAtMs || right.id - left.id)
      .map(({ id }) => id)
  }

  #tell(...slices: readonly Slice[]): void {
    for (const slice of slices) for (const listener of this.#listeners.get(slice) ?? []) listener()
  }
}

/** Under which filter a transfer stands. */
export type Group = 'receiving' | 'sharing' | 'done'

export function groupOf(view: TransferView | undefined): Group | undefined {
  if (view === undefined) return undefined
  if (view.role === 'send') return view.state === 'stopped' || view.state === 'failed' ? 'done' : 'sharing'
  if (view.finishedAtMs !== null) return view.state === 'seeding' ? 'sharing' : 'done'
  return 'receiving'
}

function sliceOf(id: TransferId): Slice {
  return `transfer:${id}`
}
