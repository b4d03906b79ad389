/** What a file tree knows of its folders: asked for when they are opened, and again when they are out of date. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { FolderView } from '#shared/api/transfer-views.ts'
import { toAppError } from '#shared/errors.ts'
import { shownFolders, visibleRows, type KnownFolders, type TreeRow } from './file-tree-rows.ts'

/** Between two times that everything in sight is asked for again, milliseconds. */
const RENEW_MS = 1000
/** What takes long to tell is asked for less often: this many times as long as it took. */
const RENEW_FACTOR = 15

export interface Folders {
  readonly folders: KnownFolders
  readonly rows: readonly TreeRow[]
  readonly setOpen: (path: string, isOpen: boolean) => void
  readonly ask: (path: string) => void
}

/** @param version what is shown is out of date when it changes */
export function useFolders(load: (path: string) => Promise<FolderView>, version: number): Folders {
  const [folders, setFolders] = useState<KnownFolders>(new Map())
  const [open, setOpenPaths] = useState<ReadonlySet<string>>(new Set())
  const rows = useMemo(() => visibleRows(folders, open), [folders, open])
  const latest = useRef({ load, rows })
  useEffect(() => {
    latest.current = { load, rows }
  })

  const ask = useCallback(async function askFor(path: string): Promise<void> {
    try {
      const { entries } = await latest.current.load(path)
      setFolders((known) => new Map(known).set(path, { entries, failure: undefined }))
      const [only] = entries
      // A share of one folder: what is in it is what one came for.
      if (path === '' && entries.length === 1 && only?.kind === 'folder') {
        setOpenPaths((paths) => (paths.size === 0 ? new Set([only.name]) : paths))
        await askFor(only.name)
      }
    } catch (thrown) {
      const failure = toAppError(thrown).code
      setFolders((known) => new Map(known).set(path, { entries: known.get(path)?.entries, failure }))
    }
  }, [])
  useEffect(() => void ask(''), [ask])
  useRenewal(version, latest, ask)

  const setOpen = useCallback(
    (path: string, isOpen: boolean): void => {
      setOpenPaths((paths) => {
        const next = new Set(paths)
        if (isOpen) next.add(path)
        else next.delete(path)
        return next
      })
      if (isOpen) void ask(path)
    },
    [ask],
  )
  return { folders, rows, setOpen, ask: useCallback((path) => void ask(path), [ask]) }
}

/** Asks again for what is in sight, one round at a time and with pauses. */
function useRenewal(
  version: number,
  latest: { readonly current: { readonly rows: readonly TreeRow[] } },
  ask: (path: string) => Promise<void>,
): void {
  const state = useRef({ version, isRunning: false, isOver: false })
  useEffect(() => {
    const { current } = state
    current.isOver = false
    return () => {
      current.isOver = true
    }
  }, [])
  useEffect(() => {
    const { current } = state
    const renew = async (shown: number): Promise<void> => {
      current.isRunning = true
      const startedMs = performance.now()
      await Promise.all(shownFolders(latest.current.rows).map((path) => ask(path)))
      const pauseMs = Math.max(RENEW_MS, (performance.now() - startedMs) * RENEW_FACTOR)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
      current.isRunning = false
      if (!current.isOver && current.version !== shown) await renew(current.version)
    }
    if (current.version === version) return
    current.version = version
    if (!current.isRunning) void renew(version)
  }, [version, latest, ask])
}
