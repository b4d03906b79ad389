/** Opens a connection to the engine: through the desktop shell's bridge, or a WebSocket to `beeline serve`. */

import { connectRemote } from '#shared/api/rpc-client.ts'
import type { Remote } from '#shared/api/contract.ts'
import { bridgeCarrier } from '../carrier/bridge-carrier.ts'
import { openWebSocketCarrier } from '../carrier/web-socket-carrier.ts'
import { logIn, readSession, takeToken, type SessionState } from './session.ts'

/** Somebody must log in first. */
export class LoginNeeded extends Error {
  readonly state: Exclude<SessionState, 'open'>

  constructor(state: Exclude<SessionState, 'open'>) {
    super(`the engine asks for a ${state}`)
    this.state = state
  }
}

/** Rejects with AppError `api.closed` while nothing answers, and with LoginNeeded. */
export async function openRemote(signal: AbortSignal): Promise<Remote> {
  if (window.beeline !== undefined) return connectRemote(bridgeCarrier(window.beeline))
  const token = takeToken()
  if (token !== undefined) await logIn({ token })
  const state = await readSession()
  if (state !== 'open') throw new LoginNeeded(state)
  return connectRemote(await openWebSocketCarrier(new URL('/api', location.href), signal))
}
