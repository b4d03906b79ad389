import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { run } from '#cli/run.ts'
import { AppError } from '#shared/errors.ts'
import { fakeWorld, LINK, peerView, type FakeWorld } from './fake-engine.ts'

let dataDir: string

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'beeline-send-'))
})

afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true })
})

function world(settings: Parameters<typeof fakeWorld>[0] = {}): FakeWorld {
  return fakeWorld({
    role: 'send',
    ...settings,
    environment: { BEELINE_HOME: dataDir, ...settings.environment },
  })
}

/** Runs until the link has been said, then interrupts. */
async function sendAndInterrupt(here: FakeWorld, argv: readonly string[]): Promise<number> {
  const code = run(['send', ...argv], here.context)
  await vi.waitFor(() => expect(here.stdout.text).toContain(LINK))
  here.interrupt()
  return code
}

test('without a coordinator it brings its own, and ends it last', async () => {
  const here = world()
  expect(await sendAndInterrupt(here, ['photos'])).toBe(130)
  expect(here.coordinators).toMatchObject([{ host: '::', port: 8787, dataDir }])
  expect(here.engine.sent?.paths).toEqual(['/home/anna/photos'])
  expect(here.engine.sent?.coordinators[0].host).toMatch(/:8787$/)
  expect([here.transfer.isStopped, here.engine.isClosed, here.closedPorts]).toEqual([true, true, [8787]])
})

test('the link and how to use it come first, and how to go on last', async () => {
  const here = world()
  await sendAndInterrupt(here, ['photos'])
  expect(here.stdout.text).toContain(`npx beeline get "${LINK}"`)
  expect(here.stdout.text.trimEnd().split('\n').at(-1)).toBe(
    'The link stays valid: go on sharing with  beeline send --resume ab12cd34',
  )
})

test('who stops half-way is told that somebody has not got everything', async () => {
  const here = world()
  const peers = [peerView({ completeness: 0.4 }), peerView({ completeness: 1 })]
  here.transfer.set({ role: 'send', state: 'seeding', sentBytes: 5, peers })
  await sendAndInterrupt(here, ['photos'])
  expect(here.stdout.text).toContain('1 device has not got everything yet.')
})

test('a taken port is no reason to fail', async () => {
  const here = world({ takenPorts: [8787] })
  await sendAndInterrupt(here, ['photos'])
  expect(here.coordinators).toMatchObject([{ port: 0 }])
  expect(here.engine.sent?.coordinators[0].host).toMatch(/:43210$/)
})

test('but a taken port that was asked for is', async () => {
  const here = world({ takenPorts: [9000] })
  expect(await run(['send', 'photos', '--listen', ':9000'], here.context)).toBe(69)
  expect(here.stderr.text).toMatch(/^beeline: .*\(coordinator\.port-taken: port 9000\)\n$/)
  expect(here.engine.isClosed).toBe(true)
})

test('on loopback everything stays on loopback', async () => {
  const here = world()
  await sendAndInterrupt(here, ['photos', '--listen', '127.0.0.1:0'])
  expect(here.engine.sent?.coordinators).toEqual([{ host: '127.0.0.1:43210', isTls: false }])
  expect(here.engine.options?.network).toMatchObject({ bindAddress: '127.0.0.1', portMapping: false })
})

test.each([
  [[], {}, true],
  [['--no-port-mapping'], {}, false],
  [[], { BEELINE_BIND: '192.168.1.5' }, false],
])('with %j and %j the router is asked to open ports: %s', async (argv, environment, isAsked) => {
  const here = world({ environment: environment as Record<string, string> })
  await sendAndInterrupt(here, ['photos', ...argv])
  expect(here.engine.options?.network.portMapping).toBe(isAsked)
})

test('lanes are capped as asked, and by no more than there can be', async () => {
  const here = world()
  for (const count of ['0', '17', '-1', '2.5', 'many', '1e1']) {
    expect(await run(['send', 'photos', `--max-lanes=${count}`], here.context)).toBe(64)
    expect(here.stderr.text).toContain('--max-lanes is a number from 1 to 16')
  }
  await sendAndInterrupt(here, ['photos', '--max-lanes', '3'])
  expect(here.engine.options?.network.maxLanes).toBe(3)
})

test.each([
  [[], true],
  [['--no-tls-lanes'], false],
])('with %j devices in the same network are reached by TLS too: %s', async (argv, isOn) => {
  const here = world()
  await sendAndInterrupt(here, ['photos', ...argv])
  expect(here.engine.options?.network.tlsLanes).toBe(isOn)
})

test.each([
  [['photos', '--coordinator', 'https://c.example'], {}],
  [['photos'], { BEELINE_COORDINATOR: 'https://c.example' }],
])('another coordinator is used instead: %j %j', async (argv, environment) => {
  const here = world({ environment: environment as Record<string, string> })
  await sendAndInterrupt(here, argv)
  expect(here.coordinators).toEqual([])
  expect(here.engine.sent?.coordinators).toEqual([{ host: 'c.example', isTls: true }])
})

test('receivers are told the STUN server, but never the password of a relay', async () => {
  const here = world()
  await sendAndInterrupt(here, ['photos', '--stun', 'stun:s.example', '--relay', 'turn:u:geheim@r.example'])
  expect(here.coordinators[0]?.iceServers).toEqual([{ urls: ['stun:s.example:3478'] }])
  expect(here.engine.options?.network.iceServers).toHaveLength(2)
})

function savedAt(host: string, isTls = false) {
  return {
    shortId: 'ab12cd34',
    title: 'photos',
    createdAtMs: 0,
    paths: ['/p'],
    coordinators: [{ host, isTls }] as const,
  }
}

test('a resumed share gets its own coordinator back at the old port', async () => {
  const first = world({ takenPorts: [8787] })
  await sendAndInterrupt(first, ['photos'])
  const host = first.engine.sent?.coordinators[0].host ?? ''
  const here = world()
  here.engine.shares = [savedAt(host)]
  await sendAndInterrupt(here, ['--resume', 'ab12cd34'])
  expect(here.coordinators).toMatchObject([{ port: 43_210 }])
  expect(here.engine.resumed).toBe('ab12cd34')
})

test('a resumed share of another coordinator brings none', async () => {
  const here = world()
  here.engine.shares = [savedAt('192.168.1.9:8787')]
  await sendAndInterrupt(here, ['--resume', 'AB12CD34'])
  expect(here.coordinators).toEqual([])
})

test.each([
  [[], 'say what to send'],
  [['a', '--list'], 'either'],
  [['a', '--resume', 'x'], 'either'],
  [['--resume', 'x', '--coordinator', 'h'], 'keeps the coordinator'],
  [['a', '--coordinator', 'h', '--listen', ':1'], 'own coordinator'],
  [['a', '--route', 'pigeon'], 'automatic, direct, relay'],
  [['a', '--route', 'direct', '--relay', 'turn:u:p@h'], 'uses no relay'],
])('%j is refused', async (argv, said) => {
  const here = world()
  expect(await run(['send', ...argv], here.context)).toBe(64)
  expect(here.stderr.text).toContain(said)
  expect(here.engine.options).toBeUndefined()
})

test('an unknown share is told from a known one', async () => {
  const here = world()
  expect(await run(['send', '--resume', 'nope'], here.context)).toBe(64)
  expect(here.stderr.text).toContain('(share.unknown: nope)')
})

test('what can be resumed is listed, with nothing opened to the network', async () => {
  const here = world()
  here.engine.shares = [savedAt('192.168.1.9:8787')]
  expect(await run(['send', '--list'], here.context)).toBe(0)
  expect(here.stdout.text).toMatch(/ab12cd34 {2}\d{4}-.* {2}photos/)
  expect(here.coordinators).toEqual([])
})

test('a share that fails says so with its code, and everything is closed', async () => {
  const here = world()
  const code = run(['send', 'photos'], here.context)
  await vi.waitFor(() => expect(here.stdout.text).toContain(LINK))
  here.transfer.fail(new AppError('source.changed', { detail: 'a\x1b[2Jb' }))
  expect(await code).toBe(66)
  expect(here.stderr.text).toMatch(/\(source\.changed: a\uFFFD\[2Jb\)\n$/)
  expect([here.engine.isClosed, here.closedPorts]).toEqual([true, [8787]])
})

test('as lines, it says who comes over which route, and who leaves', async () => {
  const here = world()
  here.transfer.set({ peers: [] })
  const code = run(['send', 'photos'], here.context)
  await vi.waitFor(() => expect(here.stdout.text).toContain('waiting for somebody'))
  here.transfer.set({ peers: [peerView({ name: 'bert' })] })
  here.transfer.set({ peers: [] })
  here.interrupt()
  await code
  expect(here.stdout.text).toContain('bert: direct, same network\n')
  expect(here.stdout.text).toContain('bert: left\n')
})

test('the sender is told when it may leave, once, and again when it was needed meanwhile', async () => {
  const here = fakeWorld()
  const code = run(['send', 'photos'], here.context)
  await vi.waitFor(() => expect(here.engine.sent).toBeDefined())
  const words = 'The swarm now holds everything: you can stop, and the others finish among themselves.'
  const told = (): number => here.stdout.text.split(words).length - 1
  const peers = [peerView({ completeness: 0.6 }), peerView({ peer: 'f'.repeat(32), completeness: 0.7 })]
  const sharing = { role: 'send', state: 'seeding', peers } as const
  here.transfer.set({ ...sharing, copies: 0.99 })
  expect(told()).toBe(0)
  here.transfer.set({ ...sharing, copies: 1.3 })
  here.transfer.set({ ...sharing, copies: 1.4 })
  expect(told()).toBe(1)
  here.transfer.set({ ...sharing, copies: 0.8 })
  here.transfer.set({ ...sharing, copies: 1 })
  expect(told()).toBe(2)
  // Nobody lacks anything: there is nobody to finish.
  here.transfer.set({ ...sharing, peers: [peerView({ completeness: 1 })], copies: 1 })
  expect(told()).toBe(2)
  here.interrupt()
  await code
})
