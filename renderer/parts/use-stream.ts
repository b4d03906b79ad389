/** Follows a stream of the engine while a component is there; opens it again when the connection comes back. */

import { useEffect, useState } from 'react'
import type { StreamInput, StreamItem, StreamName } from '#shared/api/contract.ts'
import { toAppError, type AppError } from '#shared/errors.ts'
import { useEngine, useEngineState } from '../state/app-context.tsx'

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
  const [followed, setFollowed] = useState<Followed<StreamItem<K>>>({ item: undefined, error: undefined })
  const key = input === null ? null : JSON.stringify(input)
  useEffect(() => {
    setFollowed({ item: undefined, error: undefined })
  }, [key])
  useEffect(() => {
    if (key === null || !isOnline) return undefined
    const stopping = new AbortController()
    engine
      // The same input, by content.
      .stream(
        name,
        JSON.parse(key) as StreamInput<K>,
        (item) => setFollowed({ item, error: undefined }),
        stopping.signal,
      )
      .catch((thrown: unknown) => {
        const error = toAppError(thrown)
        if (!stopping.signal.aborted && error.code !== 'api.closed') {
          setFollowed(({ item }) => ({ item, error }))
        }
      })
    return () => stopping.abort()
  }, [engine, isOnline, key, name])
  return followed
}
