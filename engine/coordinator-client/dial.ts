/** Opens a WebSocket to the first of several addresses of one coordinator that answers. */

import type { connect } from 'node:net'
import { WebSocket } from 'ws'
import { AppError } from '#shared/errors.ts'
import {
  COORDINATOR_PATH,
  COORDINATOR_SUBPROTOCOL,
  MAX_COORDINATOR_MESSAGE_BYTES,
} from '#shared/protocol/coordinator-messages.ts'
import type { CoordinatorAddress } from '#shared/share/link.ts'
import { proxyConnection } from '../connect/proxy/tunnel.ts'
import type { ClientTiming } from './timing.ts'

export interface Dialled {
  readonly socket: WebSocket
  /** Its place in the list: the next dial may begin with it. */
  readonly index: number
  /** What the coordinator's clock said during the handshake, if it said so; whole seconds. */
  readonly serverTimeMs: number | undefined
}

/**
 * Races the addresses, each with a head start over the next, and closes the losers. The caller owns the socket,
 * which is paused.
 * Throws AppError `coordinator.unreachable` with the last failure.
 *
 * @param proxy the person's HTTP proxy; undefined: as the environment says
 */
export function dial(
  addresses: readonly CoordinatorAddress[],
  firstIndex: number,
  timing: ClientTiming,
  signal: AbortSignal,
  proxy?: string,
): Promise<Dialled> {
  const order = [...addresses.keys()].map((i) => (firstIndex + i) % addresses.length)
  const sockets = new Set<WebSocket>()
  const { promise, resolve, reject } = Promise.withResolvers<Dialled>()
  let timer: NodeJS.Timeout | undefined

  const endRace = (winner?: WebSocket): void => {
    clearTimeout(timer)
    order.length = 0
    signal.removeEventListener('abort', onAbort)
    for (const socket of sockets) if (socket !== winner) socket.terminate()
    sockets.clear()
  }
  const fail = (cause: unknown): void => {
    endRace()
    const detail = cause instanceof Error ? cause.message : String(cause)
    reject(new AppError('coordinator.unreachable', { detail, cause }))
  }
  const onAbort = (): void => fail(signal.reason)
  const startNext = (): void => {
    clearTimeout(timer)
    const index = order.shift()
    const address = index === undefined ? undefined : addresses[index]
    if (index === undefined || address === undefined) return
    let socket: WebSocket
    try {
      socket = openSocket(address, timing, proxy)
    } catch (error) {
      // A setting that cannot be used.
      fail(error)
      return
    }
    sockets.add(socket)
    let serverTimeMs: number | undefined
    socket.once('upgrade', (response) => {
      const date = Date.parse(response.headers.date ?? '')
      if (!Number.isNaN(date)) serverTimeMs = date
    })
    socket.once('open', () => {
      if (!sockets.has(socket)) return
      // What comes right behind the handshake waits until somebody listens.
      socket.pause()
      endRace(socket)
      resolve({ socket, index, serverTimeMs })
    })
    // Stays for good: an error without a listener would end the process. `close` follows every error.
    socket.on('error', (error) => {
      if (!sockets.delete(socket)) return
      if (order.length > 0) startNext()
      else if (sockets.size === 0) fail(error)
    })
    if (order.length > 0) timer = setTimeout(startNext, timing.staggerMs)
  }

  if (signal.aborted) {
    fail(signal.reason)
  } else {
    signal.addEventListener('abort', onAbort, { once: true })
    startNext()
  }
  return promise
}

function openSocket(address: CoordinatorAddress, timing: ClientTiming, proxy: string | undefined): WebSocket {
  const { isTls } = address
  const url = `${isTls ? 'wss' : 'ws'}://${address.host}${COORDINATOR_PATH}`
  const { hostname, port } = new URL(url)
  const createConnection = proxyConnection(
    proxy,
    {
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? (isTls ? 443 : 80) : Number(port),
      isTls,
    },
    timing.connectTimeoutMs,
  )
  return new WebSocket(url, COORDINATOR_SUBPROTOCOL, {
    perMessageDeflate: false,
    maxPayload: MAX_COORDINATOR_MESSAGE_BYTES,
    handshakeTimeout: timing.connectTimeoutMs,
    // The types of ws know the form only that returns the socket; node:http takes both.
    ...(createConnection === undefined
      ? {}
      : { createConnection: createConnection as unknown as typeof connect }),
  })
}
