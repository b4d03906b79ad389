/**
 * Smart ban, after libtorrent: when a piece that several peers sent fails its hash, nobody is banned yet. Its blocks
 * are kept, and once the true piece is there, whoever sent other bytes is the liar. Pure.
 */

import { BLOCK_BYTES } from '../share/piece-layout.ts'
import type { PeerId } from '../share/keys.ts'
import { equalBytes } from '../encoding/bytes.ts'

/** Failed copies kept in all: liars must not fill the memory with evidence. */
const MAX_KEPT = 4

interface Evidence {
  readonly bytes: Uint8Array
  readonly from: readonly (PeerId | undefined)[]
}

export class Suspects {
  readonly #kept = new Map<number, Evidence>()

  has(piece: number): boolean {
    return this.#kept.has(piece)
  }

  add(piece: number, bytes: Uint8Array, from: readonly (PeerId | undefined)[]): void {
    if (this.#kept.size >= MAX_KEPT) {
      const oldest = this.#kept.keys().next()
      if (oldest.done !== true) this.#kept.delete(oldest.value)
    }
    this.#kept.set(piece, { bytes, from: [...from] })
  }

  /** @returns who sent blocks that differ from the true ones */
  convict(piece: number, truth: Uint8Array): PeerId[] {
    const evidence = this.#kept.get(piece)
    if (evidence === undefined) return []
    this.#kept.delete(piece)
    const liars = new Set<PeerId>()
    evidence.from.forEach((peer, block) => {
      const start = block * BLOCK_BYTES
      const end = start + BLOCK_BYTES
      if (
        peer !== undefined &&
        !equalBytes(evidence.bytes.subarray(start, end), truth.subarray(start, end))
      ) {
        liars.add(peer)
      }
    })
    return [...liars]
  }
}
