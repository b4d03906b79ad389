/** Follows a stream of the engine while a component is there; opens it again when the connection comes back. */

import { useEffect, useRef } from 'react'
import type { StreamInput, StreamItem, StreamName } from '#shared/api/contract.ts'
import { toAppError, type AppError } from '#shared/errors.ts'
import { useEngine, useEngineState } from '../state/app-context.tsx'
import { useStateOf } from './use-state-of.ts'

export interface Followed<Item> {
  /** The latest. */
  readonly item: Item | undefined
  readonly error: AppError | undefined
}

/** @param input must keep its content: it is compared as JSON. Null: nothing is followed. */
export function useStream<K extends StreamName>(
  name: K,
  input: StreamInput<K> | null,
): Followed<StreamItem<K>> {
  const engine = useEngine()
  const isOnline = useEngineState() === 'online'
  const key = input === null ? null : JSON.stringify(input)
  const [followed, setFollowed] = useStateOf<Followed<StreamItem<K>>>(key, NOTHING_YET)
  // The last item stays in sight when the stream breaks off.
  const last = useRef<StreamItem<K>>(undefined)
  useEffect(() => {
    if (key === null || !isOnline) return undefined
    const stopping = new AbortController()
    last.current = undefined
    engine
      .stream(
        name,
        // The same input, by content.
        JSON.parse(key) as StreamInput<K>,
        (item) => {
          last.current = item
          setFollowed({ item, error: undefined })
        },
        stopping.signal,
      )
      .catch((thrown: unknown) => {
        const error = toAppError(thrown)
        if (!stopping.signal.aborted && error.code !== 'api.closed')
          setFollowed({ item: last.current, error })
      })
    return () => stopping.abort()
  }, [engine, isOnline, key, name, setFollowed])
  return followed
}

const NOTHING_YET = { item: undefined, error: undefined }
