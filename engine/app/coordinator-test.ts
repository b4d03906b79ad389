/** Asks a coordinator something that it answers to everybody, and takes the time. */

import { randomBytes } from '#shared/encoding/bytes.ts'
import { AppError, toAppError } from '#shared/errors.ts'
import { topicOf } from '#shared/share/keys.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import { Connection, ConnectionLost } from '../coordinator-client/connection.ts'
import { dial } from '../coordinator-client/dial.ts'
import { DEFAULT_TIMING } from '../coordinator-client/timing.ts'

/** A person waits for it; a coordinator that needs longer is not one to rely on. Milliseconds. */
const TEST_LIMIT_MS = 8000
/** Questions, of which the quickest counts: the first one also pays for warming up. */
const QUESTIONS = 3
/** Of a public key: the topic of a share that nobody has. */
const KEY_BYTES = 32

/**
 * Throws AppError `coordinator.*`, or `transfer.stopped` when the signal is aborted.
 *
 * @param proxy the person's HTTP proxy; undefined: as the environment says
 */
export async function testCoordinator(
  address: CoordinatorAddress,
  signal: AbortSignal,
  proxy?: string,
): Promise<{ readonly roundTripMs: number }> {
  const limit = new AbortController()
  const late = new AppError('coordinator.unreachable', {
    detail: `no answer within ${TEST_LIMIT_MS / 1000} seconds`,
  })
  const timer = setTimeout(() => limit.abort(late), TEST_LIMIT_MS)
  const ended = AbortSignal.any([signal, limit.signal])
  try {
    return await ask(address, ended, proxy)
  } catch (thrown) {
    if (signal.aborted) throw new AppError('transfer.stopped')
    throw limit.signal.aborted ? late : plain(thrown)
  } finally {
    clearTimeout(timer)
  }
}

async function ask(
  address: CoordinatorAddress,
  signal: AbortSignal,
  proxy: string | undefined,
): Promise<{ readonly roundTripMs: number }> {
  const { socket } = await dial([address], 0, DEFAULT_TIMING, signal, proxy)
  let failure: AppError | undefined
  const connection = new Connection(socket, DEFAULT_TIMING, {
    onMessage: () => undefined,
    onClosed: (reason) => (failure = reason),
  })
  try {
    let roundTripMs = Infinity
    for (let question = 0; question < QUESTIONS; question++) {
      const topic = topicOf(randomBytes(KEY_BYTES))
      const sinceMs = performance.now()
      await connection.request((id) => ({ type: 'summary.get', id, topic }), signal)
      roundTripMs = Math.min(roundTripMs, performance.now() - sinceMs)
    }
    return { roundTripMs }
  } catch (thrown) {
    throw thrown instanceof ConnectionLost && failure !== undefined ? failure : thrown
  } finally {
    await connection.close()
  }
}

/** Something answers there that is no coordinator: another advice than for a silent host. */
export function plain(thrown: unknown): AppError {
  const error =
    thrown instanceof ConnectionLost ? new AppError('coordinator.unreachable') : toAppError(thrown)
  const isOther = /unexpected server response|subprotocol|parse error/i.test(error.detail ?? '')
  return isOther ? new AppError('coordinator.protocol', { detail: error.detail ?? '', cause: thrown }) : error
}
