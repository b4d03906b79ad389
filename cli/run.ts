/** From a command line to an exit code: finds the command, and turns whatever is thrown into one line and a code. */

import { VERSION } from '#engine/version.ts'
import { toAppError, type AppError } from '#shared/errors.ts'
import { nearest, parseArguments, usageError } from './arguments.ts'
import type { Command, Context } from './command.ts'
import { COMMANDS } from './commands.ts'
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts'
import { commandHelp, generalHelp } from './help.ts'
import { createOutput } from './output/create-output.ts'
import { safeText } from './terminal-text.ts'

export async function run(argv: readonly string[], context: Context): Promise<number> {
  try {
    return await dispatch(argv, context)
  } catch (thrown) {
    return report(toAppError(thrown), argv, context)
  }
}

async function dispatch(argv: readonly string[], context: Context): Promise<number> {
  const [first, ...rest] = argv
  if (first === undefined || ['--help', '-h'].includes(first)) return print(generalHelp(COMMANDS), context)
  if (['--version', '-v', '-V', 'version'].includes(first)) return print(`beeline ${VERSION}\n`, context)
  if (first === 'help') {
    return print(rest[0] === undefined ? generalHelp(COMMANDS) : commandHelp(findCommand(rest[0])), context)
  }
  const command = findCommand(first)
  if (rest.some((word, i) => ['--help', '-h'].includes(word) && !rest.slice(0, i).includes('--'))) {
    return print(commandHelp(command), context)
  }
  return command.run(parseArguments(command.options, rest), context)
}

/** Throws AppError `usage`. */
function findCommand(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name)
  if (command !== undefined) return command
  if (name.startsWith('-'))
    throw usageError(`options follow a command, and ${safeText(name)} comes before one`)
  const near = nearest(name, [...COMMANDS.map((candidate) => candidate.name), 'help'])
  const hint = /^(https?|beeline):\/\//i.test(name)
    ? '; to receive, write: beeline get LINK'
    : near === undefined
      ? ''
      : `; did you mean ${near}?`
  throw usageError(`unknown command ${safeText(name.slice(0, 40))}${hint}`)
}

function report(error: AppError, argv: readonly string[], context: Context): number {
  const isVerbose = argv.includes('--verbose')
  const isInterrupted = context.interruption.aborted
  // What fails because it was stopped is no failure; the person knows.
  if (!isInterrupted) createOutput(context, argv.includes('--json')).fail(error)
  if (isVerbose) context.stderr.write(`${details(error)}\n`)
  else if (error.code === 'internal' && !isInterrupted) {
    context.stderr.write('Run it again with --verbose to see the details.\n')
  }
  return isInterrupted ? EXIT_CODES.interrupted : exitCodeOf(error.code)
}

/** The chain of causes, with stack traces. */
function details(error: AppError): string {
  const parts: string[] = []
  for (
    let cause: unknown = error;
    cause !== undefined;
    cause = cause instanceof Error ? cause.cause : undefined
  ) {
    parts.push(cause instanceof Error ? (cause.stack ?? cause.message) : JSON.stringify(cause))
  }
  return parts.join('\ncaused by: ').split('\n').map(safeText).join('\n')
}

function print(text: string, context: Context): number {
  context.stdout.write(text)
  return EXIT_CODES.ok
}
