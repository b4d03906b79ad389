/**
 * The coordinator: introduces devices to each other over WebSockets and keeps sealed summaries. It sees topics,
 * peer ids and sealed boxes; its log has names of events and numbers, nothing else.
 */

import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { AppError, unreachable } from '#shared/errors.ts'
import {
  COORDINATOR_SUBPROTOCOL,
  type ClientMessage,
  type IceServer,
} from '#shared/protocol/coordinator-messages.ts'
import { Addresses, addressKey } from './addresses.ts'
import { ClientSession } from './client-session.ts'
import { answerRequest, refuseUpgrade, writeRefusal } from './http-answers.ts'
import { DEFAULT_LIMITS, type CoordinatorLimits } from './limits.ts'
import { Rendezvous } from './rendezvous.ts'
import { SummaryDesk } from './summary-desk.ts'
import type { SummaryStore } from './summary-store.ts'
import { issueLogin, TURN_LOGIN_LIFE_MS, type SharedTurn } from './turn-logins.ts'

export interface CoordinatorOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Stays the caller's: not closed here. */
  readonly store: SummaryStore
  /** Handed to everybody who joins, as they are. */
  readonly iceServers?: readonly IceServer[]
  /** Everybody who joins is handed a login of its own, which expires. */
  readonly turn?: SharedTurn | undefined
  readonly limits?: Partial<CoordinatorLimits>
  readonly now?: () => number
  readonly log?: (event: string, fields: Record<string, number | string>) => void
  /** Behind a reverse proxy: whose request this is. Without it, all devices share the proxy's limits. */
  readonly addressOf?: (request: IncomingMessage) => string
}

export interface Coordinator extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** Ends every connection within 2 s. */
  close(): Promise<void>
}

/** For the request line and all headers, milliseconds and bytes: no browser or client of ours needs a tenth of it. */
const REQUEST_TIMEOUT_MS = 10_000
const MAX_HEADER_BYTES = 8 * 1024
/** Connections beyond the WebSockets: pages being looked at, handshakes on their way. */
const SPARE_CONNECTIONS = 200
/** Close code of RFC 6455 §7.4.1. */
const GOING_AWAY = 1001

/** Throws AppError `coordinator.port-taken` or `coordinator.cannot-listen`. */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const running = new RunningCoordinator(options)
  await running.listen()
  return running
}

class RunningCoordinator implements Coordinator {
  readonly host: string
  readonly #options: CoordinatorOptions
  readonly #limits: CoordinatorLimits
  readonly #now: () => number
  readonly #log: (event: string, fields: Record<string, number | string>) => void
  readonly #server: Server
  readonly #sockets: WebSocketServer
  readonly #sessions = new Set<ClientSession>()
  readonly #addresses: Addresses
  readonly #rendezvous: Rendezvous
  readonly #desk: SummaryDesk
  readonly #timers: NodeJS.Timeout[] = []
  #port: number
  #closed: Promise<void> | undefined

  constructor(options: CoordinatorOptions) {
    this.#options = options
    this.#port = options.port
    this.host = options.host
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.#now = options.now ?? Date.now
    this.#log = options.log ?? (() => undefined)
    this.#addresses = new Addresses(this.#limits)
    this.#rendezvous = new Rendezvous(this.#limits, () => this.#handedServers())
    this.#desk = new SummaryDesk({
      store: options.store,
      addresses: this.#addresses,
      limits: this.#limits,
      now: this.#now,
      onStoreFailed: () => this.#log('store.failed', {}),
    })
    this.#server = createServer(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        requestTimeout: REQUEST_TIMEOUT_MS,
        headersTimeout: REQUEST_TIMEOUT_MS,
      },
      answerRequest,
    )
    this.#server.maxConnections = this.#limits.sockets + SPARE_CONNECTIONS
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: this.#limits.messageBytes,
      handleProtocols: () => COORDINATOR_SUBPROTOCOL,
    })
    // Devices without a good clock correct theirs by it, for the expiry of their summaries.
    this.#sockets.on('headers', (headers) => headers.push(`Date: ${new Date(this.#now()).toUTCString()}`))
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** The one that was taken; known also after the end, for a restart on the same one. */
  get port(): number {
    return this.#port
  }

  async listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onError = (cause: NodeJS.ErrnoException): void => {
      const isTaken = cause.code === 'EADDRINUSE'
      const detail = cause.code ?? cause.message
      reject(
        new AppError(isTaken ? 'coordinator.port-taken' : 'coordinator.cannot-listen', { detail, cause }),
      )
    }
    this.#server.once('error', onError)
    this.#server.listen({ host: this.#options.host, port: this.#options.port }, resolve)
    await promise
    this.#server.off('error', onError)
    const address = this.#server.address()
    if (typeof address === 'object' && address !== null) this.#port = address.port
    this.#server.on('error', () => this.#log('coordinator.server-failed', {}))
    await this.#purge()
    this.#timers.push(setInterval(() => this.#beat(), this.#limits.heartbeatMs))
    this.#timers.push(setInterval(() => void this.#purge(), this.#limits.purgeMs))
    this.#log('coordinator.started', { port: this.port })
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    this.#server.closeIdleConnections()
    const sessions = [...this.#sessions]
    for (const session of sessions) session.close(GOING_AWAY)
    const timer = setTimeout(() => {
      for (const session of this.#sessions) session.terminate()
      this.#server.closeAllConnections()
    }, this.#limits.closeMs)
    await promise
    clearTimeout(timer)
    await Promise.allSettled(sessions.map((session) => session.settled()))
    this.#log('coordinator.stopped', { sockets: sessions.length })
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const key = addressKey(this.#options.addressOf?.(request) ?? request.socket.remoteAddress ?? '')
    const status = refuseUpgrade(request) ?? this.#admit(key)
    if (status !== undefined) {
      this.#log('socket.refused', { status })
      writeRefusal(socket, status)
      return
    }
    // Counted from here on, so that a thousand handshakes at once cannot pass a limit together.
    let isOpened = false
    socket.once('close', () => {
      if (!isOpened) this.#addresses.close(key)
    })
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      isOpened = true
      const session = new ClientSession(webSocket, key, this.#limits, this.#now, {
        onMessage: (from, message) => this.#receive(from, message),
        onRefused: (reason) => this.#log('refused', { reason }),
        onClosed: (closed, code) => this.#forget(closed, code),
      })
      this.#sessions.add(session)
      this.#log('socket.opened', { sockets: this.#sessions.size })
      if (this.#closed !== undefined) session.close(GOING_AWAY)
    })
  }

  /** The status to refuse with, or undefined: then the address has one socket more. */
  #admit(key: string): number | undefined {
    if (this.#closed !== undefined || this.#sessions.size >= this.#limits.sockets) return 503
    return this.#addresses.open(key, this.#now()) ? undefined : 429
  }

  #receive(session: ClientSession, message: ClientMessage): void {
    switch (message.type) {
      case 'join':
        return this.#rendezvous.join(session, message)
      case 'leave':
        return this.#rendezvous.leave(session, message.topic)
      case 'signal':
        return this.#rendezvous.passOn(session, message)
      case 'peers':
        return this.#rendezvous.listPeers(session, message)
      case 'summary.get':
      case 'summary.put':
      case 'summary.delete':
        return this.#desk.accept(session, message)
      default:
        return unreachable(message)
    }
  }

  #handedServers(): { iceServers: IceServer[]; iceServersLifeMs?: number } {
    const { iceServers = [], turn } = this.#options
    if (turn === undefined) return { iceServers: [...iceServers] }
    return {
      iceServers: [...iceServers, issueLogin(turn, this.#now())],
      iceServersLifeMs: TURN_LOGIN_LIFE_MS,
    }
  }

  #forget(session: ClientSession, code: number): void {
    this.#sessions.delete(session)
    this.#addresses.close(session.addressKey)
    this.#rendezvous.leaveAll(session)
    this.#log('socket.closed', { code, sockets: this.#sessions.size, topics: this.#rendezvous.topicCount })
  }

  #beat(): void {
    for (const session of this.#sessions) session.beat()
  }

  async #purge(): Promise<void> {
    this.#addresses.purge(this.#now())
    try {
      const count = await this.#options.store.purge(this.#now())
      if (count > 0) this.#log('summaries.purged', { count })
    } catch {
      this.#log('store.failed', {})
    }
  }
}
