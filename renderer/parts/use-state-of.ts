/** State that belongs to something: when that changes, the state begins anew. */

import { useCallback, useState } from 'react'

/** @param owner compared by `Object.is` */
export function useStateOf<Value>(owner: unknown, initial: Value): [Value, (value: Value) => void] {
  const [held, setHeld] = useState({ owner, value: initial })
  const set = useCallback((value: Value) => setHeld({ owner, value }), [owner])
  return [Object.is(held.owner, owner) ? held.value : initial, set]
}
