/** Which transfers the list shows. Pure. */

import type { TransferId, TransferView } from '#shared/api/views.ts'
import { groupOf, type Group } from '../../state/mirror.ts'

export type Filter = 'all' | Group
export const FILTERS: readonly Filter[] = ['all', 'receiving', 'sharing', 'done']

/** From how many transfers on a search field is worth its place. */
export const SEARCH_FROM = 9

type Named = Pick<TransferView, 'title' | 'sender'>

export function countGroups(views: readonly (TransferView | undefined)[]): Readonly<Record<Filter, number>> {
  const counts: Record<Filter, number> = { all: views.length, receiving: 0, sharing: 0, done: 0 }
  for (const view of views) {
    const group = groupOf(view)
    if (group !== undefined) counts[group]++
  }
  return counts
}

/** In the order they come in. */
export function filterIds(
  ids: readonly TransferId[],
  viewOf: (id: TransferId) => TransferView | undefined,
  filter: Filter,
  words: string,
): TransferId[] {
  const wanted = fold(words).split(' ').filter(Boolean)
  return ids.filter((id) => {
    const view = viewOf(id)
    if (view === undefined || (filter !== 'all' && groupOf(view) !== filter)) return false
    return wanted.length === 0 || matches(view, wanted)
  })
}

function matches(view: Named, wanted: readonly string[]): boolean {
  const name = fold(`${view.title} ${view.sender}`)
  return wanted.every((word) => name.includes(word))
}

/** Upper case, accents and the Mac’s taken-apart Hangul make no difference. */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .trim()
}
