/** How large an element is at the moment; while it is hidden, how large it was. */

import { useLayoutEffect, useState, type RefObject } from 'react'

export interface Size {
  readonly widthPx: number
  readonly heightPx: number
}

/** Undefined until it is known. */
export function useSize(element: RefObject<HTMLElement | null>): Size | undefined {
  const [size, setSize] = useState<Size>()
  useLayoutEffect(() => {
    const place = element.current
    if (place === null) return undefined
    const take = (): void => {
      const now = { widthPx: place.clientWidth, heightPx: place.clientHeight }
      if (now.widthPx === 0 || now.heightPx === 0) return
      setSize((last) => (last?.widthPx === now.widthPx && last.heightPx === now.heightPx ? last : now))
    }
    take()
    const observer = new ResizeObserver(take)
    observer.observe(place)
    return () => observer.disconnect()
  }, [element])
  return size
}
