/** What tests do about Debian packages they need, on computers of every kind. */

import { expect, test } from 'vitest'
import { installMissing, type Finished, type PackageHost } from '#test/setup/debian-packages.ts'

class FakeHost implements PackageHost {
  isRoot = true
  hasDpkg = true
  /** How often a lock is in the way before apt may run. */
  lockedTimes = 0
  /** What the lists know before an update. */
  known = new Set<string>()
  offered = new Set<string>()
  readonly installed = new Set<string>()
  readonly commands: string[] = []
  waits = 0

  wait(): Promise<void> {
    this.waits++
    return Promise.resolve()
  }

  run(program: string, argv: readonly string[]): Promise<Finished> {
    return Promise.resolve(program === 'dpkg-query' ? this.#query(argv) : this.#apt(argv))
  }

  #query(argv: readonly string[]): Finished {
    if (!this.hasDpkg) return { code: null, output: 'ENOENT' }
    const names = argv.slice(2)
    const lines = names.map((name) => (this.installed.has(name) ? `ii  ${name}` : `un  ${name}`))
    return { code: names.every((name) => this.installed.has(name)) ? 0 : 1, output: lines.join('\n') }
  }

  #apt(argv: readonly string[]): Finished {
    const [verb, ...rest] = argv.slice(3)
    this.commands.push(verb ?? '')
    if (this.lockedTimes-- > 0) return { code: 100, output: 'E: Could not get lock /var/lib/apt/lists/lock' }
    if (verb === 'update') {
      for (const name of this.offered) this.known.add(name)
      return { code: 0, output: '' }
    }
    const names = rest.filter((word) => !word.startsWith('-'))
    const unknown = names.find((name) => !this.known.has(name))
    if (unknown !== undefined) return { code: 100, output: `E: Unable to locate package ${unknown}` }
    for (const name of names) this.installed.add(name)
    return { code: 0, output: '' }
  }
}

test('what is installed is left alone', async () => {
  const host = new FakeHost()
  host.installed.add('coturn')
  await installMissing(['coturn'], host)
  expect(host.commands).toEqual([])
})

test('what the lists know is installed without an update, and only what is missing', async () => {
  const host = new FakeHost()
  host.installed.add('coturn')
  host.known.add('chromium')
  await installMissing(['coturn', 'chromium'], host)
  expect([host.commands, host.installed.has('chromium')]).toEqual([['install'], true])
})

test('lists that are old are brought up to date', async () => {
  const host = new FakeHost()
  host.offered.add('chromium')
  await installMissing(['chromium'], host)
  expect(host.commands).toEqual(['install', 'update', 'install'])
})

test('somebody else’s lock is waited for', async () => {
  const host = new FakeHost()
  host.known.add('chromium')
  host.lockedTimes = 3
  await installMissing(['chromium'], host)
  expect([host.waits, host.installed.has('chromium')]).toEqual([3, true])
})

test('but not for ever', async () => {
  const host = new FakeHost()
  host.known.add('chromium')
  host.lockedTimes = Infinity
  await expect(installMissing(['chromium'], host)).rejects.toThrow(/apt-get failed: E: Could not get lock/)
})

test('without root one sentence says what is missing', async () => {
  const host = new FakeHost()
  host.isRoot = false
  await expect(installMissing(['coturn', 'chromium'], host)).rejects.toThrow(
    'this test needs the Debian packages coturn, chromium, which only root can install: apt-get install',
  )
  expect(host.commands).toEqual([])
})

test('on another system too', async () => {
  const host = new FakeHost()
  host.hasDpkg = false
  await expect(installMissing(['coturn'], host)).rejects.toThrow(
    /the Debian package coturn, and this is not Debian/,
  )
})

test('what nobody offers is an error', async () => {
  await expect(installMissing(['no-such-thing'], new FakeHost())).rejects.toThrow(
    /Unable to locate package no-such-thing/,
  )
})

test('a name cannot be an option', async () => {
  await expect(installMissing(['--allow-unauthenticated'], new FakeHost())).rejects.toThrow(/not the name/)
})
