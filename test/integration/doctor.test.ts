/** The doctor against a real coordinator and a real relay on loopback: it tells what works from what does not, and why. */

import { createHmac } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startStandalone } from '#coordinator/standalone.ts'
import { runDoctor, type DoctorOptions } from '#engine/doctor/doctor.ts'
import type { DoctorCheck, DoctorFinding, DoctorView } from '#shared/api/doctor-views.ts'
import type { IceServer } from '#shared/protocol/coordinator-messages.ts'
import { Coturn, coturnIsMissing, freePort, TURN_PASSWORD, TURN_USER } from './harness/coturn.ts'
import { within } from './harness/eventually.ts'
import { TempFolder } from './harness/temp-folder.ts'

const missing = await coturnIsMissing()

/** What a person waits at most; checks have shorter limits, which a busy machine stretches. Milliseconds. */
const PATIENCE_MS = 25_000

async function coordinatorWith(
  iceServers: readonly IceServer[],
): Promise<AsyncDisposable & { readonly address: { readonly host: string; readonly isTls: boolean } }> {
  const folder = await TempFolder.create()
  const server = await startStandalone({ host: '127.0.0.1', port: 0, dataDir: folder.path, iceServers })
  return {
    address: { host: `127.0.0.1:${server.port}`, isTls: false },
    async [Symbol.asyncDispose]() {
      await server.close()
      folder[Symbol.dispose]()
    },
  }
}

/** All views; the last one has the verdict. */
async function viewsOf(
  options: Partial<DoctorOptions> & { readonly iceServers?: readonly IceServer[] },
): Promise<DoctorView[]> {
  const views: DoctorView[] = []
  const { iceServers = [], ...others } = options
  const network = { iceServers, routePolicy: 'automatic', bindAddress: '127.0.0.1' } as const
  const running = runDoctor(
    { coordinator: undefined, network, ...others },
    (view) => views.push(view),
    new AbortController().signal,
  )
  await within('the doctor', running, PATIENCE_MS)
  return views
}

async function resultOf(options: Parameters<typeof viewsOf>[0]): Promise<DoctorView> {
  const last = (await viewsOf(options)).at(-1)
  if (last === undefined) throw new Error('no view')
  return last
}

const found = (view: DoctorView, check: DoctorCheck): DoctorFinding[] =>
  view.findings.filter((finding) => finding.check === check)

const login = { username: TURN_USER, credential: TURN_PASSWORD }

describe.skipIf(missing !== undefined)(
  `with a relay${missing === undefined ? '' : ` (not run: ${missing})`}`,
  () => {
    test('a coordinator’s servers are all tried, each once, and the whole is told', async () => {
      await using turn = await Coturn.start({ hasTls: true })
      const { port, tlsPort, ca } = turn
      await using coordinator = await coordinatorWith([
        { urls: [`stun:127.0.0.1:${port}`] },
        {
          urls: [
            `turn:127.0.0.1:${port}`,
            `turn:127.0.0.1:${port}?transport=tcp`,
            `turns:localhost:${tlsPort}`,
          ],
          ...login,
        },
      ])
      const views = await viewsOf({ coordinator: coordinator.address, turnCa: ca })
      const last = views.at(-1)
      if (last === undefined) throw new Error('no view')
      expect(last.findings.map(({ check, outcome }) => `${check} ${outcome}`)).toEqual([
        'coordinator works',
        'clock right',
        'ipv4 works',
        'ipv6 no-address',
        'nat public',
        'filtering skipped',
        'hairpin skipped',
        'port-mapping off',
        'stun works',
        'turn works',
        'turn works',
        'turn works',
      ])
      expect(last.hasRelay).toBe(true)
      expect(last.verdict).toBe('direct-most')
      // While it runs there is no verdict, and every check is seen running.
      expect(views.slice(0, -1).every(({ verdict, report }) => verdict === null && report === null)).toBe(
        true,
      )
      const all = JSON.stringify(views)
      expect(all).toContain('"outcome":"running"')
      expect(all).not.toContain(TURN_PASSWORD)
      expect(last.report).toContain('turn turns:server-2:')
      for (const secret of ['127.0.0.1', 'localhost', TURN_USER]) expect(last.report).not.toContain(secret)
    })

    test('what is wrong with a relay is told apart', async () => {
      const secret = 'shared secret'
      await using passwords = await Coturn.start({ hasTls: true })
      await using expiring = await Coturn.start({ sharedSecret: secret })
      await using strict = await Coturn.start({ arguments: ['--denied-peer-ip=127.0.0.0-127.255.255.255'] })
      const at = (offsetS: number): IceServer => {
        const username = `${Math.floor(Date.now() / 1000) + offsetS}:anna`
        const credential = createHmac('sha1', secret).update(username).digest('base64')
        return { urls: [`turn:127.0.0.1:${expiring.port}`], username, credential }
      }
      const nobody = await freePort()
      const iceServers: IceServer[] = [
        { urls: [`turn:127.0.0.1:${passwords.port}`], ...login },
        { urls: [`turn:127.0.0.1:${passwords.port}`], ...login, credential: 'wrong' },
        { urls: [`turn:127.0.0.1:${passwords.port}?transport=tcp`], ...login, username: 'otto' },
        { urls: [`turns:127.0.0.1:${passwords.tlsPort}`], ...login },
        at(3600),
        at(-3600),
        { urls: [`turn:127.0.0.1:${nobody}?transport=tcp`], ...login },
        { urls: [`turn:127.0.0.1:${strict.port}`], ...login },
        { urls: ['turn:no-such-host.invalid'], ...login },
      ]
      const view = await resultOf({ iceServers })
      expect(found(view, 'turn').map(({ outcome, error }) => error ?? outcome)).toEqual([
        'works',
        'turn.bad-credentials',
        'turn.bad-credentials',
        'turn.certificate',
        'works',
        'turn.expired',
        'turn.unreachable',
        'turn.forbidden',
        'turn.name-unknown',
      ])
      expect(view.hasRelay).toBe(true)
    })

    test('direct only tries no relay', async () => {
      await using turn = await Coturn.start()
      const iceServers = [{ urls: [`turn:127.0.0.1:${turn.port}`], ...login }]
      const view = await resultOf({
        network: { iceServers, routePolicy: 'direct', bindAddress: '127.0.0.1' },
      })
      expect(found(view, 'turn')).toMatchObject([{ outcome: 'skipped', grade: null }])
      expect(view.hasRelay).toBe(false)
    })
  },
)

describe('a coordinator', () => {
  test('with a clock that is minutes away is reached, and the clock told', async () => {
    await using coordinator = await coordinatorWith([])
    await using away = await clockProxy(Number(coordinator.address.host.split(':')[1]), 125_000)
    const view = await resultOf({ coordinator: { host: `127.0.0.1:${away.port}`, isTls: false } })
    expect(found(view, 'coordinator')).toMatchObject([{ outcome: 'works' }])
    const [clock] = found(view, 'clock')
    expect(clock).toMatchObject({ outcome: 'wrong', grade: 'fair' })
    // Seen from here, where the clock is behind.
    expect(Number(clock?.detail)).toBeLessThan(-115)
    expect(Number(clock?.detail)).toBeGreaterThan(-135)
  })

  test.each([
    ['nobody', 'coordinator.unreachable'],
    ['a web server', 'coordinator.protocol'],
    ['somebody silent', 'coordinator.unreachable'],
  ])('that is %s ends the hope of sending: %s', async (who, code) => {
    await using there = await stranger(who)
    const view = await resultOf({ coordinator: { host: `127.0.0.1:${there.port}`, isTls: false } })
    expect(found(view, 'coordinator')).toMatchObject([{ outcome: 'failed', error: code, grade: 'bad' }])
    expect(found(view, 'clock')).toMatchObject([{ outcome: 'skipped' }])
    expect(view.verdict).toBe('nothing')
  })
})

test('a server that is not there is not taken for a network that blocks UDP', async () => {
  const view = await resultOf({ iceServers: [{ urls: [`stun:127.0.0.1:${await freePort()}`] }] })
  expect(found(view, 'stun')).toMatchObject([{ outcome: 'failed', error: 'turn.unreachable' }])
  expect(found(view, 'ipv4').map(({ outcome }) => outcome)).not.toContain('blocked')
})

test('silence over UDP is', async () => {
  const silent = createSocket('udp4')
  silent.bind(0, '127.0.0.1')
  await once(silent, 'listening')
  const view = await resultOf({ iceServers: [{ urls: [`stun:127.0.0.1:${silent.address().port}`] }] })
  silent.close()
  expect(found(view, 'ipv4')).toMatchObject([{ outcome: 'blocked', grade: 'bad' }])
})

test('nothing to ask is no failure, and says nothing of the network', async () => {
  const view = await resultOf({})
  expect(view.findings.filter(({ outcome }) => !['skipped', 'off', 'no-address'].includes(outcome))).toEqual(
    [],
  )
  expect(view.verdict).toBe('lan')
})

test('broken off it ends at once, tells nothing more and leaves nothing open', async () => {
  const accepted = new AbortController()
  const broken = new AbortController()
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    accepted.abort()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  let views = 0
  const running = runDoctor(
    {
      coordinator: { host: `127.0.0.1:${port}`, isTls: false },
      network: {
        iceServers: [{ urls: [`turn:127.0.0.1:${port}?transport=tcp`], ...login }],
        routePolicy: 'automatic',
        bindAddress: '127.0.0.1',
      },
    },
    () => views++,
    broken.signal,
  )
  if (!accepted.signal.aborted) await once(accepted.signal, 'abort')
  const viewsBefore = views
  broken.abort(new Error('enough'))
  await expect(within('the end', running)).rejects.toThrow('enough')
  expect(views).toBe(viewsBefore)
  // Only when every connection has ended.
  server.close()
  await within('the end of the connections', once(server, 'close'))
})

/** Passes everything on to a coordinator, and sets the clock in its greeting ahead. */
async function clockProxy(
  port: number,
  aheadMs: number,
): Promise<AsyncDisposable & { readonly port: number }> {
  const { connect } = await import('node:net')
  return listening(
    createServer((near) => {
      const far = connect(port, '127.0.0.1')
      near.on('error', () => far.destroy())
      far.on('error', () => near.destroy())
      near.pipe(far)
      far.once('data', (greeting: Buffer) => {
        const text = greeting.toString('latin1')
        const date = new Date(Date.now() + aheadMs).toUTCString()
        const head = text.slice(0, text.indexOf('\r\n\r\n'))
        const changed = `${head.replace(/\r\nDate: [^\r]*/i, '')}\r\nDate: ${date}${text.slice(head.length)}`
        near.write(Buffer.from(changed, 'latin1'))
        far.pipe(near)
      })
    }),
  )
}

async function stranger(who: string): Promise<AsyncDisposable & { readonly port: number }> {
  if (who === 'nobody') return { port: await freePort(), [Symbol.asyncDispose]: () => Promise.resolve() }
  return listening(
    createServer((socket) => {
      // Who does not read never hears of the end either.
      socket.on('error', () => undefined).resume()
      if (who === 'a web server') socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
    }),
  )
}

async function listening(server: Server): Promise<AsyncDisposable & { readonly port: number }> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      await within('the end of the connections', closed)
    },
  }
}
