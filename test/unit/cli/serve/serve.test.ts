/** `beeline serve` as a command: what it listens at, what it says, and what it refuses. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { run } from '#cli/run.ts'
import { browserCommand } from '#cli/serve/open-browser.ts'
import { displayWidth } from '#cli/terminal-text.ts'
import type { App, AppOptions } from '#engine/app/app.ts'
import { AppError } from '#shared/errors.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'
import { FakeStream } from '#test/unit/cli/fake-engine.ts'
import { fakeImplementation } from '#test/unit/shared/api/fake-implementation.ts'

let folder: TempFolder

beforeEach(async () => {
  folder = await TempFolder.create()
  mkdirSync(folder.at('page'))
  writeFileSync(folder.at('page', 'index.html'), 'the page')
  writeFileSync(folder.at('password'), 'correct horse\n')
  writeFileSync(folder.at('short'), 'short\n')
})

afterEach(() => {
  folder[Symbol.dispose]()
})

class FakeApp implements Pick<App, 'implementation' | 'sharedPaths' | 'close'> {
  readonly implementation = fakeImplementation({})
  options: AppOptions | undefined
  isClosed = false

  sharedPaths(): readonly string[] {
    return []
  }

  close(): Promise<void> {
    this.isClosed = true
    return Promise.resolve()
  }
}

interface Serving {
  readonly app: FakeApp
  readonly stdin: PassThrough
  readonly stdout: FakeStream
  readonly stderr: FakeStream
  readonly code: Promise<number>
  interrupt(): void
}

function serve(
  argv: readonly string[],
  environment: Record<string, string> = {},
  refusal?: AppError,
): Serving {
  const app = new FakeApp()
  const [stdout, stderr, stdin] = [new FakeStream(), new FakeStream(), new PassThrough()]
  const interruption = new AbortController()
  const unused = (): Promise<never> => Promise.reject(new Error('not used by serve itself'))
  const code = run(['serve', ...argv], {
    environment: { BEELINE_HOME: folder.at('home'), BEELINE_PAGE: folder.at('page'), ...environment },
    platform: 'linux',
    homeDir: '/home/anna',
    hostName: 'anna-laptop',
    workingDir: folder.path,
    stdin,
    stdout,
    stderr,
    interruption: interruption.signal,
    services: {
      openEngine: unused,
      startCoordinator: unused,
      runDoctor: unused,
      readSavedNetwork: unused,
      openApp: (options) => {
        app.options = options
        if (refusal !== undefined) return Promise.reject(refusal)
        // Only these parts are used by the command.
        return Promise.resolve(app as unknown as App)
      },
    },
  })
  return { app, stdin, stdout, stderr, code, interrupt: () => interruption.abort(new Error('interrupted')) }
}

/** The address that was said last. */
function addressIn(text: string): URL {
  return new URL(text.match(/http:[^\s"]+/g)?.at(-1) ?? 'none:')
}

async function said(here: Serving, text: string): Promise<URL> {
  await vi.waitFor(() => expect(here.stdout.text).toContain(text))
  return addressIn(here.stdout.text)
}

test('it says an address with a token for this computer, and ends with everything closed', async () => {
  const here = serve(['--port', '0'])
  const address = await said(here, 'Ctrl-C ends it.')
  expect([address.hostname, address.pathname, address.search]).toEqual(['127.0.0.1', '/', ''])
  expect(address.hash).toMatch(/^#token=[\w-]{43}$/)
  expect(await (await fetch(address)).text()).toBe('the page')
  here.interrupt()
  expect(await here.code).toBe(130)
  expect(here.app.isClosed).toBe(true)
  await expect(fetch(address)).rejects.toThrow('fetch failed')
})

test('the engine is opened for a page: without dialogs, with passwords in a file', async () => {
  const here = serve(['--port', '0'], { BEELINE_BIND: '127.0.0.1' })
  await said(here, 'Ctrl-C')
  expect(here.app.options).toMatchObject({
    dataDir: folder.at('home'),
    defaults: { deviceName: 'anna-laptop', downloadFolder: '/home/anna' },
    bindAddress: '127.0.0.1',
    listen: { host: '127.0.0.1', port: undefined },
    shell: { capabilities: { shell: 'web', dialogs: false, upload: '/upload', secrets: 'file' } },
  })
  here.interrupt()
  await here.code
})

test('Enter gives a fresh address, and ends the one before', async () => {
  const here = serve(['--port', '0'])
  const first = await said(here, 'Ctrl-C')
  here.stdin.write('\n')
  await vi.waitFor(() => expect(here.stdout.text.match(/#token=/g)).toHaveLength(2))
  const second = addressIn(here.stdout.text)
  expect([second.host, second.hash === first.hash]).toEqual([first.host, false])
  const logIn = async (address: URL): Promise<number> => {
    const token = address.hash.replace('#token=', '')
    const headers = { origin: address.origin }
    const answer = await fetch(new URL('/session', address), {
      method: 'POST',
      headers,
      body: JSON.stringify({ token }),
    })
    return answer.status
  }
  expect([await logIn(first), await logIn(second)]).toEqual([401, 204])
  here.interrupt()
  await here.code
})

test('a program is told by one JSON line', async () => {
  const here = serve(['--port', '0', '--json'])
  const address = await said(here, '#token=')
  expect(JSON.parse(here.stdout.text)).toEqual({ event: 'listening', urls: [address.href] })
  here.interrupt()
  await here.code
})

test('with a password there is no token, and whoever reaches it from elsewhere is warned', async () => {
  const here = serve(['--listen', '0.0.0.0:0', '--password-file', 'password'])
  await said(here, 'plain HTTP')
  expect(here.stdout.text).not.toContain('token')
  here.interrupt()
  await here.code
})

test('behind a server its address is said', async () => {
  const here = serve(['--port', '0', '--password-file', 'password', '--origin', 'https://files.example.org'])
  await vi.waitFor(() => expect(here.stdout.text).toContain('  https://files.example.org/\n'))
  expect(here.stdout.text).not.toContain('plain HTTP')
  here.interrupt()
  await here.code
})

test('the environment can have the password', async () => {
  const here = serve(['--listen', '127.0.0.1:0'], { BEELINE_PASSWORD: 'correct horse' })
  await said(here, 'with the password')
  expect(here.stdout.text).not.toContain('token')
  here.interrupt()
  await here.code
})

test.each([
  [['--listen', '0.0.0.0:0'], 'serve.no-password'],
  [['--listen', '192.0.2.1:0'], 'serve.no-password'],
  [['--listen', ':0', '--password-file', 'short'], 'serve.no-password'],
  [['--port', '0', '--password-file', 'nowhere'], 'serve.no-password'],
  [['--port', '65536'], 'usage'],
  [['--port', 'x'], 'usage'],
  [['--port', '1', '--listen', '127.0.0.1:1'], 'usage'],
  [['--origin', 'files.example.org'], 'usage'],
  [['--origin', 'https://files.example.org/beeline'], 'usage'],
  [['photos'], 'usage'],
])('%j is refused as %s before the engine is opened', async (argv, code) => {
  const here = serve(argv)
  expect(await here.code).toBe(64)
  expect([here.stderr.text.includes(`(${code}`), here.app.options]).toEqual([true, undefined])
})

test('without a build it says how to get one', async () => {
  const here = serve([], { BEELINE_PAGE: folder.at('nowhere') })
  expect([await here.code, here.stderr.text]).toEqual([69, expect.stringContaining('npm run build')])
})

test('a port that was asked for and is taken is an error, and the engine is closed', async () => {
  const blocker: Server = createServer()
  await new Promise<void>((listening) => blocker.listen(0, '127.0.0.1', listening))
  const address = blocker.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const here = serve(['--port', String(port)])
  expect([await here.code, here.app.isClosed]).toEqual([69, true])
  expect(here.stderr.text).toContain('(serve.port-taken')
  await new Promise((closed) => blocker.close(closed))
})

test('what the engine cannot do is said', async () => {
  const here = serve([], {}, new AppError('app.running'))
  expect([await here.code, here.stderr.text]).toEqual([69, expect.stringContaining('(app.running)')])
})

test('its lines fit into 80 columns', async () => {
  const here = serve(['--listen', '0.0.0.0:0', '--password-file', 'password'])
  await said(here, 'Ctrl-C')
  for (const line of here.stdout.text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80)
  here.interrupt()
  await here.code
})

test.each([
  ['linux', ['xdg-open', 'http://127.0.0.1:1/#token=x']],
  ['darwin', ['open', 'http://127.0.0.1:1/#token=x']],
  ['win32', ['cmd', '/c', 'start', '', 'http://127.0.0.1:1/#token=x']],
] as const)('a browser is opened on %s', (platform, command) => {
  expect(browserCommand('http://127.0.0.1:1/#token=x', platform)).toEqual(command)
})
