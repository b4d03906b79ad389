/** The lane over a TLS connection keeps the promises that the swarm relies on, and opens to nobody else. */

import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { makeCertificate } from '#engine/connect/tls/certificate.ts'
import { dialLane, type DialOptions } from '#engine/connect/tls/dial-lane.ts'
import { listenForLane } from '#engine/connect/tls/tls-invitation.ts'
import type { TlsLane, TlsLaneOptions } from '#engine/connect/tls/tls-lane.ts'
import type { RouteView } from '#shared/api/views.ts'
import { packStreamMessage } from '#shared/protocol/stream-messages.ts'
import { laneContract, type LanePair } from '#test/unit/swarm/lane-contract.ts'
import { eventually, sleep } from './harness/eventually.ts'

const ROUTE: RouteView = {
  kind: 'lan',
  localType: 'host',
  remoteType: 'host',
  localAddress: '127.0.0.1:1',
  remoteAddress: '127.0.0.1:2',
  protocol: 'tls',
  reason: 'same-device',
  relayHost: null,
}
const TOKEN = new Uint8Array(32).fill(7)

const ends: AbortController[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end.abort()
})

function laneOptions(isOffered: boolean): TlsLaneOptions {
  return { id: 'a'.repeat(16), isOffered, route: ROUTE, token: TOKEN }
}

interface Invited {
  readonly port: number
  readonly opened: TlsLane[]
  readonly dial: (change?: Partial<DialOptions>) => Promise<TlsLane>
}

async function invite(host = '127.0.0.1'): Promise<Invited> {
  const ending = new AbortController()
  ends.push(ending)
  const { signal } = ending
  const certificate = makeCertificate()
  const opened: TlsLane[] = []
  const port = await listenForLane({
    certificate,
    host,
    lane: laneOptions(false),
    signal,
    opened: (lane) => opened.push(lane),
  })
  const { fingerprint } = certificate
  const dial = (change: Partial<DialOptions> = {}): Promise<TlsLane> =>
    dialLane({ host, port, fingerprint, lane: laneOptions(true), signal, ...change })
  return { port, opened, dial }
}

async function openPair(host: string, isTurned: boolean): Promise<LanePair> {
  const invited = await invite(host)
  const dialled = await invited.dial()
  const accepted = await eventually('the other end', () => invited.opened[0])
  const [left, right] = isTurned ? [accepted, dialled] : [dialled, accepted]
  return {
    left,
    right,
    until: async (what, isDone) => void (await eventually(what, isDone)),
    pass: () => sleep(200),
    async [Symbol.asyncDispose]() {
      left.close()
      right.close()
      await sleep(20)
    },
  }
}

laneContract('lane over TLS', () => openPair('127.0.0.1', false))
laneContract('lane over TLS, from the side that listened', () => openPair('127.0.0.1', true))
laneContract('lane over TLS and IPv6', () => openPair('::1', false))

function isListening(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connectTcp({ host: '127.0.0.1', port })
  socket.on('connect', () => resolve(true))
  socket.on('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

function endOf(lane: TlsLane): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const nothing = (): void => undefined
  lane.attach({ control: nothing, frame: nothing, writable: nothing, closed: resolve })
  return promise
}

describe('an invitation', () => {
  test('is for one: nothing listens any more when somebody has come', async () => {
    const { port, opened, dial } = await invite()
    const lane = await dial()
    await eventually('the other end', () => opened[0])
    expect(await isListening(port)).toBe(false)
    await expect(dial()).rejects.toMatchObject({ code: 'peer.unreachable' })
    lane.close()
  })

  test('ends with its signal, and with it those who have shown nothing', async () => {
    const { port } = await invite()
    const stranger = connectTcp({ host: '127.0.0.1', port })
    let isClosed = false
    stranger.on('close', () => (isClosed = true))
    stranger.on('error', () => undefined)
    stranger.resume()
    await eventually('the connection', () => stranger.readyState === 'open')
    ends.at(-1)?.abort()
    await eventually('the end', () => isClosed)
    expect(await isListening(port)).toBe(false)
  })

  test('opens to nobody without the token', async () => {
    const { opened, dial } = await invite()
    const wrong = { ...laneOptions(true), token: new Uint8Array(32).fill(8) }
    // Who dials speaks first, so it hears of it by the end of the lane.
    expect(await endOf(await dial({ lane: wrong }))).not.toBe('')
    expect(opened).toEqual([])
    // Whoever has it is let in all the same.
    await dial()
    await eventually('the other end', () => opened[0])
  })

  test('closes a connection that says anything else first', async () => {
    const { port, opened } = await invite()
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, minVersion: 'TLSv1.3' })
    let isClosed = false
    socket.on('close', () => (isClosed = true))
    socket.on('error', () => undefined)
    socket.on('secureConnect', () =>
      socket.write(packStreamMessage('control', Buffer.from('{"type":"hello"}'))),
    )
    socket.resume()
    await eventually('the end', () => isClosed)
    expect(opened).toEqual([])
  })

  test('speaks nothing older than TLS 1.3', async () => {
    const { port } = await invite()
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, maxVersion: 'TLSv1.2' })
    const failure = new Promise<Error>((resolve) => socket.on('error', resolve))
    expect((await failure).message).toMatch(/protocol version|alert/i)
  })

  test('bounds how many strangers wait', async () => {
    const { port } = await invite()
    let closed = 0
    const sockets = Array.from({ length: 20 }, () => {
      const socket = connectTcp({ host: '127.0.0.1', port })
      socket.on('close', () => closed++)
      socket.on('error', () => undefined)
      socket.resume()
      return socket
    })
    await eventually('those that are too many', () => closed >= 16)
    await sleep(200)
    expect(closed).toBe(16)
    for (const socket of sockets) socket.destroy()
  })
})

describe('whoever dials', () => {
  test('shows the token to nobody with another certificate', async () => {
    const { opened, dial } = await invite()
    const { fingerprint } = makeCertificate()
    await expect(dial({ fingerprint })).rejects.toMatchObject({ code: 'peer.unreachable' })
    await sleep(100)
    expect(opened).toEqual([])
  })

  test('gives up where nobody answers, within a limit', async () => {
    const { dial } = await invite()
    await expect(dial({ port: 1 })).rejects.toMatchObject({ code: 'peer.unreachable' })
    await expect(dial({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'peer.unreachable' })
  })
})
