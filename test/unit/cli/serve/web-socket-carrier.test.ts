/** The carriers over a real WebSocket on loopback: the browser's side, and both sides of the program. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test, vi } from 'vitest'
import { WebSocket as PlainWebSocket, WebSocketServer } from 'ws'
import { MAX_WAITING_BYTES, webSocketCarrier } from '#cli/serve/web-socket-carrier.ts'
import {
  openWebSocketCarrier,
  webSocketCarrier as browserCarrier,
} from '#renderer/carrier/web-socket-carrier.ts'
import type { Carrier } from '#shared/api/carrier.ts'
import { UI_SUBPROTOCOL } from '#shared/api/rpc-messages.ts'
import { AppError } from '#shared/errors.ts'
import { carrierContract, type CarrierPair, Listener } from '#test/unit/shared/api/carrier-suite.ts'

interface Loopback extends AsyncDisposable {
  readonly url: string
  /** The server's side of the next connection. */
  readonly accepted: Promise<PlainWebSocket>
}

async function openLoopback(): Promise<Loopback> {
  const server = createServer()
  const sockets = new WebSocketServer({ server, path: '/api', handleProtocols: () => UI_SUBPROTOCOL })
  const { promise, resolve } = Promise.withResolvers<PlainWebSocket>()
  sockets.on('connection', resolve)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    accepted: promise,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets.clients) socket.terminate()
      await new Promise((closed) => server.close(closed))
    },
  }
}

/** A page that is open, led by hand. */
async function openPage(loopback: Loopback): Promise<PlainWebSocket> {
  const page = new PlainWebSocket(`${loopback.url.replace('http', 'ws')}api`, UI_SUBPROTOCOL)
  await new Promise((resolve) => page.once('open', resolve))
  return page
}

function pairOf(loopback: Loopback, page: Carrier, engine: Carrier): CarrierPair {
  return {
    page,
    engine,
    [Symbol.asyncDispose]: () => {
      page.close()
      engine.close()
      return loopback[Symbol.asyncDispose]()
    },
  }
}

carrierContract('WebSocket carrier of the page', async () => {
  const loopback = await openLoopback()
  const page = await openWebSocketCarrier(new URL('/api', loopback.url), new AbortController().signal)
  return pairOf(loopback, page, webSocketCarrier(await loopback.accepted))
})

carrierContract('WebSocket carrier of the program', async () => {
  const loopback = await openLoopback()
  const socket = new PlainWebSocket(`${loopback.url.replace('http', 'ws')}api`, UI_SUBPROTOCOL)
  // Listens from the start: what comes right behind the handshake must not be missed.
  const carrier = webSocketCarrier(socket)
  await new Promise((resolve) => socket.once('open', resolve))
  return pairOf(loopback, carrier, webSocketCarrier(await loopback.accepted))
})

test('a page that cannot connect is told `api.closed`', async () => {
  const loopback = await openLoopback()
  await loopback[Symbol.asyncDispose]()
  const attempt = openWebSocketCarrier(new URL('/api', loopback.url), new AbortController().signal)
  await expect(attempt).rejects.toEqual(new AppError('api.closed'))
})

test('an attempt can be given up', async () => {
  await using loopback = await openLoopback()
  const attempt = openWebSocketCarrier(new URL('/api', loopback.url), AbortSignal.abort())
  await expect(attempt).rejects.toEqual(new AppError('api.closed'))
})

test('a reader that lets too much pile up is cut off', async () => {
  await using loopback = await openLoopback()
  const reader = await openPage(loopback)
  const engine = webSocketCarrier(await loopback.accepted)
  reader.pause()
  reader.on('error', () => undefined)
  const listener = new Listener()
  engine.attach(listener)
  const text = 'x'.repeat(1024 * 1024)
  let sentBytes = 0
  await vi.waitFor(() => {
    for (let i = 0; i < 8; i++) engine.send(text)
    sentBytes += 8 * text.length
    expect(listener.closedCount).toBe(1)
  }, 20_000)
  // Not before it has, and soon after.
  expect(sentBytes).toBeGreaterThan(MAX_WAITING_BYTES)
  expect(sentBytes).toBeLessThan(8 * MAX_WAITING_BYTES)
  reader.terminate()
})

test('a large answer is no reason to cut off the page that asked for it', async () => {
  await using loopback = await openLoopback()
  const reader = await openPage(loopback)
  const engine = webSocketCarrier(await loopback.accepted)
  reader.pause()
  const listener = new Listener()
  engine.attach(listener)
  const large = 'x'.repeat(2 * MAX_WAITING_BYTES)
  engine.send(large)
  // What goes on meanwhile: events, four a second.
  for (let i = 0; i < 20; i++) {
    engine.send(`event ${i}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
  const sizes: number[] = []
  reader.on('message', (data: Buffer) => sizes.push(data.length))
  reader.resume()
  await vi.waitFor(() => expect(sizes).toHaveLength(21), 20_000)
  expect([sizes[0], listener.closedCount]).toEqual([large.length, 0])
  reader.terminate()
})

test('binary messages are not taken', async () => {
  await using loopback = await openLoopback()
  const page = await openPage(loopback)
  const listener = new Listener()
  webSocketCarrier(await loopback.accepted).attach(listener)
  const code = new Promise((resolve) => page.once('close', resolve))
  page.send(Buffer.from('{}'))
  expect(await code).toBe(1003)
  expect([listener.texts, listener.closedCount]).toEqual([[], 1])
})

test('a page that answers no ping is cut off, and one that does is not', async () => {
  await using loopback = await openLoopback()
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    const page = await openPage(loopback)
    const listener = new Listener()
    webSocketCarrier(await loopback.accepted).attach(listener)
    for (let i = 0; i < 3; i++) {
      const pinged = new Promise((resolve) => page.once('ping', resolve))
      vi.advanceTimersByTime(20_000)
      await pinged
      // The answer is on its way back.
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    expect(listener.closedCount).toBe(0)
    page.pause()
    vi.advanceTimersByTime(20_000)
    expect(listener.closedCount).toBe(0)
    vi.advanceTimersByTime(20_000)
    await vi.waitFor(() => expect(listener.closedCount).toBe(1))
    page.terminate()
  } finally {
    vi.useRealTimers()
  }
})

test('the page’s carrier takes texts only, and does not wait for an engine that has gone to close', async () => {
  const socket = Object.assign(new EventTarget(), { readyState: 1, close: () => undefined })
  const listener = new Listener()
  const carrier = browserCarrier(socket as never)
  carrier.attach(listener)
  socket.dispatchEvent(new MessageEvent('message', { data: new ArrayBuffer(2) }))
  socket.dispatchEvent(new MessageEvent('message', { data: 'text' }))
  expect(listener.texts).toEqual(['text'])
  carrier.close()
  await Promise.resolve()
  expect(listener.closedCount).toBe(1)
})
