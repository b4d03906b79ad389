/** What each field of the map of pieces shows. Pure. */

import type { DetailsEvent } from '#shared/api/transfer-views.ts'

/**
 * - `here`, `partly`, `missing`: on this disk
 * - `rare`: missing, and one device alone has it while others are more common; `nowhere`: missing, and nobody has it
 * - `only`: here, and with nobody else who is connected
 */
export type CellKind = 'here' | 'partly' | 'missing' | 'rare' | 'nowhere' | 'only'
export const CELL_KINDS: readonly CellKind[] = ['here', 'only', 'partly', 'missing', 'rare', 'nowhere']

/** @param connected devices that could have pieces: with none, nothing is said of who has what */
export function cellKinds(
  { pieces, availability }: Pick<DetailsEvent, 'pieces' | 'availability'>,
  connected: number,
): CellKind[] {
  const most = availability.reduce((a, b) => Math.max(a, b), 0)
  return pieces.map((percent, i) => {
    const holders = availability[i] ?? 0
    if (percent >= 100) return connected > 0 && holders === 0 ? 'only' : 'here'
    if (connected > 0 && holders === 0) return 'nowhere'
    if (holders === 1 && most > 1) return 'rare'
    return percent > 0 ? 'partly' : 'missing'
  })
}

export function countCells(kinds: readonly CellKind[]): ReadonlyMap<CellKind, number> {
  const counts = new Map<CellKind, number>()
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}
