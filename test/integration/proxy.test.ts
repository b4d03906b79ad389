/** What runs over TCP gets out through an HTTP proxy: relays over TCP and TLS, and the coordinator. */

import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { MemorySummaryStore } from '#coordinator/memory-summary-store.ts'
import { startCoordinator } from '#coordinator/server.ts'
import { dial } from '#engine/coordinator-client/dial.ts'
import { DEFAULT_TIMING } from '#engine/coordinator-client/timing.ts'
import { parseServer } from '#engine/connect/ice-url.ts'
import { chooseProxy, type ProxyAddress } from '#engine/connect/proxy/proxy-choice.ts'
import { openTunnel } from '#engine/connect/proxy/tunnel.ts'
import { Allocation } from '#engine/connect/turn/allocation.ts'
import { testServer } from '#engine/connect/turn/server-test.ts'
import type { NetworkOptions } from '#engine/engine.ts'
import { openEngine } from '#engine/open-engine.ts'
import type { ServerTestView } from '#shared/api/settings-views.ts'
import { ConnectProxy } from './harness/connect-proxy.ts'
import {
  Coturn,
  coturnIsMissing,
  freePort,
  makeCertificate,
  RELAY_IP,
  TURN_PASSWORD,
  TURN_USER,
} from './harness/coturn.ts'
import { eventually, within } from './harness/eventually.ts'
import { TempFolder } from './harness/temp-folder.ts'
import { writeRandomFile } from './harness/trees.ts'

const missing = await coturnIsMissing()
const { signal: NEVER } = new AbortController()
const credentials = { username: TURN_USER, password: TURN_PASSWORD }

/** As the environment names it, login included. */
function addressOf(proxy: ConnectProxy, login = ''): ProxyAddress {
  const target = { host: 'turn.test', port: 443, isPlainHttp: false }
  const chosen = chooseProxy(undefined, target, { HTTPS_PROXY: proxy.url.replace('//', `//${login}`) })
  if (chosen === undefined) throw new Error('no proxy')
  return chosen
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('a proxy', () => {
  const target = { host: 'turn.test', port: 9 }

  test('that wants a login says so, and gets it', async () => {
    await using proxy = await ConnectProxy.start({ login: 'anna:p@ss' })
    await using server = await echoServer()
    const place = { host: 'turn.test', port: server.port }
    for (const login of ['', 'anna:wrong@']) {
      await expect(openTunnel(addressOf(proxy, login), place, NEVER)).rejects.toMatchObject({
        code: 'proxy.refused',
        detail: '407 Proxy Authentication Required',
      })
    }
    const socket = await openTunnel(addressOf(proxy, 'anna:p%40ss@'), place, NEVER)
    socket.write('hello')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toBe('hello')
    socket.destroy()
    expect(proxy.targets).toEqual([`turn.test:${server.port}`])
  })

  test.each([
    ['403 Forbidden', '403 Forbidden'],
    ['502 Bad Gateway', '502 Bad Gateway'],
    // Text of a stranger's, in one short line.
    [`503 ${'no '.repeat(100)}`, `503 ${'no '.repeat(20)}`.trim()],
  ])('that answers %s is told apart', async (refusal, detail) => {
    await using proxy = await ConnectProxy.start({ refusal })
    await expect(openTunnel(addressOf(proxy), target, NEVER)).rejects.toMatchObject({
      code: 'proxy.refused',
      detail,
    })
  })

  test('that is not there, or speaks something else, is told apart', async () => {
    const nobody = { isTls: false, host: '127.0.0.1', port: await freePort(), login: undefined }
    await expect(openTunnel(nobody, target, NEVER)).rejects.toMatchObject({
      code: 'proxy.unreachable',
      detail: 'ECONNREFUSED',
    })
    const other = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n')).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const ssh = { ...nobody, port: (other.address() as AddressInfo).port }
    await expect(openTunnel(ssh, target, NEVER)).rejects.toMatchObject({ code: 'proxy.unreachable' })
    other.close()
  })

  test('that says nothing can be given up', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = {
      isTls: false,
      host: '127.0.0.1',
      port: (silent.address() as AddressInfo).port,
      login: undefined,
    }
    const given = AbortSignal.timeout(100)
    await expect(openTunnel(address, target, given)).rejects.toMatchObject({ name: 'TimeoutError' })
    silent.close()
  })
})

describe('the coordinator', () => {
  test('is reached through the proxy that the environment names, or the person', async () => {
    await using proxy = await ConnectProxy.start()
    const store = new MemorySummaryStore()
    await using coordinator = await startCoordinator({ host: '127.0.0.1', port: 0, store })
    const place = `coordinator.test:${coordinator.port}`
    const address = { host: place, isTls: false }
    const open = async (configured?: string): Promise<void> => {
      const { socket } = await dial([address], 0, DEFAULT_TIMING, NEVER, configured)
      socket.terminate()
    }
    await expect(open()).rejects.toMatchObject({ code: 'coordinator.unreachable' })
    await open(proxy.url)
    vi.stubEnv('HTTP_PROXY', proxy.url)
    await open()
    expect(proxy.targets).toEqual([place, place])
    vi.stubEnv('NO_PROXY', '.test')
    await expect(open()).rejects.toMatchObject({ code: 'coordinator.unreachable' })
  })

  test('says what the proxy said', async () => {
    await using proxy = await ConnectProxy.start({ refusal: '403 Forbidden' })
    const address = { host: 'coordinator.test:80', isTls: false }
    await expect(dial([address], 0, DEFAULT_TIMING, NEVER, proxy.url)).rejects.toMatchObject({
      code: 'coordinator.unreachable',
      detail: 'proxy.refused: 403 Forbidden',
    })
  })

  test.skipIf(missing !== undefined)('has its certificate checked behind a proxy too', async () => {
    using folder = await TempFolder.create()
    await using proxy = await ConnectProxy.start()
    const cert = makeCertificate(folder)
    const server = createTlsServer({ cert, key: readFileSync(folder.at('key.pem')) }).listen(0, '127.0.0.1')
    server.on('tlsClientError', () => undefined)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const address = { host: `coordinator.test:${port}`, isTls: true }
    await expect(dial([address], 0, DEFAULT_TIMING, NEVER, proxy.url)).rejects.toMatchObject({
      detail: expect.stringMatching(/self-signed certificate/) as string,
    })
    expect(proxy.targets).toEqual([`coordinator.test:${port}`])
    server.close()
  })
})

describe.skipIf(missing !== undefined)(
  `a relay${missing === undefined ? '' : ` (not run: ${missing})`}`,
  () => {
    test.each(['tcp', 'tls'] as const)('over %s gives an address through a proxy', async (kind) => {
      await using server = await Coturn.start({ hasTls: true })
      await using proxy = await ConnectProxy.start({ login: 'anna:secret' })
      const port = kind === 'tls' ? server.tlsPort : server.port
      const options = {
        // The address is not used: the proxy looks up the name.
        server: { kind, host: 'localhost', address: '192.0.2.1', port },
        credentials,
        ca: server.ca,
        proxy: addressOf(proxy, 'anna:secret@'),
      }
      await using allocation = await Allocation.open(options, NEVER)
      expect(allocation.relayed.address).toBe(RELAY_IP)
      expect(proxy.targets).toEqual([`localhost:${port}`])
    })

    test('must have a certificate for its own name, whoever passes the bytes on', async () => {
      await using server = await Coturn.start({ hasTls: true })
      await using proxy = await ConnectProxy.start()
      const options = {
        server: { kind: 'tls', host: 'turn.test', address: '192.0.2.1', port: server.tlsPort },
        credentials,
        ca: server.ca,
        proxy: addressOf(proxy),
      } as const
      await expect(Allocation.open(options, NEVER)).rejects.toMatchObject({ code: 'turn.certificate' })
    })

    test('is tested through the proxy, step by step', async () => {
      await using server = await Coturn.start()
      await using proxy = await ConnectProxy.start()
      const views: ServerTestView[] = []
      const url = `turn:turn.test:${server.port}?transport=tcp`
      const test = (configured: string): Promise<void> =>
        testServer({ kind: 'turn', url, ...credentials }, (view) => views.push(view), NEVER, {
          proxy: configured,
        })
      await test(proxy.url)
      expect(views.at(-1)).toMatchObject({ state: 'passed', address: RELAY_IP })
      expect(views.at(-1)?.steps.map(({ step }) => step)).toEqual(['connect', 'allocate', 'relay'])
      await test(`http://127.0.0.1:${await freePort()}`)
      expect(views.at(-1)).toMatchObject({
        state: 'failed',
        current: 'connect',
        error: { code: 'proxy.unreachable' },
      })
    })

    test('carries a file between two devices that get out through a proxy only', async () => {
      using folder = await TempFolder.create()
      await using server = await Coturn.start()
      await using proxy = await ConnectProxy.start()
      const store = new MemorySummaryStore()
      await using coordinator = await startCoordinator({ host: '127.0.0.1', port: 0, store })
      const url = `turn:turn.test:${server.port}?transport=tcp`
      const network: NetworkOptions = {
        iceServers: [parseServer({ url, ...credentials }).iceServer],
        routePolicy: 'relay',
        bindAddress: '127.0.0.1',
        proxy: proxy.url,
      }
      const open = (name: string) => openEngine({ dataDir: folder.at(name), deviceName: name, network })
      await using sender = await open('sender')
      await using receiver = await open('receiver')
      writeRandomFile(folder.at('file.bin'), 3_000_000)
      const outgoing = await sender.send({
        paths: [folder.at('file.bin')],
        coordinators: [{ host: `coordinator.test:${coordinator.port}`, isTls: false }],
      })
      const incoming = receiver.open(outgoing.link)
      await within('the offer', incoming.offer(NEVER))
      await incoming.accept({ destination: folder.at('here') }, NEVER)
      await within('the file', incoming.finished())
      expect(readFileSync(folder.at('here', 'file.bin')).equals(readFileSync(folder.at('file.bin')))).toBe(
        true,
      )
      expect(new Set(proxy.targets)).toEqual(
        new Set([`turn.test:${server.port}`, `coordinator.test:${coordinator.port}`]),
      )
      // Its computer dies: the lanes through it end at once, not when ICE notices.
      const peers = (): number => outgoing.view().peers.filter(({ state }) => state === 'connected').length
      expect(peers()).toBe(1)
      proxy.cut()
      await eventually('the end of the lane', () => peers() === 0, 4000)
    })
  },
)

async function echoServer(): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer((socket) => void socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}
