import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startStandalone } from '#coordinator/standalone.ts'
import type { CoordinatorSettings } from '#engine/app/app.ts'
import { testCoordinator } from '#engine/app/coordinator-test.ts'
import { parseCoordinatorUrl, printCoordinatorUrl } from '#engine/app/coordinator-url.ts'
import { OwnCoordinators } from '#engine/app/own-coordinators.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import { AppError } from '#shared/errors.ts'
import { TempFolder } from '#test/integration/harness/temp-folder.ts'

const NEVER = new AbortController().signal
let folder: TempFolder

beforeEach(async () => {
  folder = await TempFolder.create()
})

afterEach(() => folder[Symbol.dispose]())

describe('an address as people type it', () => {
  test.each([
    ['https://Beeline.example.org/', 'https://beeline.example.org'],
    ['beeline.example.org:8443', 'https://beeline.example.org:8443'],
    ['http://192.168.1.5:8787', 'http://192.168.1.5:8787'],
    ['ws://[fd00::1]:80', 'http://[fd00::1]'],
  ])('%s is read as %s', (text, url) => {
    expect(printCoordinatorUrl(parseCoordinatorUrl(text))).toBe(url)
  })

  test.each(['', 'ftp://a', 'https://a/path', 'https://a?b', 'a b', 'https://u:p@a'])(
    '%j is refused',
    (text) => {
      expect(() => parseCoordinatorUrl(text)).toThrow(AppError)
    },
  )
})

describe('a test', () => {
  test('of a coordinator gives the time to it and back', async () => {
    const running = await startStandalone({
      host: '127.0.0.1',
      port: 0,
      dataDir: folder.path,
      iceServers: [],
    })
    try {
      const { roundTripMs } = await testCoordinator(
        { host: `127.0.0.1:${running.port}`, isTls: false },
        NEVER,
      )
      expect(roundTripMs).toBeGreaterThan(0)
      expect(Number.isFinite(roundTripMs)).toBe(true)
    } finally {
      await running.close()
    }
  })

  test('of a port where nothing listens says that it cannot be reached', async () => {
    await expect(testCoordinator({ host: '127.0.0.1:9', isTls: false }, NEVER)).rejects.toMatchObject({
      code: 'coordinator.unreachable',
    })
  })

  test('of a web server that is no coordinator says so', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end('no'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      await expect(testCoordinator({ host: `127.0.0.1:${port}`, isTls: false }, NEVER)).rejects.toMatchObject(
        {
          code: 'coordinator.protocol',
        },
      )
    } finally {
      server.close()
    }
  })

  test('of something silent can be given up', async () => {
    const server = createTcpServer(() => undefined)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const page = new AbortController()
    setTimeout(() => page.abort(), 50)
    try {
      await expect(
        testCoordinator({ host: `127.0.0.1:${port}`, isTls: false }, page.signal),
      ).rejects.toMatchObject({ code: 'transfer.stopped' })
    } finally {
      server.close()
    }
  })
})

class World {
  readonly started: CoordinatorSettings[] = []
  readonly open = new Set<number>()
  readonly taken = new Set<number>()
  iceServers: readonly IceServer[] = []

  own(listen?: { host: string; port: number | undefined }): OwnCoordinators {
    return new OwnCoordinators({
      dataDir: folder.path,
      listen,
      iceServers: () => this.iceServers,
      log: () => undefined,
      start: async (settings) => {
        await Promise.resolve()
        const port = settings.port === 0 ? 40_000 + this.started.length : settings.port
        if (this.taken.has(port) || this.open.has(port)) throw new AppError('coordinator.port-taken')
        this.started.push(settings)
        this.open.add(port)
        const close = (): Promise<void> => {
          this.open.delete(port)
          return Promise.resolve()
        }
        return { host: settings.host, port, close }
      },
    })
  }
}

const LOOPBACK = { host: '127.0.0.1', port: undefined }

describe('the own coordinator', () => {
  test('is started with the first share, once for shares that come at the same time', async () => {
    const world = new World()
    const own = world.own(LOOPBACK)
    expect(world.started).toEqual([])
    const addresses = await Promise.all([own.forNewShare(), own.forNewShare(), own.forNewShare()])
    expect(world.started).toHaveLength(1)
    expect(addresses[0]).toEqual([{ host: '127.0.0.1:8787', isTls: false }])
    await own.close()
    expect(world.open.size).toBe(0)
  })

  test('takes another port when the usual one is taken, and gets that one back for the old link', async () => {
    const world = new World()
    world.taken.add(8787)
    const first = world.own(LOOPBACK)
    const link = await first.forNewShare()
    await first.close()
    world.taken.clear()
    const second = world.own()
    await second.forOldShare(link)
    expect(world.started.at(-1)).toMatchObject({ host: '127.0.0.1', port: 40_000 })
    // Once is enough for all links of it.
    await second.forOldShare(link)
    expect(world.started).toHaveLength(2)
    await second.close()
  })

  test('is not started for links that lead elsewhere', async () => {
    const world = new World()
    const own = world.own()
    await own.forOldShare([{ host: '192.168.1.77:8787', isTls: false }])
    await own.forOldShare([{ host: 'beeline.example.org', isTls: true }])
    expect(world.started).toEqual([])
  })

  test('says so when the port of an old link is taken, and is tried again next time', async () => {
    const world = new World()
    const own = world.own(LOOPBACK)
    const link = await own.forNewShare()
    await own.close()
    const next = world.own(LOOPBACK)
    world.taken.add(8787)
    await expect(next.forOldShare(link)).rejects.toMatchObject({ code: 'coordinator.port-taken' })
    world.taken.clear()
    await next.forOldShare(link)
    expect(world.open).toEqual(new Set([8787]))
    await next.close()
  })

  test('never hands out servers that have a password, and few of the others', async () => {
    const world = new World()
    world.iceServers = [
      { urls: ['turn:a:3478'], username: 'u', credential: 'secret' },
      ...Array.from({ length: 40 }, (_, i) => ({ urls: [`stun:${i}.example:3478`] })),
    ]
    const own = world.own(LOOPBACK)
    await own.forNewShare()
    expect(JSON.stringify(world.started)).not.toContain('secret')
    expect(world.started[0]?.iceServers[0]).toEqual({ urls: ['stun:0.example:3478'] })
    expect(world.started[0]?.iceServers.length).toBeLessThanOrEqual(16)
    await own.close()
  })

  test('is ended when it hands out servers that the person does not use any more, and only then', async () => {
    const world = new World()
    const own = world.own(LOOPBACK)
    await own.forNewShare()
    world.iceServers = [{ urls: ['turn:a:3478'], username: 'u', credential: 'secret' }]
    await own.endOutdated()
    expect(world.open.size).toBe(1)
    world.iceServers = [{ urls: ['stun:a:3478'] }]
    await own.endOutdated()
    expect(world.open.size).toBe(0)
    await own.forNewShare()
    expect(world.started.at(-1)?.iceServers).toEqual(world.iceServers)
    await own.close()
  })
})
