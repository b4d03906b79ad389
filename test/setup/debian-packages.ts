/**
 * The one place where tests get Debian packages they need (a browser, a TURN server, an archiver): what is missing is
 * installed when this is root on Debian, and named otherwise, so that a test can be reported as skipped with the reason.
 */

import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

/** One mirror may be slow and a browser has 100 MB; beyond this something hangs. Milliseconds. */
const COMMAND_LIMIT_MS = 10 * 60_000
/** How long another apt may hold its lock: it installs what another test needs. Seconds, and tries a second apart. */
const LOCK_PATIENCE_S = 300

export interface Finished {
  readonly code: number | null
  readonly output: string
}

/** What this file needs of a computer; a test of it hands in its own. */
export interface PackageHost {
  readonly isRoot: boolean
  /** Code null when the program does not exist or was ended. */
  run(program: string, argv: readonly string[]): Promise<Finished>
  wait(delayMs: number): Promise<void>
}

/** Installations that this process has begun, so that two test files of one process do not do it twice. */
let previous: Promise<void> = Promise.resolve()

/** Resolves when all are installed. Rejects with one sentence that names what is missing and why it cannot be had. */
export function ensurePackages(names: string[]): Promise<void> {
  const next = previous.then(() => installMissing(names, THIS_COMPUTER))
  previous = next.catch(() => undefined)
  return next
}

export async function installMissing(names: readonly string[], host: PackageHost): Promise<void> {
  const bad = names.find((name) => !/^[a-z0-9][a-z0-9+.-]*$/.test(name))
  if (bad !== undefined) throw new Error(`${JSON.stringify(bad)} is not the name of a Debian package`)
  const missing = await missingOf(names, host)
  if (missing === 'no dpkg') throw needs(names, 'and this is not Debian')
  if (missing.length === 0) return
  if (!host.isRoot) throw needs(missing, 'which only root can install: apt-get install')
  // What the lists know already needs no update; they may be absent, or name versions that are gone.
  if ((await install(missing, host)).code === 0 && (await isAllThere(missing, host))) return
  const update = await withLock(host, () => apt(host, ['update']))
  const attempt = await install(missing, host)
  if (attempt.code === 0 && (await isAllThere(missing, host))) return
  throw needs(missing, `and apt-get failed: ${lastLine(attempt.output) || lastLine(update.output)}`)
}

async function isAllThere(names: readonly string[], host: PackageHost): Promise<boolean> {
  const missing = await missingOf(names, host)
  return missing !== 'no dpkg' && missing.length === 0
}

async function missingOf(names: readonly string[], host: PackageHost): Promise<string[] | 'no dpkg'> {
  if (names.length === 0) return []
  const { code, output } = await host.run('dpkg-query', [
    '-W',
    '-f=${db:Status-Abbrev} ${Package}\n',
    ...names,
  ])
  // 1: some are not known, which the others are listed before.
  if (code !== 0 && code !== 1) return 'no dpkg'
  const installed = new Set([...output.matchAll(/^ii\s+(\S+)$/gm)].map((match) => match[1]))
  return names.filter((name) => !installed.has(name))
}

function install(names: readonly string[], host: PackageHost): Promise<Finished> {
  return withLock(host, () => apt(host, ['install', '--yes', '--no-install-recommends', ...names]))
}

/** apt itself waits for dpkg's lock when asked to, but not for that of its lists. */
async function withLock(host: PackageHost, attempt: () => Promise<Finished>): Promise<Finished> {
  for (let waitedS = 0; ; waitedS++) {
    const finished = await attempt()
    const isLocked = finished.code !== 0 && /could not get lock|unable to lock/i.test(finished.output)
    if (!isLocked || waitedS >= LOCK_PATIENCE_S) return finished
    await host.wait(1000)
  }
}

function apt(host: PackageHost, argv: readonly string[]): Promise<Finished> {
  return host.run('apt-get', ['-q', '-o', `DPkg::Lock::Timeout=${LOCK_PATIENCE_S}`, ...argv])
}

function needs(names: readonly string[], why: string): Error {
  return new Error(
    `this test needs the Debian ${names.length === 1 ? 'package' : 'packages'} ${names.join(', ')}, ${why}`,
  )
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? ''
}

const THIS_COMPUTER: PackageHost = {
  isRoot: process.getuid?.() === 0,
  wait: (delayMs) => delay(delayMs),
  run(program, argv) {
    const { promise, resolve } = Promise.withResolvers<Finished>()
    const child = spawn(program, [...argv], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: COMMAND_LIMIT_MS,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        output += data.toString()
      })
    }
    child.once('error', (error) => resolve({ code: null, output: error.message }))
    child.once('close', (code) => resolve({ code, output }))
    return promise
  },
}
