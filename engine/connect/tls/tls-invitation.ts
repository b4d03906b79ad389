/** Listens for one TLS lane, for a moment: at one address, for whoever knows the token, and for nobody else. */

import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { AppError } from '#shared/errors.ts'
import type { Certificate } from './certificate.ts'
import { greetStranger } from './greet-stranger.ts'
import { TlsLane, type TlsLaneOptions } from './tls-lane.ts'
import { TLS_LANE_SETTINGS, TLS_OPEN_MS } from './tls-settings.ts'

/** Connections at a time of which it is not known yet whose they are. More are closed unheard. */
const MAX_STRANGERS = 4

export interface InvitationOptions {
  readonly certificate: Certificate
  /** The one to listen at; no other interface is opened. */
  readonly host: string
  /** Any that is free when left out. */
  readonly port?: number
  readonly lane: TlsLaneOptions
  /** Ends the listening. */
  readonly signal: AbortSignal
  /** Somebody has shown the token. Not after the signal. */
  readonly opened: (lane: TlsLane) => void
}

/** @returns the port. Rejects with AppError `peer.unreachable` when nothing can listen there. */
export async function listenForLane(options: InvitationOptions): Promise<number> {
  const { certificate, host, signal } = options
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const sockets = new Set<Socket>()
  let hasLane = false
  const server = createServer(
    {
      ...TLS_LANE_SETTINGS,
      cert: certificate.certificate,
      key: certificate.privateKey,
      handshakeTimeout: TLS_OPEN_MS,
    },
    (socket) => greet(socket),
  )
  server.maxConnections = MAX_STRANGERS
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  // A stranger's broken handshake is nobody's business.
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  server.on('error', (cause: Error) =>
    reject(new AppError('peer.unreachable', { detail: `cannot listen: ${cause.message}`, cause })),
  )
  const end = (): void => {
    server.close()
    reject(new AppError('transfer.stopped'))
    if (!hasLane) for (const socket of sockets) socket.destroy()
  }
  signal.addEventListener('abort', end, { once: true })
  server.listen({ host, port: options.port ?? 0, exclusive: true }, () => resolve(portOf(server)))
  if (signal.aborted) end()
  return await promise

  function greet(socket: TLSSocket): void {
    const lane = new TlsLane(socket, options.lane)
    socket.on('data', (bytes: Uint8Array) => lane.feed(bytes))
    greetStranger(lane, signal).then(
      () => {
        if (hasLane || signal.aborted) return lane.close()
        hasLane = true
        server.close()
        lane.showToken()
        options.opened(lane)
      },
      // A stranger, or nobody any more.
      () => undefined,
    )
  }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new AppError('internal', { detail: 'no port' })
  return address.port
}
