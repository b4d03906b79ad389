/** The password that others need for the page: from a file or the environment, never from the command line. */

import { AppError } from '#shared/errors.ts'
import type { Arguments } from '../arguments.ts'
import type { Context } from '../command.ts'
import { readFirstLine } from '../first-line.ts'

/** With the limit of tries, years of guessing. */
const MIN_PASSWORD_LENGTH = 8
/** A password is one line; a key file given by mistake shall say so. */
const MAX_PASSWORD_LENGTH = 1000

/** Undefined when none was given. Throws AppError `serve.no-password` or `usage`. */
export async function readPassword(args: Arguments, context: Context): Promise<string | undefined> {
  const file = args.text('password-file')
  const text =
    file === undefined ? context.environment['BEELINE_PASSWORD'] : await readPasswordFile(file, context)
  if (text === undefined || (file === undefined && text === '')) return undefined
  if (text.length < MIN_PASSWORD_LENGTH || text.length > MAX_PASSWORD_LENGTH) {
    throw new AppError('serve.no-password', {
      detail: `it must have ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters`,
    })
  }
  return text
}

async function readPasswordFile(file: string, context: Context): Promise<string> {
  try {
    return await readFirstLine(file, context)
  } catch (cause) {
    throw new AppError('serve.no-password', { detail: `${file} cannot be read`, cause })
  }
}
