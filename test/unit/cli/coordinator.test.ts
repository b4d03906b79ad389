/** `beeline coordinator`: what it hands out, and what it refuses to start with. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { run } from '#cli/run.ts'
import { fakeWorld, type FakeWorld } from './fake-engine.ts'

const SECRET = 'a secret of sufficient length'

let dataDir: string

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'beeline-coordinator-'))
  writeFileSync(path.join(dataDir, 'turn.txt'), `${SECRET}\nand a second line\n`)
  writeFileSync(path.join(dataDir, 'short.txt'), 'short\n')
})

afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true })
})

function world(environment: Readonly<Record<string, string>> = {}): FakeWorld {
  return fakeWorld({ environment: { BEELINE_HOME: dataDir, ...environment } })
}

async function startAndInterrupt(here: FakeWorld, argv: readonly string[]): Promise<number> {
  const code = run(['coordinator', ...argv], here.context)
  await vi.waitFor(() => expect(here.coordinators).toHaveLength(1))
  here.interrupt()
  return code
}

test('the secret of its TURN server comes from the first line of a file', async () => {
  const here = world()
  const urls = ['turn:turn.example:3478', 'turns:turn.example']
  const argv = ['--turn', urls[0] ?? '', '--turn', urls[1] ?? '', '--behind-proxy']
  await startAndInterrupt(here, [...argv, '--turn-secret-file', path.join(dataDir, 'turn.txt')])
  expect(here.coordinators).toMatchObject([{ turn: { urls, secret: SECRET }, isBehindProxy: true }])
  expect(here.stdout.text + here.stderr.text).not.toContain(SECRET)
})

test('or from the environment', async () => {
  const here = world({ BEELINE_TURN_SECRET: SECRET })
  await startAndInterrupt(here, ['--turn', 'turn:turn.example'])
  expect(here.coordinators).toMatchObject([{ turn: { secret: SECRET }, isBehindProxy: false }])
})

test('without a TURN server nothing is shared', async () => {
  const here = world({ BEELINE_TURN_SECRET: SECRET })
  await startAndInterrupt(here, [])
  expect(here.coordinators[0]?.turn).toBeUndefined()
})

test.each([
  [['--turn', 'turn:turn.example'], 'usage'],
  [['--turn', 'turn:turn.example', '--turn-secret-file', 'nowhere.txt'], 'usage'],
  [['--turn', 'turn:turn.example', '--turn-secret-file', 'short.txt'], 'usage'],
  [['--turn', 'turn:anna:password@turn.example', '--turn-secret-file', 'turn.txt'], 'usage'],
  [['--turn', 'stun:turn.example', '--turn-secret-file', 'turn.txt'], 'usage'],
  [['--turn', 'https://turn.example', '--turn-secret-file', 'turn.txt'], 'relay.bad-url'],
  [['--turn', 'turn:turn.example?transport=sctp', '--turn-secret-file', 'turn.txt'], 'relay.unsupported'],
  [['--turn-secret-file', 'turn.txt'], 'usage'],
])('%j is refused as %s', async (argv, code) => {
  const here = world()
  const files = argv.map((word) => (word.endsWith('.txt') ? path.join(dataDir, word) : word))
  expect(await run(['coordinator', ...files], here.context)).toBe(64)
  expect(here.stderr.text).toContain(`(${code}`)
  expect(here.coordinators).toEqual([])
})
