/** Waiting for something until the person has enough of it, or it takes too long. */

import { AppError } from '#shared/errors.ts'

/** Rejects with `transfer.stopped` when the signal is aborted, and with what `late` says after the limit, if there is one. */
export async function orGiveUp<Value>(
  wanted: Promise<Value>,
  signal: AbortSignal,
  limitMs: number | undefined,
  late: () => AppError,
): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(new AppError('transfer.stopped'))
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  const timer = limitMs === undefined ? undefined : setTimeout(() => reject(late()), limitMs)
  try {
    return await Promise.race([wanted, promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
