/** How a page of `beeline serve` proves that it may talk to the engine: see docs/security.md. */

import * as v from 'valibot'
import { AppError } from '#shared/errors.ts'

const SessionState = v.object({ state: v.picklist(['open', 'token', 'password']) })
export type SessionState = v.InferOutput<typeof SessionState>['state']

/** How long the server may take, milliseconds. */
const ANSWER_LIMIT_MS = 10_000

/** Rejects with AppError `api.closed` when the server is away. */
export async function readSession(): Promise<SessionState> {
  const response = await ask('/session', { method: 'GET' })
  const parsed = v.safeParse(SessionState, await response.json().catch(() => undefined))
  if (!parsed.success) throw new AppError('api.closed')
  return parsed.output.state
}

/** The token of the printed address; taken off the address bar, so that it does not stay in the history. */
export function takeToken(): string | undefined {
  const token = /[#&]token=([A-Za-z0-9_-]+)/.exec(location.hash)?.[1]
  if (token !== undefined) history.replaceState(null, '', location.pathname)
  return token
}

export type LoginAnswer = 'in' | 'wrong' | 'too-many'

export async function logIn(
  proof: { readonly token: string } | { readonly password: string },
): Promise<LoginAnswer> {
  const response = await ask('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(proof),
  })
  if (response.ok) return 'in'
  return response.status === 429 ? 'too-many' : 'wrong'
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...init, signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
  } catch (cause) {
    throw new AppError('api.closed', { cause })
  }
}
