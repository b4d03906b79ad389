/** The launcher behind `npm start`: builds the window if needed, and opens it in Electron or as a page. */

import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { isFresh } from '#cli/freshness.js'
import { chooseShell, hasDisplay, type Files } from './shell-choice.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
/** Of sysexits.h, as those of the command line. */
const USAGE = 64
const UNAVAILABLE = 69
/** What a shell and a loader say of a program that lacks a library of the system. */
const CANNOT_START = 127

const PAGE_OUTPUTS = ['out/renderer/index.html']
const PAGE_SOURCES = ['renderer', 'shared', 'vite.config.ts', 'package.json']
const SHELL_OUTPUTS = ['out/main/index.js', 'out/preload/index.cjs']
const SHELL_SOURCES = [
  'electron',
  'engine',
  'coordinator',
  'shared',
  'electron.vite.config.ts',
  'package.json',
]

/** @param argv for `beeline serve`, or links for the window */
export async function start(argv: readonly string[]): Promise<void> {
  try {
    await open(argv)
  } catch (thrown) {
    process.stderr.write(`beeline: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
    process.exit(thrown instanceof RangeError ? USAGE : UNAVAILABLE)
  }
}

async function open(argv: readonly string[]): Promise<void> {
  const choice = chooseShell({
    platform: process.platform,
    environment: process.env,
    isRoot: process.getuid?.() === 0,
    root: ROOT,
    files: DISK,
  })
  if (choice.shell === 'none') throw new Error(`the window cannot be opened: ${choice.why}`)
  if (choice.shell === 'web') return openPage(choice.why, argv)
  if (!isBuilt([...PAGE_OUTPUTS, ...SHELL_OUTPUTS], [...PAGE_SOURCES, ...SHELL_SOURCES])) {
    await build(npmCommand(), ['run', 'build'])
  }
  const code = await run(choice.program, [ROOT, ...argv])
  if (code !== CANNOT_START || process.env['BEELINE_SHELL'] === 'electron') process.exit(code)
  await openPage('Electron’s program could not start on this system', argv)
}

/** In this process: the engine and its address are what the person sees next. */
async function openPage(why: string, argv: readonly string[]): Promise<void> {
  const pageFolder = process.env['BEELINE_PAGE'] ?? ''
  if (pageFolder === '' && !isBuilt(PAGE_OUTPUTS, PAGE_SOURCES)) {
    await build(process.execPath, [path.join(ROOT, 'node_modules/vite/bin/vite.js'), 'build'])
  }
  // On standard error, so that `npm start -- --json` can be read by a program.
  process.stderr.write(`Beeline opens as a page, because ${why}.\n`)
  const opens = process.stdout.isTTY && hasDisplay(process.platform, process.env) ? ['--open'] : []
  const launcher = path.join(ROOT, 'cli', 'beeline.js')
  process.argv = [process.execPath, launcher, 'serve', ...opens, ...argv]
  await import(new URL('../cli/beeline.js', import.meta.url).href)
}

const DISK: Files = {
  exists: existsSync,
  read: (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
}

function isBuilt(outputs: readonly string[], sources: readonly string[]): boolean {
  const inRoot = (name: string): string => path.join(ROOT, name)
  return isFresh(outputs.map(inRoot), sources.map(inRoot))
}

/** The npm that runs this, if one does. */
function npmCommand(): string {
  return process.env['npm_execpath'] ?? 'npm'
}

/** Says one line; the rest only if it fails. */
async function build(program: string, argv: readonly string[]): Promise<void> {
  process.stderr.write('Building the window once…\n')
  const isScript = program.endsWith('.js')
  const child = spawn(
    isScript ? process.execPath : program,
    [...(isScript ? [program] : []), ...argv],
    // On Windows npm is a batch file, which only a shell can start.
    {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: !isScript && process.platform === 'win32' && program === 'npm',
    },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      said += data.toString()
    })
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code === 0) return
  throw new Error(`the window could not be built. Is everything installed (npm ci)?\n${said.trimEnd()}`)
}

/** @returns the exit code. A Ctrl-C at a terminal reaches the window by itself. */
async function run(program: string, argv: readonly string[]): Promise<number> {
  const child = spawn(program, argv, { stdio: 'inherit' })
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal)
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, pass)
  return new Promise((resolve) => {
    child.once('error', () => resolve(CANNOT_START))
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}
