/** How a transfer is laid out in the list; all rows alike, since a window of rows needs one height. Pure. */

/** `wide`: columns; `medium`: three lines; `compact`: four, beside open details or on a phone. */
export type RowLayout = 'wide' | 'medium' | 'compact'

/** Of a row. */
export const ROW_PX: Readonly<Record<RowLayout, number>> = { wide: 66, medium: 80, compact: 98 }

/** From this width of the list on, pixels. */
const WIDE_PX = 820
const MEDIUM_PX = 600

export function layoutFor(widthPx: number): RowLayout {
  if (widthPx >= WIDE_PX) return 'wide'
  return widthPx >= MEDIUM_PX ? 'medium' : 'compact'
}
