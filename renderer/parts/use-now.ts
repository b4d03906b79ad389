/** The time, for words such as “two minutes ago”; it moves on while they are read. */

import { useSyncExternalStore } from 'react'

/** Such words change by the minute. */
const STEP_MS = 30_000

let nowMs = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(step, STEP_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

function step(): void {
  nowMs = Date.now()
  for (const listener of listeners) listener()
}

/** Milliseconds since 1970, half a minute old at most. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, read)
}

/** The same until the next step, unless nobody kept it up to date. */
function read(): number {
  if (timer === undefined) nowMs = Date.now()
  return nowMs
}
