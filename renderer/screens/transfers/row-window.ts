/** Which rows of a long list exist: those in sight and a few around them. Pure. */

/** Rows kept above and below what is in sight, so that a fast wheel does not run into nothing. */
const SPARE_ROWS = 6

export interface RowRange {
  readonly first: number
  /** One after the last. */
  readonly end: number
}

export function rowsInSight(list: {
  readonly count: number
  readonly rowPx: number
  readonly scrollPx: number
  readonly heightPx: number
}): RowRange {
  const within = (row: number): number => Math.max(0, Math.min(list.count, row))
  return {
    first: within(Math.floor(list.scrollPx / list.rowPx) - SPARE_ROWS),
    end: within(Math.ceil((list.scrollPx + list.heightPx) / list.rowPx) + SPARE_ROWS),
  }
}

/** Where to scroll so that the row is whole in sight; as it is when it is already. */
export function scrollFor(
  row: number,
  list: { readonly rowPx: number; readonly scrollPx: number; readonly heightPx: number },
): number {
  const top = row * list.rowPx
  if (top < list.scrollPx) return top
  const bottom = top + list.rowPx
  return bottom > list.scrollPx + list.heightPx ? bottom - list.heightPx : list.scrollPx
}

/** The row that a key leads to; undefined when it is none that moves. */
export function rowAfterKey(
  key: string,
  row: number,
  list: { readonly count: number; readonly rowPx: number; readonly heightPx: number },
): number | undefined {
  const last = list.count - 1
  if (last < 0) return undefined
  const page = Math.max(1, Math.floor(list.heightPx / list.rowPx) - 1)
  const target = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    PageDown: row + page,
    PageUp: row - page,
    Home: 0,
    End: last,
  }[key]
  return target === undefined ? undefined : Math.max(0, Math.min(last, target))
}
