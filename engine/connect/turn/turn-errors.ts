/** What a TURN server's error codes mean for a person. Pure. */

import { AppError, type ErrorCode } from '#shared/errors.ts'
import type { StunError } from './stun-values.ts'

/** Codes of RFC 8489 §14.8 and RFC 8656 §19; of the others, 5xx are passing troubles of the server. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'turn.bad-credentials',
  403: 'turn.forbidden',
  441: 'turn.bad-credentials',
  486: 'turn.quota',
  500: 'turn.quota',
  508: 'turn.quota',
}

/** @param username of the request that was refused */
export function serverRefusal({ code, reason }: StunError, username: string | undefined): AppError {
  const known = CODES[code] ?? 'turn.protocol'
  const isExpired =
    known === 'turn.bad-credentials' && username !== undefined && hasExpired(username, Date.now())
  return new AppError(isExpired ? 'turn.expired' : known, { detail: `${code} ${reason}`.trim() })
}

/**
 * Of the TURN REST scheme (draft-uberti-behave-turn-rest): `seconds-since-1970[:anything]`. The server says of an
 * expired one only that it is wrong.
 */
function hasExpired(username: string, nowMs: number): boolean {
  const seconds = /^(\d{9,11})(?::|$)/.exec(username)?.[1]
  return seconds !== undefined && Number(seconds) * 1000 < nowMs
}
