/** How much room there is in a folder of the engine's computer. */

import { useEffect, useState } from 'react'
import { useEngine } from '../../state/app-context.tsx'
import type { Space } from './offer-room.ts'

/** Other programs fill the disk meanwhile. Milliseconds. */
const AGAIN_MS = 5000

/** Undefined while it is not known. */
export function useSpace(path: string): Space | undefined {
  const engine = useEngine()
  const [known, setKnown] = useState<{ readonly path: string; readonly space: Space }>()
  useEffect(() => {
    const stopping = new AbortController()
    const ask = (): void => {
      engine.call('host.space', { path }, stopping.signal).then(
        (space) => setKnown({ path, space }),
        () => undefined, // the engine checks again when the offer is accepted
      )
    }
    ask()
    const timer = setInterval(ask, AGAIN_MS)
    return () => {
      clearInterval(timer)
      stopping.abort()
    }
  }, [engine, path])
  return known?.path === path ? known.space : undefined
}
