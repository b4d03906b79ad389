/**
 * `npm run static`: format, lint, types and dead code side by side, because the slowest of them uses one processor only. Each
 * one's words are printed whole when it ends; fails when one of them does, after all have had their say.
 */

import { spawn } from 'node:child_process'

const CHECKS = ['format:check', 'lint', 'types', 'knip']
/** The slowest takes half a minute on a slow computer; beyond this it hangs. Milliseconds. */
const LIMIT_MS = 10 * 60_000

async function check(script: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<number | null>()
  const npm = process.env['npm_execpath']
  // Under `npm run` the very same npm; else the one of the PATH, which on Windows is a command file.
  const isScript = npm?.endsWith('.js') === true
  const child = spawn(isScript ? process.execPath : 'npm', [...(isScript ? [npm] : []), 'run', script], {
    timeout: LIMIT_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: !isScript && process.platform === 'win32',
  })
  const words: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => words.push(text))
  }
  child.once('error', (error) => {
    words.push(`${error.message}\n`)
    resolve(null)
  })
  child.once('close', resolve)
  const code = await promise
  process.stdout.write(words.join(''))
  if (code !== 0) process.stdout.write(`${script} failed\n`)
  return code === 0
}

const outcomes = await Promise.all(CHECKS.map(check))
process.exitCode = outcomes.every((isGood) => isGood) ? 0 : 1
