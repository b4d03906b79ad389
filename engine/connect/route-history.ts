/** What a connection ran over since it was first tried. Pure. */

import type { PeerView, RouteKind } from '#shared/api/views.ts'

/** Entries kept: enough for a person; the oldest but the first go. */
const MAX_ENTRIES = 20

export class RouteHistory {
  readonly #startedMs: number
  readonly #entries: PeerView['history'] = []

  /** @param startedMs when it was first tried */
  constructor(startedMs: number) {
    this.#startedMs = startedMs
  }

  note(kind: RouteKind, nowMs: number): void {
    if (this.#entries.at(-1)?.kind === kind) return
    this.#entries.push({ kind, sinceMs: Math.round(nowMs - this.#startedMs) })
    if (this.#entries.length > MAX_ENTRIES) this.#entries.splice(1, 1)
  }

  list(): PeerView['history'] {
    return [...this.#entries]
  }
}
