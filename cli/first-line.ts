/** Secrets come from the first line of a file, never from the command line, which every program can read. */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from './command.ts'

/** Editors end a file with a line break. Rejects as `readFile` does. */
export async function readFirstLine(file: string, context: Context): Promise<string> {
  const text = await readFile(path.resolve(context.workingDir, file), 'utf8')
  return text.split(/\r?\n/, 1)[0] ?? ''
}
