/** The page's server over real HTTP on loopback, with an implementation led by the test: refusals first. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { readPageFiles } from '#cli/serve/page-files.ts'
import { startPageServer, type PageServer } from '#cli/serve/page-server.ts'
import { Sessions } from '#cli/serve/sessions.ts'
import { Uploads } from '#cli/serve/uploads.ts'
import { webSocketCarrier } from '#cli/serve/web-socket-carrier.ts'
import { connectRemote } from '#shared/api/rpc-client.ts'
import { UI_SUBPROTOCOL } from '#shared/api/rpc-messages.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'
import { fakeImplementation } from '#test/unit/shared/api/fake-implementation.ts'

const ID = '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9'

let folder: TempFolder
let server: PageServer
let sessions: Sessions
let own: { host: string; origin: string }
let cookie: string

beforeEach(async () => {
  folder = await TempFolder.create()
  mkdirSync(folder.at('page', 'assets'), { recursive: true })
  writeFileSync(folder.at('page', 'index.html'), '<!doctype html>the page')
  writeFileSync(folder.at('page', 'assets', 'main-Ab12Cd34.js'), 'run()')
  writeFileSync(folder.at('page', 'assets', 'main-Ab12Cd34.js.map'), 'sources')
  writeFileSync(folder.at('secret.txt'), 'secret')
  sessions = new Sessions({ password: undefined, now: () => performance.now() })
  server = await startPageServer({
    host: '127.0.0.1',
    port: 0,
    gate: { isOpenToNetwork: false, hostNames: [], origins: [] },
    sessions,
    files: await readPageFiles(folder.at('page')),
    uploads: new Uploads(folder.at('uploads')),
    implementation: fakeImplementation({
      calls: { 'host.choose': () => Promise.resolve({ paths: ['answered'] }) },
    }),
    contract: {},
  })
  own = { host: `127.0.0.1:${server.port}`, origin: `http://127.0.0.1:${server.port}` }
  cookie = await logIn(sessions.newToken())
})

afterEach(async () => {
  await server.close()
  folder[Symbol.dispose]()
})

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** The path goes out as it is: a URL parser would clean it up. */
function ask(
  method: string,
  path: string,
  headers: OutgoingHttpHeaders = own,
  body?: string,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const request = httpRequest({ host: '127.0.0.1', port: server.port, method, path, headers }, (response) => {
    let text = ''
    response.on('data', (data: Buffer) => {
      text += data.toString()
    })
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
    )
  })
  request.on('error', reject)
  request.end(body)
  return promise
}

async function logIn(token: string): Promise<string> {
  const answer = await ask('POST', '/session', own, JSON.stringify({ token }))
  return answer.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}

/** @returns the status of a refusal, or 101 */
async function upgrade(
  headers: Record<string, string>,
  path = '/api',
  protocol = UI_SUBPROTOCOL,
): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, protocol, { headers })
  socket.on('error', () => undefined)
  socket.on('unexpected-response', (request, response) => {
    resolve(response.statusCode ?? 0)
    request.destroy()
  })
  socket.on('open', () => {
    resolve(101)
    socket.terminate()
  })
  return promise
}

describe('the page', () => {
  test('comes with headers that allow it its own files and nothing else', async () => {
    const { status, headers, body } = await ask('GET', '/')
    expect([status, headers['content-type'], body]).toEqual([
      200,
      'text/html; charset=utf-8',
      '<!doctype html>the page',
    ])
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringMatching(
        /default-src 'none'.*script-src 'self';.*connect-src 'self'.*frame-ancestors 'none'.*require-trusted-types-for 'script'/,
      ),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-cache',
    })
    expect(headers['content-security-policy']).not.toMatch(/unsafe/)
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  test('a file whose name has its hash may be kept', async () => {
    const { headers, body } = await ask('GET', '/assets/main-Ab12Cd34.js')
    expect([headers['content-type'], headers['cache-control'], body]).toEqual([
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
      'run()',
    ])
  })

  test('HEAD says the same without the content', async () => {
    const { status, headers, body } = await ask('HEAD', '/')
    expect([status, headers['content-length'], body]).toEqual([200, '23', ''])
  })

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//secret.txt',
    '/./index.html',
    '/index.html/',
    '/assets/',
    '/assets/main-Ab12Cd34.js.map',
    '/constructor',
    '/%00',
    '/%',
    'http://127.0.0.1/../secret.txt',
    '*',
  ])('%s is nothing', async (path) => {
    const { status, body } = await ask('GET', path)
    expect([status, body.includes('secret')]).toEqual([404, false])
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s changes nothing', async (method) => {
    expect((await ask(method, '/')).status).toBe(405)
  })
})

describe('another name for this computer is refused for', () => {
  test.each([
    ['GET', '/'],
    ['GET', '/assets/main-Ab12Cd34.js'],
    ['GET', '/session'],
    ['POST', '/session'],
    ['PUT', `/upload/${ID}/a`],
    ['POST', `/upload/${ID}/done`],
  ])('%s %s', async (method, path) => {
    const host = `evil.example:${server.port}`
    const { status, body } = await ask(method, path, { host, origin: `http://${host}`, cookie })
    expect([status, body]).toEqual([403, 'Open Beeline under the address that it has printed.\n'])
  })

  test('the contract', async () => {
    const host = `evil.example:${server.port}`
    expect(await upgrade({ host, origin: `http://${host}`, cookie })).toBe(403)
  })
})

describe('another site, or none, is refused for', () => {
  test.each([
    ['POST', '/session', 'http://evil.example'],
    ['POST', '/session', undefined],
    ['PUT', `/upload/${ID}/a`, 'http://evil.example'],
    ['PUT', `/upload/${ID}/a`, undefined],
    ['POST', `/upload/${ID}/done`, 'null'],
  ])('%s %s from %s', async (method, path, origin) => {
    const headers = { host: own.host, cookie, ...(origin === undefined ? {} : { origin }) }
    expect((await ask(method, path, headers, 'x')).status).toBe(403)
    expect((await ask('POST', `/upload/${ID}/done`, { ...own, cookie })).body).toContain('share.empty')
  })

  test.each(['http://evil.example', 'null', 'http://localhost'])('the contract, from %s', async (origin) => {
    expect(await upgrade({ ...own, origin, cookie })).toBe(403)
  })

  test('the contract, from what is no browser', async () => {
    expect(await upgrade({ host: own.host, cookie })).toBe(403)
  })
})

describe('without a session', () => {
  test.each(['', 'beeline=x', 'other=1'])('there is no contract: %j', async (other) => {
    expect(await upgrade({ ...own, cookie: other })).toBe(401)
  })

  test('there is no upload', async () => {
    expect((await ask('PUT', `/upload/${ID}/a`, own, 'x')).status).toBe(401)
    expect((await ask('POST', `/upload/${ID}/done`, own)).status).toBe(401)
  })

  test('the page is told what it needs', async () => {
    expect((await ask('GET', '/session')).body).toBe('{"state":"token"}')
    expect((await ask('GET', '/session', { ...own, cookie })).body).toBe('{"state":"open"}')
  })
})

describe('a login', () => {
  test('is for a token, once', async () => {
    const token = sessions.newToken()
    const first = await ask('POST', '/session', own, JSON.stringify({ token }))
    expect([first.status, first.body]).toEqual([204, ''])
    expect((await ask('POST', '/session', own, JSON.stringify({ token }))).status).toBe(401)
  })

  test.each([
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['something else', '[]'],
    ['far too much', JSON.stringify({ token: 'x'.repeat(100_000) })],
  ])('is not %s', async (_what, body) => {
    expect((await ask('POST', '/session', own, body)).status).toBe(400)
  })
})

describe('the contract', () => {
  test('is there for a page with a session', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/api`, UI_SUBPROTOCOL, {
      headers: { ...own, cookie },
    })
    const carrier = webSocketCarrier(socket)
    await new Promise((resolve) => socket.once('open', resolve))
    expect(socket.protocol).toBe(UI_SUBPROTOCOL)
    const remote = connectRemote(carrier)
    expect(await remote.call('host.choose', { what: 'files', startAt: null })).toEqual({
      paths: ['answered'],
    })
    const isClosed = remote.closed
    await server.close()
    await isClosed
  })

  test('is not spoken in another version, nor elsewhere', async () => {
    expect(await upgrade({ ...own, cookie }, '/api', 'beeline-ui.v0')).toBe(400)
    expect(await upgrade({ ...own, cookie }, '/')).toBe(404)
    expect((await ask('GET', '/api')).status).toBe(426)
  })
})

describe('an upload', () => {
  test('lands in its folder and can be shared', async () => {
    const headers = { ...own, cookie }
    const time = { 'x-beeline-modified': '1600000000123' }
    expect(
      (await ask('PUT', `/upload/${ID}/a%20b/%ED%95%9C`, { ...headers, ...time }, 'content')).status,
    ).toBe(201)
    expect((await ask('PUT', `/upload/${ID}/a%20b/empty/`, headers)).status).toBe(201)
    const done = await ask('POST', `/upload/${ID}/done`, headers)
    expect([done.status, JSON.parse(done.body)]).toEqual([200, { paths: [folder.at('uploads', ID, 'a b')] }])
    expect(readFileSync(folder.at('uploads', ID, 'a b', '한'), 'utf8')).toBe('content')
  })

  test.each([
    `/upload/${ID}/..%2f..%2fescape`,
    `/upload/${ID}/%2e%2e/escape`,
    `/upload/${ID}/../../escape`,
    `/upload/${ID}/a/%2e%2e/%2e%2e/%2e%2e/escape`,
    `/upload/${ID}/%2fetc%2fescape`,
    `/upload/${ID}/a%00b`,
    `/upload/${ID}/a%2fb`,
    `/upload/${ID}/%ff`,
    `/upload/${ID}/%`,
    `/upload/${ID}/`,
    `/upload/${ID}//a`,
    `/upload/${ID}/../`,
  ])('refuses the path %s', async (path) => {
    const { status, body } = await ask('PUT', path, { ...own, cookie }, 'x')
    expect([status, (JSON.parse(body) as { code: string }).code]).toEqual([400, 'manifest.bad-name'])
  })

  test('that breaks off leaves nothing', async () => {
    const socket = connectTcp(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    const lines = [
      `PUT /upload/${ID}/half HTTP/1.1`,
      `Host: ${own.host}`,
      `Origin: ${own.origin}`,
      `Cookie: ${cookie}`,
    ]
    socket.write([...lines, 'Content-Length: 1000', '', 'only some'].join('\r\n'))
    await vi.waitFor(() =>
      expect(readFileSync(folder.at('uploads', '.unfinished', '0'), 'utf8')).toBe('only some'),
    )
    socket.destroy()
    await vi.waitFor(() =>
      expect(() => readFileSync(folder.at('uploads', '.unfinished', '0'))).toThrow(/ENOENT/),
    )
    expect((await ask('POST', `/upload/${ID}/done`, { ...own, cookie })).body).toContain('share.empty')
  })

  test('is refused with a reason that the page can show', async () => {
    await ask('PUT', `/upload/${ID}/a`, { ...own, cookie }, 'x')
    const { status, body } = await ask('PUT', `/upload/${ID}/a`, { ...own, cookie }, 'y')
    expect([status, JSON.parse(body)]).toEqual([409, { code: 'upload.failed', detail: 'there already: a' }])
  })
})

test('the server ends in time although a browser keeps its connections', async () => {
  const socket = connectTcp(server.port, '127.0.0.1')
  socket.write(
    `PUT /upload/${ID}/a HTTP/1.1\r\nHost: ${own.host}\r\nOrigin: ${own.origin}\r\nCookie: ${cookie}\r\nContent-Length: 9\r\n\r\n`,
  )
  socket.on('error', () => undefined)
  await vi.waitFor(() => expect(existsSync(folder.at('uploads', '.unfinished', '0'))).toBe(true))
  await server.close()
  await vi.waitFor(() =>
    expect([socket.destroyed, existsSync(folder.at('uploads', ID))]).toEqual([true, false]),
  )
})

test('a port that is taken is told', async () => {
  const second = startPageServer({
    host: '127.0.0.1',
    port: server.port,
    gate: { isOpenToNetwork: false, hostNames: [], origins: [] },
    sessions,
    files: new Map(),
    uploads: new Uploads(folder.at('uploads')),
    implementation: fakeImplementation({}),
    contract: {},
  })
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('without a build there is no page', async () => {
  await expect(readPageFiles(folder.at('nowhere'))).rejects.toMatchObject({ code: 'ui.not-built' })
  await expect(readPageFiles(folder.at('page', 'assets'))).rejects.toMatchObject({ code: 'ui.not-built' })
})
