/** The help texts, made from what the commands say of themselves: an option cannot exist without being explained. Pure. */

import type { Command } from './command.ts'
import { EXIT_CODES, EXIT_MEANINGS } from './exit-codes.ts'
import { displayWidth, padEnd, wrap } from './terminal-text.ts'

/** Readable in the smallest usual window. */
const COLUMNS = 80

export function generalHelp(commands: readonly Command[]): string {
  return join([
    'Beeline sends files straight to friends: directly where there is a way, end-to-end',
    'encrypted always, and never by way of a server that could read them.',
    '',
    'Usage:  beeline COMMAND …',
    '',
    ...columns([
      ...commands.map((command) => [command.name, command.summary] as const),
      ['help', 'how a command is used: beeline help send'],
    ]),
    '',
    'On one computer:      beeline send holiday-photos',
    'On the other:         beeline get "the link it printed"',
    'In a browser:         beeline serve',
    'See it work here:     beeline demo',
    '',
    'Exit codes:',
    ...exitCodes(),
    '',
    'Environment:',
    ...columns([
      ['BEELINE_HOME', 'folder of the library; two folders are two devices'],
      ['BEELINE_COORDINATOR', 'what --coordinator is when it is not given'],
      ['BEELINE_PASSWORD', 'for the page of serve, when --password-file is not given'],
      ['BEELINE_BIND', 'the one local address that connections may use'],
      ['NO_COLOR', 'set to anything: no colours'],
    ]),
  ])
}

export function commandHelp(command: Command): string {
  const options = Object.entries(command.options).map(([name, spec]): [string, string] => [
    `${spec.short === undefined ? '' : `-${spec.short}, `}--${name}${spec.value === undefined ? '' : ` ${spec.value}`}${spec.isRepeatable === true ? '…' : ''}`,
    spec.help,
  ])
  return join([
    `beeline ${command.name}: ${command.summary}`,
    '',
    `Usage:  beeline ${command.name} ${command.operands === '' ? '' : `${command.operands} `}[options]`,
    '',
    ...command.description.flatMap((paragraph) => [...wrap(paragraph, COLUMNS), '']),
    'Options:',
    ...columns(options),
    '',
    'Examples:',
    ...command.examples.flatMap(([line, meaning]) => [`  ${line}`, `      ${meaning}`]),
    '',
    'Exit codes: see beeline --help',
  ])
}

function exitCodes(): string[] {
  const families = Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[]
  return columns(families.map((family) => [String(EXIT_CODES[family]), EXIT_MEANINGS[family]]))
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.max(...rows.map(([name]) => displayWidth(name)))
  const right = COLUMNS - left - 4
  return rows.flatMap(([name, meaning]) =>
    wrap(meaning, right).map((line, i) => `  ${padEnd(i === 0 ? name : '', left)}  ${line}`),
  )
}

function join(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}
