/** A coordinator in an examination: reached, its clock, and the STUN and TURN servers that it gives to whoever joins. */

import { toBase64Url } from '#shared/encoding/base64url.ts'
import { randomBytes } from '#shared/encoding/bytes.ts'
import { AppError } from '#shared/errors.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import { topicOf } from '#shared/share/keys.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import { plain } from '../app/coordinator-test.ts'
import { Connection, ConnectionLost } from '../coordinator-client/connection.ts'
import { dial } from '../coordinator-client/dial.ts'
import { DEFAULT_TIMING } from '../coordinator-client/timing.ts'

/** Name, TCP, TLS and one question; everything else waits for its servers. Milliseconds. */
const COORDINATOR_LIMIT_MS = 6500
/** Of a public key: the topic of a share that nobody has. */
const KEY_BYTES = 32
/** Of a token for a peer id that is used once. */
const TOKEN_BYTES = 16
/** Clocks further apart make trouble with certificates and with logins that expire. Seconds. */
const CLOCKS_AGREE_S = 60
/** A coordinator tells whole seconds, cut off: half of one is the best guess at the rest. Milliseconds. */
const CUT_OFF_MS = 500

export interface CoordinatorAnswer {
  readonly iceServers: readonly IceServer[]
  /** How far this clock is ahead of the coordinator's, whole seconds; undefined when it does not tell. */
  readonly aheadS: number | undefined
}

export function clocksAgree(aheadS: number): boolean {
  return Math.abs(aheadS) <= CLOCKS_AGREE_S
}

/**
 * Joins a topic that nobody else is in, and leaves. Throws AppError `coordinator.*` or `proxy.*`, or the signal's reason.
 * @param proxy the person's HTTP proxy; undefined: as the environment says
 */
export async function askCoordinator(
  address: CoordinatorAddress,
  proxy: string | undefined,
  signal: AbortSignal,
): Promise<CoordinatorAnswer> {
  const limit = AbortSignal.timeout(COORDINATOR_LIMIT_MS)
  try {
    return await ask(address, proxy, AbortSignal.any([signal, limit]))
  } catch (thrown) {
    signal.throwIfAborted()
    if (!limit.aborted) throw plain(thrown)
    const detail = `no answer within ${COORDINATOR_LIMIT_MS / 1000} seconds`
    throw new AppError('coordinator.unreachable', { detail, cause: thrown })
  }
}

async function ask(
  address: CoordinatorAddress,
  proxy: string | undefined,
  signal: AbortSignal,
): Promise<CoordinatorAnswer> {
  const { socket, serverTimeMs } = await dial([address], 0, DEFAULT_TIMING, signal, proxy)
  const aheadMs = serverTimeMs === undefined ? undefined : Date.now() - serverTimeMs - CUT_OFF_MS
  let failure: AppError | undefined
  const connection = new Connection(socket, DEFAULT_TIMING, {
    onMessage: () => undefined,
    onClosed: (reason) => (failure = reason),
  })
  try {
    const topic = topicOf(randomBytes(KEY_BYTES))
    const token = toBase64Url(randomBytes(TOKEN_BYTES))
    const answer = await connection.request((id) => ({ type: 'join', id, topic, token }), signal)
    if (answer.type !== 'joined' || answer.topic !== topic) {
      throw new AppError('coordinator.protocol', { detail: 'a wrong answer to a join' })
    }
    return {
      iceServers: answer.iceServers,
      aheadS: aheadMs === undefined ? undefined : Math.round(aheadMs / 1000),
    }
  } catch (thrown) {
    throw thrown instanceof ConnectionLost && failure !== undefined ? failure : thrown
  } finally {
    await connection.close()
  }
}
