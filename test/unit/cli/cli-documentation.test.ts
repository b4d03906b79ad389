/** docs/cli.md says what the program does: every command, option, exit code and event, and none that does not exist. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '#cli/commands.ts'
import { EXIT_CODES, exitCodeOf } from '#cli/exit-codes.ts'
import { commandHelp, generalHelp } from '#cli/help.ts'
import { JSON_EVENTS } from '#cli/output/json-output.ts'
import { displayWidth } from '#cli/terminal-text.ts'
import { ERRORS, isErrorCode } from '#shared/errors.ts'

const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8')

/** The text of one section, by its heading. */
function section(heading: string): string {
  const [, after = ''] = page.split(new RegExp(`^#+ ${heading}$`, 'm'))
  return after.split(/^## /m)[0] ?? ''
}

/** First cells of the tables in a text, without their code quotes. */
function firstCells(text: string): string[] {
  return [...text.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? '')
}

test('every exit code is listed, and none is invented', () => {
  const rows = [...section('Exit codes').matchAll(/^\| (\d+) +\|.*\|(.*)\|$/gm)]
  expect(rows.map((row) => Number(row[1]))).toEqual(Object.values(EXIT_CODES))
})

test('every error code is listed beside its exit code, and none is invented', () => {
  const listed = new Map<string, number>()
  for (const row of section('Exit codes').matchAll(/^\| (\d+) +\|.*\|(.*)\|$/gm)) {
    for (const code of (row[2] ?? '').matchAll(/`([^`]+)`/g)) listed.set(code[1] ?? '', Number(row[1]))
  }
  const real = new Map(
    Object.keys(ERRORS)
      .filter(isErrorCode)
      .map((code) => [code, exitCodeOf(code)] as const),
  )
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(real))
})

test('every JSON event is listed, and none is invented', () => {
  expect(new Set(firstCells(section('JSON')))).toEqual(new Set(JSON_EVENTS))
})

describe.each(COMMANDS.map((command) => [command.name, command] as const))('%s', (name, command) => {
  test('has every option in the documentation, and none is invented', () => {
    const listed = firstCells(section(`beeline ${name}`)).map((cell) => /--([a-z-]+)/.exec(cell)?.[1])
    expect(new Set(listed)).toEqual(new Set(Object.keys(command.options)))
  })

  test('fits its help into 80 columns', () => {
    for (const line of commandHelp(command).split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80)
  })
})

test('the general help fits into 80 columns and names every command', () => {
  const help = generalHelp(COMMANDS)
  for (const line of help.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(82)
  for (const { name } of COMMANDS) expect(help).toContain(`  ${name} `)
})
