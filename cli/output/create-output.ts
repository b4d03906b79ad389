/** Chooses how to speak: JSON if asked, a live picture at a terminal, plain lines otherwise. */

import type { Context } from '#cli/command.ts'
import { JsonOutput } from './json-output.ts'
import { LinesOutput } from './lines-output.ts'
import type { Output } from './output.ts'
import { styleFor } from './style.ts'
import { TerminalOutput } from './terminal-output.ts'

export function createOutput(context: Context, isJson: boolean): Output {
  const { stdout, stderr, environment } = context
  if (isJson) return new JsonOutput(stdout, stderr)
  // A dumb terminal cannot move its cursor.
  const isLive = stdout.isTTY === true && environment['TERM'] !== 'dumb'
  return isLive
    ? new TerminalOutput(stdout, stderr, styleFor(true, environment))
    : new LinesOutput(stdout, stderr, () => performance.now())
}
