/** Runs what a button starts: busy meanwhile, and a failure said to the person. */

import { useCallback, useRef, useState } from 'react'
import { useToasts } from './notes.tsx'

export function useAction(): {
  readonly isBusy: boolean
  readonly run: (work: () => Promise<unknown>) => void
} {
  const toasts = useToasts()
  const [isBusy, setIsBusy] = useState(false)
  const isRunning = useRef(false)
  const run = useCallback(
    (work: () => Promise<unknown>) => {
      // A second click while the first one works is the same wish.
      if (isRunning.current) return
      isRunning.current = true
      setIsBusy(true)
      void work()
        .catch(toasts.fail)
        .finally(() => {
          isRunning.current = false
          setIsBusy(false)
        })
    },
    [toasts],
  )
  return { isBusy, run }
}
