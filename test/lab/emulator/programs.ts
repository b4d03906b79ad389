/** Compiles the two small C programs of the emulator when a test first needs them; later runs find them again. */

import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { ensurePackages } from '#test/setup/debian-packages.ts'

const SOURCES = import.meta.dirname
/** Beside the other things that may be thrown away at any time. */
const BUILT = path.resolve(SOURCES, '../../../coverage/.lab')
/** Each takes a second; a machine under load ten. Milliseconds. */
const COMPILE_LIMIT_MS = 120_000

const run = promisify(execFile)

export interface Programs {
  /** Joins two namespaces: line.c. */
  readonly line: string
  /** Runs a program in a namespace: enter.c. */
  readonly enter: string
}

let built: Promise<Programs> | undefined

/** Once for all of this process that ask. Rejects with one sentence when there is no compiler to be had. */
export function buildPrograms(): Promise<Programs> {
  built ??= buildAll()
  return built
}

async function buildAll(): Promise<Programs> {
  const line = await build('line')
  return { line, enter: await build('enter') }
}

async function build(name: 'line' | 'enter'): Promise<string> {
  const source = path.join(SOURCES, `${name}.c`)
  const hash = createHash('sha256')
  for (const file of [source, path.join(SOURCES, 'spaces.h')]) hash.update(readFileSync(file))
  const program = path.join(BUILT, `${name}-${hash.digest('hex').slice(0, 16)}`)
  if (await isThere(program)) return program
  if (spawnSync('gcc', ['--version']).status !== 0) await ensurePackages(['gcc', 'libc6-dev'])
  mkdirSync(BUILT, { recursive: true })
  // Under a name of its own, since another test process may be at it too.
  const draft = `${program}.${process.pid}`
  try {
    await run('gcc', ['-std=c17', '-O2', '-Wall', '-Wextra', '-Werror', '-o', draft, source], {
      timeout: COMPILE_LIMIT_MS,
    })
    renameSync(draft, program)
  } finally {
    rmSync(draft, { force: true })
  }
  return program
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch {
    return false
  }
}
