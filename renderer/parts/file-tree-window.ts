/** Which rows of a long list are in sight. */

import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from 'react'
import { flushSync } from 'react-dom'

/** Height of each row, pixels; the style sheet says the same. */
export const ROW_HEIGHT_PX = 34
/** Rows above and below the visible ones, so that a fast turn of the wheel meets no gap. */
const SPARE_ROWS = 12

export interface RowWindow {
  readonly ref: RefObject<HTMLDivElement | null>
  /** Rows that exist: from the first to before the end. */
  readonly seen: { readonly first: number; readonly end: number }
  /** Whole rows that fit. */
  readonly pageRows: number
  readonly onScroll: () => void
  readonly reveal: (index: number) => void
}

export function useRowWindow(count: number): RowWindow {
  const ref = useRef<HTMLDivElement>(null)
  const [sight, setSight] = useState({ top: 0, rows: 0 })
  const measure = useCallback(() => {
    const element = ref.current
    if (element === null) return
    const top = Math.floor(element.scrollTop / ROW_HEIGHT_PX)
    const rows = Math.ceil(element.clientHeight / ROW_HEIGHT_PX)
    // A few pixels further the same rows are in sight, and nothing is to be done.
    setSight((before) => (before.top === top && before.rows === rows ? before : { top, rows }))
  }, [])
  useLayoutEffect(() => {
    const element = ref.current
    if (element === null) return undefined
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [measure])
  // Fewer rows than before may scroll the rest without an event.
  useLayoutEffect(measure, [measure, count])
  // At once: in the frame that shows the new place the rows must stand there.
  const onScroll = useCallback(() => flushSync(measure), [measure])
  const reveal = useCallback((index: number) => {
    const element = ref.current
    if (element === null) return
    const top = index * ROW_HEIGHT_PX
    const bottom = top + ROW_HEIGHT_PX - element.clientHeight
    if (element.scrollTop > top) element.scrollTop = top
    else if (element.scrollTop < bottom) element.scrollTop = bottom
  }, [])
  return {
    ref,
    seen: {
      first: Math.max(0, Math.min(sight.top, count - 1) - SPARE_ROWS),
      end: Math.min(count, sight.top + sight.rows + SPARE_ROWS),
    },
    pageRows: Math.max(1, sight.rows - 1),
    onScroll,
    reveal,
  }
}
