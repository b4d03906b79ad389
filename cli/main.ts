/** Entry of the command line, imported by the launcher on a Node that can run it. Ends the process itself. */

import { homedir, hostname } from 'node:os'
import { EXIT_CODES } from './exit-codes.ts'
import { listenForInterruption } from './interruption.ts'
import { run } from './run.ts'
import { SERVICES } from './services.ts'

/** A live picture hides the cursor; whatever ends the process, the terminal is given back. */
const RESTORE_TERMINAL = '\x1b[?7h\x1b[?25h'

/** `beeline … | head` closes the pipe: there is nobody left to speak to, and nothing to complain about. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? EXIT_CODES.interrupted : EXIT_CODES.internal)
  })
}

process.on('exit', () => {
  if (process.stdout.isTTY) process.stdout.write(RESTORE_TERMINAL)
})

const code = await run(process.argv.slice(2), {
  environment: process.env,
  platform: process.platform,
  homeDir: homedir(),
  hostName: hostname(),
  workingDir: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  interruption: listenForInterruption(process),
  services: SERVICES,
})

// A pipe may be asynchronous: what was said is delivered before the end. The limit is for a reader that has stopped.
await Promise.race([
  new Promise((resolve) => process.stdout.write('', resolve)),
  new Promise((resolve) => setTimeout(resolve, 1000)),
])
// Explicitly: the native library would keep the process alive.
process.exit(code)
