/** The address of a server's name, in bounded time. */

import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { AppError } from '#shared/errors.ts'

/** The system itself may take half a minute. Milliseconds. */
const RESOLVE_LIMIT_MS = 6000

/** IPv4 first, as the ICE library's candidates do. Rejects with AppError `turn.name-unknown`, or the signal's reason. */
export async function resolveHost(host: string, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted()
  if (isIP(host) !== 0) return host
  const { promise: never, reject } = Promise.withResolvers<never>()
  const unknown = (detail: string, cause?: unknown): AppError =>
    new AppError('turn.name-unknown', { detail: `${host}: ${detail}`, cause })
  const timer = setTimeout(() => reject(unknown('no answer in time')), RESOLVE_LIMIT_MS)
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    const { address } = await Promise.race([lookup(host, { order: 'ipv4first' }), never])
    return address
  } catch (cause) {
    signal.throwIfAborted()
    if (cause instanceof AppError) throw cause
    throw unknown(
      cause instanceof Error && 'code' in cause ? String(cause.code) : 'cannot be resolved',
      cause,
    )
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}
