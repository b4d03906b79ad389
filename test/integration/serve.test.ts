/** `beeline serve` as a real process: who gets in, what a page can do with the engine, and how it ends. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AppEvent } from '#shared/api/views.ts'
import { AppError } from '#shared/errors.ts'
import { BeelineProcess } from './harness/beeline-process.ts'
import { eventually } from './harness/eventually.ts'
import { ServePage, type PageAnswer } from './harness/serve-page.ts'
import { NO_SMALL_DISK, SmallDisk } from './harness/small-disk.ts'
import { TempFolder } from './harness/temp-folder.ts'

const ID = '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9'
const UNUSED = '11111111-4e5f-6071-8293-a4b5c6d7e8f9'

let folder: TempFolder

beforeEach(async () => {
  folder = await TempFolder.create()
  mkdirSync(folder.at('page'))
  writeFileSync(folder.at('page', 'index.html'), 'the page')
  writeFileSync(folder.at('password'), 'correct horse\n')
  writeFileSync(folder.at('secret'), 'secret')
})

afterEach(() => {
  folder[Symbol.dispose]()
})

function serve(argv: readonly string[] = []): BeelineProcess {
  return new BeelineProcess(['serve', ...(argv.includes('--listen') ? [] : ['--port', '0']), ...argv], {
    home: folder.at('home'),
    workingDir: folder.path,
    environment: { BEELINE_PAGE: folder.at('page') },
  })
}

describe('who is refused', () => {
  test('another name, another site, no cookie, a used token, and every path out', async () => {
    await using process = serve()
    const page = await ServePage.of(process)
    const evil = { host: `evil.example:${page.port}`, origin: `http://evil.example:${page.port}` }
    const body = JSON.stringify({ token: page.token })
    expect((await page.ask('GET', '/', evil)).status).toBe(403)
    expect((await page.ask('POST', '/session', evil, body)).status).toBe(403)
    expect(
      (await page.ask('POST', '/session', { ...page.own, origin: 'http://evil.example' }, body)).status,
    ).toBe(403)
    await expect(page.connect(page.own)).rejects.toThrow('401')

    const headers = await page.open()
    expect((await page.logIn({ token: page.token })).status).toBe(401)
    await expect(page.connect({ ...headers, ...evil })).rejects.toThrow('403')
    await expect(page.connect({ ...headers, origin: 'http://evil.example' })).rejects.toThrow('403')
    await expect(
      page.connect({ host: page.own['host'] ?? '', cookie: headers['cookie'] ?? '' }),
    ).rejects.toThrow('403')
    expect((await page.ask('PUT', `/upload/${ID}/a`, page.own, 'x')).status).toBe(401)

    for (const path of ['/../secret', '/%2e%2e/secret', '/..%2fsecret', '//secret', '/....//secret']) {
      expect(await page.ask('GET', path, headers)).toMatchObject({
        status: 404,
        body: 'There is nothing here.\n',
      })
    }
    for (const path of ['..%2f..%2f..%2fescape', '../../../escape', '%2e%2e/escape', 'a/..%2f..%2fescape']) {
      expect((await page.ask('PUT', `/upload/${ID}/${path}`, headers, 'x')).status).toBe(400)
    }
    expect(existsSync(folder.at('escape')) || existsSync(folder.at('home', 'escape'))).toBe(false)
    expect((await page.ask('GET', '/', page.own)).body).toBe('the page')
  })

  test('who guesses the password has to wait', async () => {
    await using process = serve(['--listen', '127.0.0.1:0', '--password-file', 'password'])
    const page = await ServePage.of(process)
    expect((await page.ask('GET', '/session', page.own)).body).toBe('{"state":"password"}')
    expect((await page.logIn({ password: 'correct horse' })).status).toBe(204)
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) statuses.push((await page.logIn({ password: 'wrong' })).status)
    expect(statuses.slice(0, 3)).toEqual([401, 401, 401])
    expect(statuses.at(-1)).toBe(429)
    expect((await page.logIn({ password: 'correct horse' })).status).toBe(429)
    expect((await page.logIn({ token: page.token })).status).not.toBe(204)
  })
})

test('a second one with the same library is told that the first is running', async () => {
  await using first = serve()
  await ServePage.of(first)
  await using second = serve()
  expect(await second.ending()).toEqual({ code: 69, signal: null })
  expect(second.find('error')).toMatchObject({ code: 'app.running' })
})

test('what a browser leaves is shared, received elsewhere, and shared again after a restart', async () => {
  const content = 'content '.repeat(100_000)
  let link: string
  {
    await using process = serve()
    const page = await ServePage.of(process)
    const headers = await page.open()
    const remote = await page.connect(headers)
    const events: AppEvent[] = []
    const watching = new AbortController()
    const watched = remote
      .stream('app.watch', {}, (event) => events.push(event), watching.signal)
      .catch((thrown: unknown) => thrown)
    await eventually('a snapshot', () => events.length > 0)
    expect(events[0]).toMatchObject({
      kind: 'snapshot',
      app: {
        capabilities: { shell: 'web', dialogs: false, upload: '/upload', secrets: 'file' },
        transfers: [],
      },
    })

    const time = { 'x-beeline-modified': '1600000000123' }
    expect(
      (await page.ask('PUT', `/upload/${ID}/photos/one.txt`, { ...headers, ...time }, content)).status,
    ).toBe(201)
    expect((await page.ask('PUT', `/upload/${ID}/photos/deep/two%20%C3%A9.txt`, headers, 'two')).status).toBe(
      201,
    )
    expect((await page.ask('PUT', `/upload/${UNUSED}/never-shared`, headers, 'x')).status).toBe(201)
    const done = JSON.parse((await page.ask('POST', `/upload/${ID}/done`, headers)).body) as {
      paths: string[]
    }
    expect(done.paths).toEqual([folder.at('home', 'uploads', ID, 'photos')])
    link = (await remote.call('share.create', done)).link
    await eventually('the share on the list', () => events.some((event) => event.kind === 'transfers'))

    await using getting = new BeelineProcess(['get', link, '--yes', '--to', folder.at('received')], {
      home: folder.at('other-home'),
    })
    expect(await getting.ending()).toEqual({ code: 0, signal: null })
    expect(readFileSync(folder.at('received', 'photos', 'one.txt'), 'utf8')).toBe(content)
    expect(readFileSync(folder.at('received', 'photos', 'deep', 'two é.txt'), 'utf8')).toBe('two')

    watching.abort()
    expect(await watched).toEqual(new AppError('transfer.stopped'))
    expect(await process.interrupt()).toEqual({ code: 130, signal: null })
    await remote.closed
  }
  expect(readdirSync(folder.at('home', 'uploads')).sort()).toEqual(['.unfinished', ID, UNUSED])

  await using again = serve()
  await ServePage.of(again)
  expect(readdirSync(folder.at('home', 'uploads'))).toEqual([ID])
  await using getting = new BeelineProcess(['get', link, '--yes', '--to', folder.at('received-again')], {
    home: folder.at('third-home'),
  })
  expect(await getting.ending()).toEqual({ code: 0, signal: null })
  expect(readFileSync(folder.at('received-again', 'photos', 'one.txt'), 'utf8')).toBe(content)
})

test('what a page should not ask is answered, and the engine goes on', async () => {
  await using process = serve()
  const page = await ServePage.of(process)
  const remote = await page.connect(await page.open())
  await expect(remote.call('share.create', { paths: [] })).rejects.toMatchObject({
    code: 'settings.bad-value',
  })
  await expect(remote.call('share.create', { paths: [folder.at('nowhere')] })).rejects.toMatchObject({
    code: 'source.not-found',
  })
  await expect(remote.call('transfer.pause', { id: 999 })).rejects.toMatchObject({ code: 'transfer.unknown' })
  await expect(remote.call('host.choose', { what: 'files', startAt: null })).rejects.toMatchObject({
    code: 'api.unavailable',
  })
  const { entries } = await remote.call('host.folder', { path: folder.path })
  expect(entries.map(({ name }) => name)).toContain('secret')
})

test('Ctrl-C ends it although a page is open and an upload is on its way', async () => {
  await using process = serve()
  const page = await ServePage.of(process)
  const headers = await page.open()
  const remote = await page.connect(headers)
  const upload = page
    .ask('PUT', `/upload/${ID}/a`, { ...headers, 'content-length': 1000 }, 'only some')
    .catch((thrown: unknown) => thrown)
  await eventually('the upload', () => existsSync(folder.at('home', 'uploads', '.unfinished', '0')))
  expect(await process.interrupt()).toEqual({ code: 130, signal: null })
  await remote.closed
  expect(await upload).toBeInstanceOf(Error)
})

/** Who still sends when the connection is closed behind the answer may miss that (RFC 9112 §9.6), and asks again. */
async function answerOf(ask: () => Promise<PageAnswer>): Promise<PageAnswer> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (tries === 5 || (code !== 'EPIPE' && code !== 'ECONNRESET')) throw error
    }
  }
}

test('a disk that fills up is told to the page, and nothing is left of the file', async ({ skip }) => {
  if (NO_SMALL_DISK !== undefined) skip(NO_SMALL_DISK)
  using disk = new SmallDisk(folder.at('home'), 80 * 1024 * 1024)
  await using process = serve()
  const page = await ServePage.of(process)
  const headers = await page.open()
  const content = 'x'.repeat(100 * 1024 * 1024)
  const told = await answerOf(() =>
    page.ask('PUT', `/upload/${ID}/told`, { ...headers, 'content-length': content.length }, content),
  )
  expect([told.status, JSON.parse(told.body)]).toMatchObject([507, { code: 'disk.no-space' }])
  const untold = await answerOf(() =>
    page.ask('PUT', `/upload/${ID}/untold`, { ...headers, 'transfer-encoding': 'chunked' }, content),
  )
  expect([untold.status, JSON.parse(untold.body)]).toMatchObject([507, { code: 'disk.full' }])
  expect(readdirSync(folder.at('home', 'uploads'), { recursive: true })).toEqual(['.unfinished'])
  expect((await page.ask('PUT', `/upload/${ID}/small`, headers, 'x')).status).toBe(201)
  await process.interrupt()
  expect(disk.path).toBe(folder.at('home'))
})
