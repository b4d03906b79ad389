/** The TURN server for which a coordinator makes logins: its addresses, and the secret that both know. */

import { locate } from '#engine/connect/ice-url.ts'
import type { CoordinatorSettings } from '#engine/app/app.ts'
import { MAX_SERVER_URLS } from '#shared/protocol/coordinator-messages.ts'
import { usageError, type Arguments } from './arguments.ts'
import type { Context } from './command.ts'
import { readFirstLine } from './first-line.ts'

/** A secret that can be guessed lets everybody use the relay. */
const MIN_SECRET_LENGTH = 16

/** Undefined when none is given. Throws AppError `usage` or `relay.*`. */
export async function readSharedTurn(
  args: Arguments,
  context: Context,
): Promise<NonNullable<CoordinatorSettings['turn']> | undefined> {
  const urls = args.list('turn')
  const file = args.text('turn-secret-file')
  if (urls.length === 0) {
    if (file !== undefined) throw usageError('--turn-secret-file goes with --turn')
    return undefined
  }
  if (urls.length > MAX_SERVER_URLS) throw usageError(`--turn can be given ${MAX_SERVER_URLS} times`)
  for (const url of urls) {
    if (url.includes('@'))
      throw usageError('--turn takes no login: the coordinator makes one for each device')
    if (locate(url).kind !== 'turn')
      throw usageError('--turn takes turn: or turns:; a STUN server goes with --stun')
  }
  const secret =
    file === undefined ? context.environment['BEELINE_TURN_SECRET'] : await readSecret(file, context)
  if (secret === undefined || secret.length < MIN_SECRET_LENGTH) {
    throw usageError(
      `--turn needs a secret of ${MIN_SECRET_LENGTH} characters or more, by --turn-secret-file or BEELINE_TURN_SECRET`,
    )
  }
  return { urls, secret }
}

async function readSecret(file: string, context: Context): Promise<string> {
  try {
    return await readFirstLine(file, context)
  } catch {
    throw usageError(`--turn-secret-file: ${file} cannot be read`)
  }
}
