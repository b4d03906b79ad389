/** Waiting for a signal, and waiting with a limit. */

import { setTimeout as delay } from 'node:timers/promises'

/** Resolves when the signal is aborted. */
export async function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
}

/** Waits for something that must not hold the program back; what it throws is nobody's concern any more. */
export async function waitAtMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  const cancel = new AbortController()
  const limit = delay(limitMs, undefined, { signal: cancel.signal }).catch(() => undefined)
  await Promise.race([work.catch(() => undefined), limit])
  cancel.abort()
}
