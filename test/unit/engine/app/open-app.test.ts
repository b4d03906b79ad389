import { PAGE_CAPABILITIES } from '#cli/serve/page-capabilities.ts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as v from 'valibot'
import type { App, AppOptions, Shell } from '#engine/app/app.ts'
import { openApp } from '#engine/app/open-app.ts'
import type { UpdateView } from '#shared/api/update-view.ts'
import { AppView, type AppEvent } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'
import { FakeEngine, FakeLibrary } from './fake-engine.ts'

let folder: TempFolder
let library: FakeLibrary
const NEVER = new AbortController().signal

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
  folder = await TempFolder.create()
  library = new FakeLibrary()
})

afterEach(() => {
  vi.useRealTimers()
  folder[Symbol.dispose]()
})

async function open(shell: Partial<Shell> = {}): Promise<{ app: App; engine: FakeEngine }> {
  const engine = new FakeEngine(library)
  const secrets = new Map<string, string>()
  const options: AppOptions = {
    dataDir: folder.path,
    defaults: { deviceName: 'anna', downloadFolder: '/home/anna/Downloads' },
    version: '1.2.3',
    platform: 'linux',
    shell: {
      capabilities: PAGE_CAPABILITIES,
      secrets: {
        seal: (secret) => {
          const sealed = `s${secrets.size}`
          secrets.set(sealed, secret)
          return Promise.resolve(sealed)
        },
        unseal: (sealed) => Promise.resolve(secrets.get(sealed) ?? ''),
        forget: () => Promise.resolve(),
      },
      ...shell,
    },
    startCoordinator: ({ host }) => Promise.resolve({ host, port: 8787, close: () => Promise.resolve() }),
    listen: { host: '127.0.0.1', port: undefined },
    bindAddress: '127.0.0.1',
  }
  return { app: await openApp(options, engine.start), engine }
}

function watch(app: App): { events: AppEvent[]; page: AbortController; end: Promise<void> } {
  const events: AppEvent[] = []
  const page = new AbortController()
  const end = app.implementation.streams['app.watch']({}, page.signal, (event) => events.push(event))
  return { events, page, end }
}

test('a UI gets a snapshot first, then slices, until it goes', async () => {
  const { app } = await open()
  const { events, page, end } = watch(app)
  expect(events).toHaveLength(1)
  expect(v.is(AppView, app.snapshot())).toBe(true)
  expect(events[0]).toEqual({ kind: 'snapshot', app: app.snapshot() })
  const { id } = await app.implementation.calls['share.create']({ paths: ['/a'] }, NEVER)
  await vi.advanceTimersByTimeAsync(300)
  expect(events.at(-1)).toMatchObject({ kind: 'transfers', changed: [{ id, role: 'send' }] })
  page.abort()
  await end
  const { length } = events
  await app.implementation.calls['transfer.pause']({ id }, NEVER)
  await vi.advanceTimersByTimeAsync(300)
  expect(events).toHaveLength(length)
  await app.close()
})

test('a second program with the same data folder is refused, and a third one after the first is not', async () => {
  const first = await open()
  await expect(open()).rejects.toMatchObject({ code: 'app.running' })
  await first.app.close()
  const third = await open()
  await third.app.close()
})

test('a share goes to the chosen coordinator, else to the own one', async () => {
  const { app, engine } = await open()
  const { calls } = app.implementation
  await calls['share.create']({ paths: ['/a'] }, NEVER)
  await calls['settings.change']({ network: { coordinator: 'https://beeline.example.org' } }, NEVER)
  const { link } = await calls['share.create']({ paths: ['/a'] }, NEVER)
  expect(engine.sent.map(({ coordinators }) => coordinators)).toEqual([
    [{ host: '127.0.0.1:8787', isTls: false }],
    [{ host: 'beeline.example.org', isTls: true }],
  ])
  expect(link).toMatch(/^https:\/\/beeline\.example\.org\/get#/)
  await expect(calls['share.create']({ paths: ['relative'] }, NEVER)).rejects.toMatchObject({
    code: 'source.not-found',
  })
  await app.close()
})

test('settings take effect at once, and what runs is restarted once, a moment after the last change', async () => {
  const id = library.add({}, false)
  const { app, engine } = await open()
  const { calls } = app.implementation
  const { events } = watch(app)
  await calls['transfer.resume']({ id }, NEVER)
  await vi.advanceTimersByTimeAsync(1000)
  expect(engine.resumeCount).toBe(1)
  await calls['settings.change']({ limits: { upBytesPerSecond: 5 } }, NEVER)
  expect(engine.limits.at(-1)).toMatchObject({ upBytesPerSecond: 5 })
  await calls['settings.change']({ general: { deviceName: 'bert', theme: 'dark' } }, NEVER)
  expect(engine.names.at(-1)).toBe('bert')
  await vi.advanceTimersByTimeAsync(1000)
  // Nothing of that is of the network.
  expect(engine.resumeCount).toBe(1)
  await calls['settings.change']({ network: { routePolicy: 'relay' } }, NEVER)
  const server = await calls['server.add'](
    { url: 'turn:t.example', username: 'u', password: 'hunter2' },
    NEVER,
  )
  expect(engine.networks.at(-1)).toMatchObject({
    routePolicy: 'relay',
    bindAddress: '127.0.0.1',
    iceServers: [{ credential: 'hunter2' }],
  })
  await vi.advanceTimersByTimeAsync(3000)
  expect(engine.resumeCount).toBe(2)
  // Away and back within the moment is no change.
  await calls['server.remove']({ id: server.id }, NEVER)
  await calls['server.add']({ url: 'turn:t.example', username: 'u', password: 'hunter2' }, NEVER)
  await vi.advanceTimersByTimeAsync(3000)
  expect(engine.resumeCount).toBe(2)
  expect(events.filter(({ kind }) => kind === 'settings')).toHaveLength(6)
  expect(JSON.stringify(events)).not.toContain('hunter2')
  expect(JSON.stringify([...library.settings])).not.toContain('hunter2')
  await app.close()
})

test('what the shell cannot do is unavailable', async () => {
  const { app } = await open()
  const { calls } = app.implementation
  const unavailable = { code: 'api.unavailable' }
  await expect(calls['host.choose']({ what: 'files', startAt: null }, NEVER)).rejects.toMatchObject(
    unavailable,
  )
  await expect(calls['settings.change']({ general: { startAtLogin: true } }, NEVER)).rejects.toMatchObject(
    unavailable,
  )
  await expect(calls['update.check']({}, NEVER)).rejects.toMatchObject(unavailable)
  await expect(calls['update.install']({}, NEVER)).rejects.toMatchObject(unavailable)
  expect(app.settings().general.startAtLogin).toBe(false)
  await app.close()
})

test('what it can do is asked of it; start at login is set before it is noted', async () => {
  const asked: string[] = []
  let tell: (update: UpdateView) => void = () => undefined
  const { app } = await open({
    choose: (what, startAt) => Promise.resolve([`${what} ${startAt}`]),
    setStartAtLogin: (isOn) => {
      asked.push(`login ${isOn}`)
      return isOn ? Promise.resolve() : Promise.reject(new AppError('disk.no-permission'))
    },
    updates: {
      check: () => Promise.resolve(void asked.push('check')),
      download: () => Promise.resolve(),
      install: () => Promise.resolve(),
      onChange: (listener) => (tell = listener),
    },
  })
  const { calls } = app.implementation
  const { events } = watch(app)
  expect(await calls['host.choose']({ what: 'folders', startAt: '/x' }, NEVER)).toEqual({
    paths: ['folders /x'],
  })
  await calls['settings.change']({ general: { startAtLogin: true, theme: 'dark' } }, NEVER)
  await calls['settings.change']({ general: { theme: 'light' } }, NEVER)
  await expect(calls['settings.change']({ general: { startAtLogin: false } }, NEVER)).rejects.toMatchObject({
    code: 'disk.no-permission',
  })
  expect(app.settings().general.startAtLogin).toBe(true)
  await calls['update.check']({}, NEVER)
  expect(asked).toEqual(['login true', 'login false', 'check'])
  tell({ version: '2', state: 'ready', progress: 1 })
  expect(events.at(-1)).toEqual({ kind: 'update', update: { version: '2', state: 'ready', progress: 1 } })
  expect(app.snapshot().update).toMatchObject({ version: '2' })
  await app.close()
})

test('a link that was opened before the window is told to the window', async () => {
  const { app } = await open()
  app.openLink('beeline://x')
  const { events } = watch(app)
  expect(events.at(-1)).toEqual({ kind: 'link', link: 'beeline://x' })
  await app.close()
})

test('an unknown transfer is named so in every call', async () => {
  const { app } = await open()
  const { calls, streams } = app.implementation
  const id = library.add()
  const unknown = { code: 'transfer.unknown' }
  await expect(calls['transfer.pause']({ id }, NEVER)).rejects.toMatchObject(unknown)
  await expect(calls['transfer.resume']({ id }, NEVER)).rejects.toMatchObject(unknown)
  await expect(calls['transfer.remove']({ id, deletePartial: true }, NEVER)).rejects.toMatchObject(unknown)
  await expect(calls['transfer.folder']({ id, path: '' }, NEVER)).rejects.toMatchObject(unknown)
  await expect(calls['transfer.select']({ id, selection: null }, NEVER)).rejects.toMatchObject(unknown)
  await expect(streams['transfer.details']({ id }, NEVER, () => undefined)).rejects.toMatchObject(unknown)
  await app.close()
})

test('details come once a second while somebody looks, and end with the transfer', async () => {
  const id = library.add()
  const { app } = await open()
  const { calls, streams } = app.implementation
  const seen: unknown[] = []
  const end = streams['transfer.details']({ id }, NEVER, (event) => seen.push(event))
  await vi.advanceTimersByTimeAsync(3000)
  expect(seen).toHaveLength(1)
  await calls['transfer.resume']({ id }, NEVER)
  await vi.advanceTimersByTimeAsync(1100)
  expect(seen.at(-1)).toMatchObject({ up: [2] })
  await calls['transfer.remove']({ id, deletePartial: false }, NEVER)
  await vi.advanceTimersByTimeAsync(1100)
  await end
  await app.close()
})

test('an engine that does not end does not keep the program from ending, and streams are over', async () => {
  const { app, engine } = await open()
  const { end } = watch(app)
  engine.close = () => new Promise(() => undefined)
  const closed = app.close()
  await vi.advanceTimersByTimeAsync(20_000)
  await closed
  await end
  expect(vi.getTimerCount()).toBe(0)
})

test('what ran runs again after a restart', async () => {
  const { app } = await open()
  const { calls } = app.implementation
  const runs = await calls['share.create']({ paths: ['/a'] }, NEVER)
  const rests = await calls['share.create']({ paths: ['/b'] }, NEVER)
  await calls['transfer.pause']({ id: rests.id }, NEVER)
  await app.close()
  const second = await open()
  // It looks into a real file for what its own coordinator was.
  await vi.waitUntil(() => second.engine.running.size > 0)
  expect([...second.engine.running.keys()]).toEqual([runs.id])
  expect(second.app.transfers().map(({ id, state }) => [id, state])).toEqual([
    [rests.id, 'stopped'],
    [runs.id, 'seeding'],
  ])
  await second.app.close()
})
