/** Links and files opened outside the window, one after another: each waits until the person is done with the last. */

import { useEffect, useState } from 'react'
import { useAccess } from '../../state/app-context.tsx'

export type Asked =
  | { readonly kind: 'link'; readonly link: string }
  | { readonly kind: 'paths'; readonly paths: readonly string[] }

/** @param onOpen this screen is to be seen. @returns the next one, and what takes it off */
export function useAsked(onOpen: () => void): readonly [Asked | undefined, () => void] {
  const { mirror } = useAccess()
  const [waiting, setWaiting] = useState<readonly Asked[]>([])
  useEffect(() => {
    const take = (): void => {
      const { links, paths } = mirror.takeIncoming()
      const asked: Asked[] = links.map((link) => ({ kind: 'link', link }))
      if (paths.length > 0) asked.push({ kind: 'paths', paths })
      if (asked.length === 0) return
      setWaiting((all) => [...all, ...asked])
      onOpen()
    }
    // Some may have come before this screen.
    queueMicrotask(take)
    return mirror.subscribe('incoming', take)
  }, [mirror, onOpen])
  return [waiting[0], () => setWaiting((all) => all.slice(1))]
}
