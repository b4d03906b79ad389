/** Signals that overtook the offer of their lane, kept for a short while and in small number. */

import type { Signal } from '#shared/protocol/signals.ts'
import type { PeerId } from '#shared/share/keys.ts'

/** Milliseconds: an offer that is later than this was lost. */
const KEPT_MS = 15_000
/** Lanes at a time; a stranger with the link must not fill the memory. */
const MAX_LANES = 64
/** What a lane may have: the candidates that the ICE library takes. */
const MAX_SIGNALS = 32

export class EarlySignals {
  readonly #kept = new Map<string, { readonly sinceMs: number; readonly signals: Signal[] }>()

  keep(from: PeerId, signal: Signal): void {
    const now = Date.now()
    for (const [key, { sinceMs }] of this.#kept) if (now - sinceMs > KEPT_MS) this.#kept.delete(key)
    const key = `${from} ${signal.lane}`
    const entry = this.#kept.get(key) ?? { sinceMs: now, signals: [] }
    if (!this.#kept.has(key) && this.#kept.size >= MAX_LANES) return
    this.#kept.set(key, entry)
    if (entry.signals.length < MAX_SIGNALS) entry.signals.push(signal)
  }

  take(from: PeerId, lane: string): Signal[] {
    const key = `${from} ${lane}`
    const signals = this.#kept.get(key)?.signals ?? []
    this.#kept.delete(key)
    return signals
  }
}
