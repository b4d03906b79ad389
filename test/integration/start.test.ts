/** `npm start` as a real process: what it opens, and what it says where it cannot. */

import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually, within } from './harness/eventually.ts'
import { TempFolder } from './harness/temp-folder.ts'

const STARTER = path.resolve(import.meta.dirname, '../../build/start.js')

let folder: TempFolder

beforeEach(async () => {
  folder = await TempFolder.create()
  mkdirSync(folder.at('page'))
  writeFileSync(folder.at('page', 'index.html'), 'the page')
})

afterEach(() => {
  folder[Symbol.dispose]()
})

function surroundings(shell: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    BEELINE_HOME: folder.at('home'),
    BEELINE_BIND: '127.0.0.1',
    BEELINE_PAGE: folder.at('page'),
    BEELINE_SHELL: shell,
    ELECTRON_OVERRIDE_DIST_PATH: folder.at('no-electron-here'),
    DISPLAY: ':0',
  }
}

test.each(['', 'web'])(
  'with BEELINE_SHELL=%j it serves the page, says why, and ends with Ctrl-C',
  async (shell) => {
    const child = spawn(process.execPath, [STARTER, '--port', '0', '--json'], {
      env: surroundings(shell),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { stdout: '', stderr: '' }
    child.stdout.on('data', (data: Buffer) => (said.stdout += data.toString()))
    child.stderr.on('data', (data: Buffer) => (said.stderr += data.toString()))
    const ended = new Promise((resolve) => child.once('exit', resolve))
    try {
      const line = await eventually('an address', () => /"(http:[^"#]+)#token=/.exec(said.stdout)?.[1])
      expect(await (await fetch(line)).text()).toBe('the page')
      expect(said.stderr).toMatch(
        shell === 'web'
          ? /because BEELINE_SHELL asks for it\.\n/
          : /because ELECTRON_OVERRIDE_DIST_PATH has no .*\n/,
      )
      child.kill('SIGINT')
      expect(await within('the end', ended, 20_000)).toBe(130)
    } finally {
      child.kill('SIGKILL')
    }
  },
)

test.each([
  ['electron', 69, /cannot be opened: ELECTRON_OVERRIDE_DIST_PATH has no/],
  ['window', 64, /BEELINE_SHELL is electron or web/],
])('with BEELINE_SHELL=%s it is an error', (shell, code, sentence) => {
  const run = spawnSync(process.execPath, [STARTER], { env: surroundings(shell), encoding: 'utf8' })
  expect([run.status, run.stdout]).toEqual([code, ''])
  expect(run.stderr).toMatch(sentence)
})
