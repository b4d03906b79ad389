/** The “Test” button of the settings against a real TURN server, and against what is none. */

import { createHmac } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { parseServer } from '#engine/connect/ice-url.ts'
import { Allocation } from '#engine/connect/turn/allocation.ts'
import { testServer, type ServerTestOptions, type TestedServer } from '#engine/connect/turn/server-test.ts'
import type { ServerTestView } from '#shared/api/settings-views.ts'
import { Coturn, coturnIsMissing, freePort, RELAY_IP, TURN_PASSWORD, TURN_USER } from './harness/coturn.ts'
import { eventually, within } from './harness/eventually.ts'

const missing = await coturnIsMissing()

const anna = { kind: 'turn', username: TURN_USER, password: TURN_PASSWORD } as const

/** All views of a test, which must end. */
async function viewsOf(server: TestedServer, options?: ServerTestOptions): Promise<ServerTestView[]> {
  const views: ServerTestView[] = []
  const running = testServer(server, (view) => views.push(view), new AbortController().signal, options)
  await within('the test of a server', running)
  return views
}

async function resultOf(
  server: TestedServer,
  options?: ServerTestOptions,
): Promise<ServerTestView | undefined> {
  return (await viewsOf(server, options)).at(-1)
}

const stepsOf = (view: ServerTestView | undefined): string[] | undefined =>
  view?.steps.map(({ step }) => step)

describe.skipIf(missing !== undefined)(
  `a TURN server${missing === undefined ? '' : ` (not run: ${missing})`}`,
  () => {
    test('over UDP passes, step by step', async () => {
      await using server = await Coturn.start()
      const views = await viewsOf({ ...anna, url: `turn:127.0.0.1:${server.port}?transport=udp` })
      const last = views.at(-1)
      expect(last).toMatchObject({ state: 'passed', current: null, error: null, address: RELAY_IP })
      expect(stepsOf(last)).toEqual(['resolve', 'allocate', 'relay'])
      expect(last?.roundTripMs).toBeGreaterThan(0)
      expect(views.map(({ current }) => current)).toEqual(['resolve', 'allocate', 'relay', null])
      expect(JSON.stringify(views)).not.toContain(TURN_PASSWORD)
    })

    test('over TCP passes, by name too', async () => {
      await using server = await Coturn.start({ arguments: ['--no-udp'] })
      const last = await resultOf({ ...anna, url: `turn:localhost:${server.port}?transport=tcp` })
      expect(last).toMatchObject({ state: 'passed', address: RELAY_IP })
      expect(stepsOf(last)).toEqual(['resolve', 'connect', 'allocate', 'relay'])
    })

    test('over TLS passes only with a certificate that is trusted, and for its name', async () => {
      await using server = await Coturn.start({ hasTls: true, arguments: ['--no-udp', '--no-tcp'] })
      const { ca, tlsPort } = server
      const url = `turns:localhost:${tlsPort}`
      expect(await resultOf({ ...anna, url }, { ca })).toMatchObject({ state: 'passed', address: RELAY_IP })
      expect(await resultOf({ ...anna, url })).toMatchObject({
        state: 'failed',
        current: 'connect',
        error: { code: 'turn.certificate' },
      })
      expect(await resultOf({ ...anna, url: `turns:127.0.0.1:${tlsPort}` }, { ca })).toMatchObject({
        state: 'failed',
        current: 'connect',
        error: { code: 'turn.certificate' },
      })
    })

    test.each(['udp', 'tcp'])('over %s refuses a wrong user and a wrong password', async (transport) => {
      await using server = await Coturn.start()
      const url = `turn:127.0.0.1:${server.port}?transport=${transport}`
      for (const wrong of [
        { ...anna, url, password: 'wrong p@ssword' },
        { ...anna, url, username: 'otto' },
      ]) {
        const last = await resultOf(wrong)
        expect(last).toMatchObject({
          state: 'failed',
          current: 'allocate',
          error: { code: 'turn.bad-credentials', detail: '401 Unauthorized' },
        })
        expect(JSON.stringify(last)).not.toContain('p@ssword')
      }
    })

    test('says of TURN REST credentials that they have expired, or passes', async () => {
      const sharedSecret = 'shared secret'
      await using server = await Coturn.start({ sharedSecret })
      const at = (offsetS: number, secret: string): TestedServer => {
        const username = `${Math.floor(Date.now() / 1000) + offsetS}:anna`
        const password = createHmac('sha1', secret).update(username).digest('base64')
        return { kind: 'turn', url: `turn:127.0.0.1:${server.port}`, username, password }
      }
      expect(await resultOf(at(3600, sharedSecret))).toMatchObject({ state: 'passed' })
      expect((await resultOf(at(-3600, sharedSecret)))?.error?.code).toBe('turn.expired')
      expect((await resultOf(at(3600, 'another secret')))?.error?.code).toBe('turn.bad-credentials')
    })

    test('without room for one more relay says so', async () => {
      await using server = await Coturn.start({ arguments: ['--user-quota=1'] })
      const url = `turn:127.0.0.1:${server.port}`
      // Room for one: the test itself makes do with that.
      expect(await resultOf({ ...anna, url })).toMatchObject({ state: 'passed', error: null })
      const { signal } = new AbortController()
      const client = {
        server: { kind: 'udp', host: '127.0.0.1', address: '127.0.0.1', port: server.port },
        credentials: { username: TURN_USER, password: TURN_PASSWORD },
      } as const
      // The server takes a moment to forget the one that was given back.
      await using _taken = await eventually('room', () =>
        Allocation.open(client, signal).catch(() => undefined),
      )
      expect(await resultOf({ ...anna, url })).toMatchObject({
        state: 'failed',
        current: 'allocate',
        error: { code: 'turn.quota' },
      })
    })

    test('that forbids itself as a peer is tried with a socket of this device', async () => {
      await using server = await Coturn.start({ arguments: [`--denied-peer-ip=${RELAY_IP}`] })
      for (const transport of ['udp', 'tcp']) {
        const last = await resultOf({ ...anna, url: `turn:127.0.0.1:${server.port}?transport=${transport}` })
        expect(last).toMatchObject({ state: 'passed', address: RELAY_IP })
      }
    })

    test('that forbids every peer says so', async () => {
      await using server = await Coturn.start({ arguments: ['--denied-peer-ip=127.0.0.0-127.255.255.255'] })
      const last = await resultOf({ ...anna, url: `turn:127.0.0.1:${server.port}` })
      expect(last).toMatchObject({
        state: 'failed',
        current: 'relay',
        address: RELAY_IP,
        error: { code: 'turn.forbidden' },
      })
      expect(last?.error?.detail).toMatch(/^403/)
    })

    test('answers as a STUN server too', async () => {
      await using server = await Coturn.start()
      const last = await resultOf({
        kind: 'stun',
        url: `stun:127.0.0.1:${server.port}`,
        username: '',
        password: '',
      })
      expect(last).toMatchObject({ state: 'passed', address: '127.0.0.1', roundTripMs: null })
      expect(stepsOf(last)).toEqual(['resolve', 'answer'])
    })
  },
)

describe('where no TURN server is', () => {
  test.each(['udp', 'tcp', 'tls'])(
    'a port with nothing behind it is unreachable over %s',
    async (transport) => {
      const port = await freePort()
      const url =
        transport === 'tls' ? `turns:127.0.0.1:${port}` : `turn:127.0.0.1:${port}?transport=${transport}`
      const last = await resultOf({ ...anna, url })
      expect(last).toMatchObject({
        state: 'failed',
        current: transport === 'udp' ? 'allocate' : 'connect',
        error: { code: 'turn.unreachable', detail: 'ECONNREFUSED' },
      })
    },
  )

  test('a name that is not known is named', async () => {
    const last = await resultOf({ ...anna, url: 'turn:no-such-host.invalid' })
    expect(last).toMatchObject({ state: 'failed', current: 'resolve', error: { code: 'turn.name-unknown' } })
    expect(last?.error?.detail).toContain('no-such-host.invalid')
  })

  test('a socket that swallows everything is unreachable', async () => {
    const silent = createSocket('udp4')
    silent.bind(0, '127.0.0.1')
    await once(silent, 'listening')
    let requests = 0
    silent.on('message', () => requests++)
    const last = await resultOf({ ...anna, url: `turn:127.0.0.1:${silent.address().port}` })
    silent.close()
    expect(last?.error).toEqual({ code: 'turn.unreachable', detail: 'no answer in time' })
    expect(requests).toBeGreaterThan(1)
  })

  test.each(['turn', 'turns'])('an HTTP server is told from a TURN server: %s', async (scheme) => {
    const server = createHttpServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const url = scheme === 'turn' ? `turn:127.0.0.1:${port}?transport=tcp` : `turns:127.0.0.1:${port}`
    const last = await resultOf({ ...anna, url })
    server.closeAllConnections()
    server.close()
    expect(last?.error?.code).toBe('turn.protocol')
  })

  test.each([
    ['a banner', 'SSH-2.0-OpenSSH_9.7\r\n'],
    ['noise', '\u0000\u0001\u0000\u0010 what is this, then?'],
  ])('so is a server that sends %s and waits', async (_what, greeting) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.write(greeting)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const last = await resultOf({ ...anna, url: `turn:127.0.0.1:${port}?transport=tcp` })
    server.close()
    expect(last?.error?.code).toBe('turn.protocol')
  })

  test('nonsense over UDP is not taken for an answer, nor for silence', async () => {
    const noisy = createSocket('udp4')
    noisy.bind(0, '127.0.0.1')
    await once(noisy, 'listening')
    noisy.on('message', (bytes, { port, address }) => noisy.send(bytes.subarray(1), port, address))
    const last = await resultOf({
      kind: 'stun',
      url: `stun:127.0.0.1:${noisy.address().port}`,
      username: '',
      password: '',
    })
    noisy.close()
    expect(last?.error?.code).toBe('turn.protocol')
  })

  test('a test that is broken off leaves nothing open', async () => {
    const broken = new AbortController()
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      broken.abort(new Error('enough'))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const views: ServerTestView[] = []
    const url = `turn:127.0.0.1:${port}?transport=tcp`
    await expect(testServer({ ...anna, url }, (view) => views.push(view), broken.signal)).rejects.toThrow(
      'enough',
    )
    expect(views.at(-1)?.state).toBe('running')
    // Only when every connection has ended.
    server.close()
    await within('the end of the connection', once(server, 'close'))
  })
})

test('a normalized address is tested as it stands', () => {
  const parsed = parseServer({ ...anna, url: 'TURN:Example.org' })
  expect(parseServer({ ...anna, url: parsed.url })).toEqual(parsed)
})
