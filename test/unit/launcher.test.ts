/** The launcher, started with a Node that is too old and with one that is not. */

import { spawn, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const SYSTEM_NODE = '/usr/bin/node'
const EX_UNAVAILABLE = 69

function systemNodeMajor(): number | undefined {
  if (!existsSync(SYSTEM_NODE)) return undefined
  return Number(
    spawnSync(SYSTEM_NODE, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout.split('.')[0],
  )
}

const major = systemNodeMajor()
const whyNotOld =
  major === undefined
    ? 'no system Node to try'
    : major >= 24
      ? `the system Node is ${major}, new enough`
      : undefined

let clone: string
let launcher: string

beforeEach(() => {
  clone = mkdtempSync(path.join(tmpdir(), 'beeline-launcher-'))
  mkdirSync(path.join(clone, 'cli'))
  cpSync(path.join(root, 'package.json'), path.join(clone, 'package.json'))
  launcher = path.join(clone, 'cli/beeline.js')
  cpSync(path.join(root, 'cli/beeline.js'), launcher)
  for (const name of ['compile-cache.js', 'program.js', 'freshness.js'])
    cpSync(path.join(root, 'cli', name), path.join(clone, 'cli', name))
})

afterEach(() => {
  rmSync(clone, { recursive: true, force: true })
})

/** Stands for the real command line; TypeScript, so that only a Node that strips types can run it. */
function writeMain(text: string): void {
  writeFileSync(path.join(clone, 'cli/main.ts'), text)
}

function giveItsOwnNode(): void {
  mkdirSync(path.join(clone, 'node_modules/node/bin'), { recursive: true })
  symlinkSync(process.execPath, path.join(clone, 'node_modules/node/bin/node'))
}

test('a Node that is new enough runs the command line at once, silently', () => {
  writeMain(`const said: string = process.argv.slice(2).join(' ')\nconsole.log(said)\n`)
  const run = spawnSync(process.execPath, [launcher, 'send', 'a b'], { encoding: 'utf8' })
  expect(run).toMatchObject({ status: 0, stdout: 'send a b\n', stderr: '' })
})

describe('what was bundled', () => {
  function writeBundle(): void {
    mkdirSync(path.join(clone, 'out/commands'), { recursive: true })
    for (const name of ['main.js', 'disk-worker.js'])
      writeFileSync(path.join(clone, 'out/commands', name), `console.log('${name}')\n`)
  }
  const said = (): string => spawnSync(process.execPath, [launcher], { encoding: 'utf8' }).stdout

  beforeEach(() => {
    writeMain(`console.log('source')\n`)
  })

  test('is run instead of the sources', () => {
    writeBundle()
    expect(said()).toBe('main.js\n')
  })

  test('is not run once a source has changed since', () => {
    writeBundle()
    const later = Date.now() / 1000 + 10
    utimesSync(path.join(clone, 'cli/main.ts'), later, later)
    expect(said()).toBe('source\n')
  })

  test('is not run when a part is missing', () => {
    writeBundle()
    rmSync(path.join(clone, 'out/commands/disk-worker.js'))
    expect(said()).toBe('source\n')
  })
})

describe('on a Node that is too old', () => {
  test('one sentence says what is missing', ({ skip }) => {
    if (whyNotOld !== undefined) skip(whyNotOld)
    const run = spawnSync(SYSTEM_NODE, [launcher], { encoding: 'utf8' })
    expect(run.status).toBe(EX_UNAVAILABLE)
    expect(run.stdout).toBe('')
    expect(run.stderr).toMatch(/^Beeline needs Node 24 or newer .*\n$/)
  })

  test("the project's own Node takes over, with arguments and exit code", ({ skip }) => {
    if (whyNotOld !== undefined) skip(whyNotOld)
    giveItsOwnNode()
    writeMain(
      `const version: string = process.version\nconsole.log(version, process.argv.slice(2).join(' '))\nprocess.exit(7)\n`,
    )
    const run = spawnSync(SYSTEM_NODE, [launcher, 'get', 'x y'], { encoding: 'utf8' })
    expect(run).toMatchObject({ status: 7, stdout: `${process.version} get x y\n`, stderr: '' })
  })

  test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s reaches the command line, which ends in its own time',
    async (signal, { skip }) => {
      if (whyNotOld !== undefined) skip(whyNotOld)
      giveItsOwnNode()
      writeMain(
        `process.on('${signal}', () => setTimeout(() => { console.log('closed'); process.exit(5) }, 100))\n` +
          `setInterval(() => {}, 1000)\nconsole.log('ready')\n`,
      )
      const child = spawn(SYSTEM_NODE, [launcher], { stdio: ['ignore', 'pipe', 'inherit'] })
      let output = ''
      child.stdout.on('data', (data: Buffer) => {
        output += data.toString()
        if (output === 'ready\n') child.kill(signal)
      })
      const status = await new Promise((resolve) => child.on('exit', resolve))
      expect(output).toBe('ready\nclosed\n')
      expect(status).toBe(5)
    },
  )
})
