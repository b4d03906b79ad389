/** Links and files that were opened outside of the window: kept until somebody looks. Pure. */

import type { AppEvent } from '#shared/api/views.ts'

export type OutsideEvent = Extract<AppEvent, { readonly kind: 'link' | 'paths' }>

/** Events that are kept: a program that opens links without end must not fill the memory. The oldest go. */
const MAX_KEPT = 20

export class Outside {
  readonly #watchers = new Set<(event: AppEvent) => void>()
  #kept: OutsideEvent[] = []

  tell(event: OutsideEvent): void {
    if (this.#watchers.size === 0) this.#kept = [...this.#kept, event].slice(-MAX_KEPT)
    for (const watcher of this.#watchers) watcher(event)
  }

  /** What was kept comes at once. @returns unsubscribe */
  watch(watcher: (event: AppEvent) => void): () => void {
    const own = (event: AppEvent): void => watcher(event)
    this.#watchers.add(own)
    for (const event of this.#kept.splice(0)) own(event)
    return () => this.#watchers.delete(own)
  }
}
