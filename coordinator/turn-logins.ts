/**
 * Logins for a TURN server that expire by themselves, so that nobody's password is handed to everybody who joins: the
 * TURN REST API (draft-uberti-behave-turn-rest-00), which coturn calls `use-auth-secret`.
 */

import { createHmac, randomBytes } from 'node:crypto'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'

/** A TURN server that shares a secret with this coordinator. */
export interface SharedTurn {
  /** `turn:` and `turns:` URLs of one and the same server, without a login. */
  readonly urls: readonly string[]
  readonly secret: string
}

/**
 * Long enough for a laptop that sleeps over lunch, short enough that a copied login is soon worth nothing. Devices ask for
 * a new one at half of it; a relay that is in use goes on beyond it. Milliseconds.
 */
export const TURN_LOGIN_LIFE_MS = 4 * 3600 * 1000
/** Says nothing about the device: the relay's log cannot be laid beside the coordinator's. */
const ID_BYTES = 8

/** A login of its own, `expiry:id` with the expiry in seconds since 1970. */
export function issueLogin({ urls, secret }: SharedTurn, nowMs: number): IceServer {
  const expiresAtS = Math.floor((nowMs + TURN_LOGIN_LIFE_MS) / 1000)
  const username = `${expiresAtS}:${randomBytes(ID_BYTES).toString('hex')}`
  const credential = createHmac('sha1', secret).update(username).digest('base64')
  return { urls: [...urls], username, credential }
}
