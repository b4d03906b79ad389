/** One STUN or TURN server in an examination: the settings' own test of it, within a time that a person waits for. */

import type { ServerTestView } from '#shared/api/settings-views.ts'
import { AppError, isErrorCode } from '#shared/errors.ts'
import { testServer, type ServerTestOptions } from '../connect/turn/server-test.ts'
import type { ExaminedServer } from './examined-servers.ts'
import type { Result } from './findings.ts'

/** For a name, a connection, a relay and bytes through it. One that needs longer delays every transfer. Milliseconds. */
const SERVER_LIMIT_MS = 8000

/** Throws AppError `turn.*` or `relay.*`, or the signal's reason. Leaves nothing open. */
export async function examineServer(
  server: ExaminedServer,
  signal: AbortSignal,
  options: ServerTestOptions,
): Promise<Result> {
  if (server.problem !== undefined) throw server.problem
  let view: ServerTestView | undefined
  const limit = AbortSignal.timeout(SERVER_LIMIT_MS)
  try {
    const ended = AbortSignal.any([signal, limit])
    await testServer(server.access, (next) => (view = next), ended, options)
  } catch (thrown) {
    signal.throwIfAborted()
    if (!limit.aborted) throw thrown
    throw tooSlow(view)
  }
  if (view?.state === 'passed') {
    return { outcome: 'works', detail: server.kind === 'stun' ? (view.address ?? undefined) : undefined }
  }
  const code = view?.error?.code ?? ''
  const detail = view?.error?.detail ?? undefined
  throw new AppError(isErrorCode(code) ? code : 'internal', detail === undefined ? {} : { detail })
}

/** The step in which the time was over says what is wrong. */
function tooSlow(view: ServerTestView | undefined): AppError {
  const detail = 'no answer in time'
  if (view?.current === 'resolve') return new AppError('turn.name-unknown', { detail })
  return new AppError(view?.current === 'relay' ? 'turn.no-relay' : 'turn.unreachable', { detail })
}
