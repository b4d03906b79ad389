/** Runs a system tool to its end, with a limit, and says what it printed when it fails. */

import { spawn } from 'node:child_process'

/** The tools used here answer in milliseconds; on a busy machine in a second or two. */
const COMMAND_LIMIT_MS = 60_000

/** Resolves with standard output. Rejects with the tool's own words when its exit code is not 0. */
export function runCommand(command: string, argv: readonly string[], input = ''): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = spawn(command, [...argv], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: COMMAND_LIMIT_MS,
    env: { ...process.env, LC_ALL: 'C' },
  })
  let output = ''
  let complaint = ''
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString()
  })
  child.stderr.on('data', (data: Buffer) => {
    complaint += data.toString()
  })
  child.once('error', reject)
  child.once('close', (code, signal) => {
    if (code === 0) resolve(output)
    else reject(new Error(`${command} ${argv.join(' ')} ended with ${code ?? signal}: ${complaint}${input}`))
  })
  // A tool that ends before it has read everything says why by its exit code.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return promise
}
