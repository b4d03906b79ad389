/** The addresses of a server's name, in bounded time. */

import { lookup } from 'node:dns/promises'
import { isIP, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { AppError } from '#shared/errors.ts'

/** The system itself may take half a minute. Milliseconds. */
const RESOLVE_LIMIT_MS = 6000

/** The likeliest address. Rejects as `resolveHosts`. */
export async function resolveHost(host: string, signal: AbortSignal): Promise<string> {
  const [first] = await resolveHosts(host, signal)
  return first
}

/**
 * Every address, IPv4 first as the ICE library's candidates are, unless this device has none. Rejects with AppError
 * `turn.name-unknown`, or the signal's reason.
 */
export async function resolveHosts(host: string, signal: AbortSignal): Promise<[string, ...string[]]> {
  signal.throwIfAborted()
  if (isIP(host) !== 0) return [host]
  const { promise: never, reject } = Promise.withResolvers<never>()
  const unknown = (detail: string, cause?: unknown): AppError =>
    new AppError('turn.name-unknown', { detail: `${host}: ${detail}`, cause })
  const timer = setTimeout(() => reject(unknown('no answer in time')), RESOLVE_LIMIT_MS)
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    const order = hasIPv4() ? 'ipv4first' : 'ipv6first'
    const found = await Promise.race([lookup(host, { all: true, order }), never])
    const [first, ...others] = found.map(({ address }) => address)
    if (first === undefined) throw unknown('it has no address')
    return [first, ...others]
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

/** Whether this device has an IPv4 address that leads beyond itself and its cable (RFC 3927). */
export function hasIPv4(): boolean {
  return Object.values(networkInterfaces()).some((all) =>
    all?.some(({ address, internal }) => !internal && isIPv4(address) && !address.startsWith('169.254.')),
  )
}
