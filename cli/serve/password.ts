/** The password that others need for the page: from a file or the environment, never from the command line. */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { Arguments } from '../arguments.ts'
import type { Context } from '../command.ts'

/** With the limit of tries, years of guessing. */
const MIN_PASSWORD_LENGTH = 8
/** A password is one line; a key file given by mistake shall say so. */
const MAX_PASSWORD_LENGTH = 1000

/** Undefined when none was given. Throws AppError `serve.no-password` or `usage`. */
export async function readPassword(args: Arguments, context: Context): Promise<string | undefined> {
  const file = args.text('password-file')
  const text =
    file === undefined
      ? context.environment['BEELINE_PASSWORD']
      : firstLine(await readPasswordFile(path.resolve(context.workingDir, file)))
  if (text === undefined || (file === undefined && text === '')) return undefined
  if (text.length < MIN_PASSWORD_LENGTH || text.length > MAX_PASSWORD_LENGTH) {
    throw new AppError('serve.no-password', {
      detail: `it must have ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters`,
    })
  }
  return text
}

async function readPasswordFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new AppError('serve.no-password', { detail: `${file} cannot be read`, cause })
  }
}

/** Editors end a file with a line break. */
function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? ''
}
