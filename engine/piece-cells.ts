/** A share's pieces, however many, as some hundred cells that fit on a screen. Pure. */

import type { DetailsEvent } from '#shared/api/transfer-views.ts'
import type { Bitfield } from '#shared/swarm/bitfield.ts'

/** As the contract promises. */
const MAX_CELLS = 600

export interface PieceFacts {
  readonly have: Bitfield
  /** How many connected peers have each piece. */
  readonly availability: { readonly [piece: number]: number }
}

export function cellsOf({ have, availability }: PieceFacts): Pick<DetailsEvent, 'pieces' | 'availability'> {
  const pieceCount = have.length
  const perCell = Math.max(1, Math.ceil(pieceCount / MAX_CELLS))
  const here: number[] = []
  const rarest: number[] = []
  for (let start = 0; start < pieceCount; start += perCell) {
    const end = Math.min(pieceCount, start + perCell)
    let count = 0
    let fewest = Number.POSITIVE_INFINITY
    for (let piece = start; piece < end; piece++) {
      if (have.has(piece)) count++
      fewest = Math.min(fewest, availability[piece] ?? 0)
    }
    here.push(Math.floor((count * 100) / (end - start)))
    rarest.push(fewest)
  }
  return { pieces: here, availability: rarest }
}
