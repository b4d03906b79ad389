import { expect, test, vi } from 'vitest'
import { run } from '#cli/run.ts'
import { AppError } from '#shared/errors.ts'
import { fakeWorld, LINK, offerView, peerView } from './fake-engine.ts'

test('nothing is received where nobody can be asked, but what is offered is shown', async () => {
  const here = fakeWorld()
  expect(await run(['get', LINK], here.context)).toBe(64)
  expect(here.stdout.text).toContain('“photos” from bert')
  expect(here.stderr.text).toContain('(transfer.no-consent)')
  expect([here.transfer.accepted, here.transfer.isStopped, here.engine.isClosed]).toEqual([
    undefined,
    true,
    true,
  ])
})

test.each(['n', 'NO'])('“%s” receives nothing', async (answer) => {
  const here = fakeWorld({ isTerminal: true })
  here.stdin.end(`${answer}\n`)
  expect(await run(['get', LINK], here.context)).toBe(77)
  expect(here.transfer.accepted).toBeUndefined()
})

test('the end of the input receives nothing', async () => {
  const here = fakeWorld({ isTerminal: true })
  here.stdin.end()
  expect(await run(['get', LINK], here.context)).toBe(77)
})

test.each(['', 'y', 'Yes', 'what?\ny'])('“%s” receives, and the end is told', async (answer) => {
  const here = fakeWorld({ isTerminal: true })
  here.transfer.finish()
  here.stdin.write(`${answer}\n`)
  expect(await run(['get', LINK, '--to', 'there'], here.context)).toBe(0)
  expect(here.transfer.accepted).toEqual({ destination: '/home/anna/there', selection: null })
  expect(here.stdout.text).toContain('Receive into /home/anna/there? [Y/n]')
  expect(here.stdout.text).toContain('744 MB from bert, direct, same network')
})

test('with --only nothing else is received, and the slash of a folder does not matter', async () => {
  const here = fakeWorld()
  here.transfer.finish()
  const only = ['--only', './photos/one.jpg', '--only', 'photos/2024/']
  expect(await run(['get', LINK, '--yes', ...only], here.context)).toBe(0)
  expect(here.transfer.accepted?.selection).toEqual({ paths: ['photos/one.jpg', 'photos/2024'] })
})

test('Ctrl-C at the question ends quietly', async () => {
  const here = fakeWorld({ isTerminal: true })
  const code = run(['get', LINK], here.context)
  await vi.waitFor(() => expect(here.stdout.text).toContain('[Y/n]'))
  here.interrupt()
  expect(await code).toBe(130)
  expect(here.stderr.text).toBe('')
})

test('Ctrl-C in the middle says that nothing is lost', async () => {
  const here = fakeWorld()
  const code = run(['get', LINK, '--yes'], here.context)
  await vi.waitFor(() => expect(here.transfer.accepted).toBeDefined())
  here.transfer.set({ state: 'receiving' })
  here.interrupt()
  expect(await code).toBe(130)
  expect(here.stdout.text).toContain('744 MB of 1.20 GB are here')
  expect(here.stdout.text).toContain('What has arrived is kept. Go on with the same command.')
  expect(here.stderr.text).toBe('')
})

test('when it stops passing on, it says to whom it went, and not once more from whom it came', async () => {
  const here = fakeWorld()
  here.transfer.finish()
  const code = run(['get', LINK, '--yes', '--seed'], here.context)
  await vi.waitFor(() => expect(here.stdout.text).toContain('Received 340 files'))
  const peers = [
    peerView({ name: 'carl', sentBytes: 5e6, receivedBytes: 1e6 }),
    peerView({ peer: '7'.repeat(32), name: 'dora', receivedBytes: 2e6 }),
  ]
  here.transfer.set({ state: 'seeding', doneBytes: 1_200_000_000, sentBytes: 5e6, peers })
  here.interrupt()
  await code
  const [, last = ''] = here.stdout.text.split('Stopped passing it on')
  expect(last).toContain('5.00 MB to carl')
  expect(last).not.toMatch(/MB from|dora/)
})

test('with --seed it goes on until Ctrl-C, and that is success', async () => {
  const here = fakeWorld()
  here.transfer.finish()
  const code = run(['get', LINK, '--yes', '--seed'], here.context)
  await vi.waitFor(() => expect(here.stdout.text).toContain('Received 340 files'))
  here.transfer.set({ state: 'seeding', doneBytes: 1_200_000_000, sentBytes: 5_000_000 })
  expect(here.transfer.isStopped).toBe(false)
  here.interrupt()
  expect(await code).toBe(0)
  expect(here.stdout.text).toContain('Stopped passing it on: 5.00 MB were sent.')
})

test('with --in-order it comes from its beginning on', async () => {
  const here = fakeWorld()
  here.transfer.finish()
  expect(await run(['get', LINK, '--yes', '--in-order'], here.context)).toBe(0)
  expect(here.transfer.isInOrder).toBe(true)
})

test('it is passed on until the limit that was asked for, and then it says so and ends', async () => {
  const here = fakeWorld()
  here.transfer.finish()
  const code = run(['get', LINK, '--yes', '--seed-ratio', '1.5', '--seed-time', '2h'], here.context)
  await vi.waitFor(() => expect(here.stdout.text).toContain('Received 340 files'))
  expect(here.transfer.seedLimits).toEqual([{ ratio: 1.5, timeMs: 7_200_000 }])
  const { seed } = here.transfer.view()
  here.transfer.set({
    state: 'seeding',
    doneBytes: 1_200_000_000,
    sentBytes: 1_800_000_000,
    seed: { ...seed, isReached: true },
  })
  expect(await code).toBe(0)
  expect(here.stdout.text).toContain('Finished passing it on, the limit is reached: 1.80 GB were sent.')
})

test.each([
  [['--seed-ratio', '0'], '--seed-ratio is a number'],
  [['--seed-ratio', '-1'], '--seed-ratio'],
  [['--seed-ratio', '1e9'], '--seed-ratio is a number'],
  [['--seed-time', '12'], '--seed-time is a number with s, m, h or d'],
  [['--seed-time', '0s'], '--seed-time is a number'],
  [['--seed-time', '9999999999999999999d'], '--seed-time is a number'],
])('%j is no limit', async (argv, said) => {
  const here = fakeWorld()
  expect(await run(['get', LINK, ...argv], here.context)).toBe(64)
  expect(here.stderr.text).toContain(said)
})

test.each([
  [[], 'say which link'],
  [[LINK, LINK], 'one link at a time'],
  [[LINK, '--too', 'x'], 'did you mean --to?'],
])('%j is refused', async (argv, said) => {
  const here = fakeWorld()
  expect(await run(['get', ...argv], here.context)).toBe(64)
  expect(here.stderr.text).toContain(said)
})

test('a damaged link is told before anything is opened', async () => {
  const here = fakeWorld()
  expect(await run(['get', LINK.slice(0, -3)], here.context)).toBe(64)
  expect(here.stderr.text).toContain('(link.bad-key:')
  expect(here.engine.options).toBeUndefined()
})

test('an offer that does not come is an error with its code', async () => {
  const here = fakeWorld()
  here.transfer.offered = new AppError('share.not-found')
  expect(await run(['get', LINK, '--yes'], here.context)).toBe(69)
  expect(here.stderr.text).toMatch(/^beeline: Nobody offers this share.*\(share\.not-found\)\n$/)
})

test('names of strangers reach the terminal disarmed', async () => {
  const here = fakeWorld()
  here.transfer.offered = offerView({
    title: '\x1b]0;owned\x07',
    sender: '\x1b[2J',
    preview: [{ path: 'a\u202Egpj.exe', sizeBytes: 1 }],
  })
  await run(['get', LINK], here.context)
  expect(here.stdout.text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202e/u)
})

test('as JSON every line is an event', async () => {
  const here = fakeWorld()
  here.transfer.finish()
  expect(await run(['get', LINK, '--yes', '--json'], here.context)).toBe(0)
  const events = here.stdout.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(events.map(({ event }) => event)).toEqual(['state', 'progress', 'offer', 'done'])
  expect(events.at(-1)).toMatchObject({
    outcome: 'finished',
    receivedBytes: 744_000_000,
    peers: [{ name: 'bert', routeKind: 'lan', route: 'direct, same network' }],
  })
})

test('as JSON an error is an event too', async () => {
  const here = fakeWorld()
  expect(await run(['get', '--json'], here.context)).toBe(64)
  expect(JSON.parse(here.stdout.text)).toMatchObject({ event: 'error', code: 'usage' })
  expect(here.stderr.text).toBe('')
})

test('a bug shows its stack only to those who ask', async () => {
  for (const argv of [
    ['get', LINK, '--yes'],
    ['get', LINK, '--yes', '--verbose'],
  ]) {
    const here = fakeWorld()
    here.transfer.fail(new TypeError('oops') as unknown as AppError)
    expect(await run(argv, here.context)).toBe(1)
    expect(here.stderr.text).toContain('(internal: oops)')
    expect(here.stderr.text.includes('TypeError: oops\n    at')).toBe(argv.includes('--verbose'))
  }
})
