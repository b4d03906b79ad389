/**
 * Runs a main process on the double, in Electron's order: the entry is evaluated to its end, and only then comes
 * `ready`. Not Electron: no sandbox, no desktop. `process.versions.electron` stays unset on purpose.
 */

import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { ready } from './electron.ts'
import { listenToSpec } from './spec-channel.ts'

/** What takes longer waits for something that never comes. */
const EVALUATION_LIMIT_MS = Number(process.env['DOUBLE_EVALUATION_LIMIT_MS'] ?? 20_000)
/** EX_SOFTWARE: the program under test is wrong. */
const NEVER_EVALUATED = 70

process.stderr.write('Electron double: not Electron, for tests only\n')
// As in `electron ENTRY …`: the entry is the first argument.
process.argv.splice(1, 1)
const [, entry] = process.argv
if (entry === undefined) throw new Error('the entry is missing')

const timer = setTimeout(() => {
  process.stderr.write(
    'Electron double: the entry waits at its top level; in Electron, ready would never come\n',
  )
  process.exit(NEVER_EVALUATED)
}, EVALUATION_LIMIT_MS)
listenToSpec()
await import(pathToFileURL(path.resolve(entry)).href)
clearTimeout(timer)
await ready()
