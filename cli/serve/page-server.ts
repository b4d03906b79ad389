/** The HTTP server of `beeline serve`: the page, and the contract over a WebSocket to every browser that is logged in. */

import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { writeRefusal } from '#coordinator/http-answers.ts'
import type { Carrier } from '#shared/api/carrier.ts'
import type { Implementation } from '#shared/api/contract.ts'
import { MAX_REQUEST_BYTES, UI_SUBPROTOCOL } from '#shared/api/rpc-messages.ts'
import { serveContract, type ServeOptions } from '#shared/api/rpc-server.ts'
import { Gate, type GateSettings } from './gate.ts'
import type { PageFile } from './page-files.ts'
import { answerPageRequest, API_PATH, pathOf, type PageParts } from './page-requests.ts'
import type { Sessions } from './sessions.ts'
import type { Uploads } from './uploads.ts'
import { webSocketCarrier } from './web-socket-carrier.ts'

/** For the request line and all headers. Bodies have limits of their own, since an upload may take hours. */
const HEADERS_TIMEOUT_MS = 10_000
const MAX_HEADER_BYTES = 16 * 1024
/** A browser opens six and a WebSocket for each of its windows. */
const MAX_CONNECTIONS = 512
const MAX_PAGES = 64
/** For answers on their way when the server stops. */
const CLOSE_LIMIT_MS = 1000

export interface PageServerOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly gate: Omit<GateSettings, 'port'>
  readonly sessions: Sessions
  readonly files: ReadonlyMap<string, PageFile>
  readonly uploads: Uploads
  readonly implementation: Implementation
  readonly contract: ServeOptions
}

export interface PageServer {
  readonly port: number
  /** Ends every connection within 2 s. */
  close(): Promise<void>
}

/** Rejects with the system's error: `EADDRINUSE`, `EADDRNOTAVAIL`… */
export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const server = new RunningPageServer(options)
  await server.listen()
  return server
}

class RunningPageServer implements PageServer {
  port = 0
  readonly #options: PageServerOptions
  readonly #server: Server
  readonly #sockets: WebSocketServer
  readonly #pages = new Set<Carrier>()
  #parts: PageParts | undefined
  #closed: Promise<void> | undefined

  constructor(options: PageServerOptions) {
    this.#options = options
    this.#server = createServer(
      { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 0 },
      (request, response) => {
        response.on('error', () => undefined)
        if (this.#parts === undefined) return void response.destroy()
        answerPageRequest(request, response, this.#parts).catch((thrown: unknown) => {
          options.contract.onInternal?.(thrown, 'page')
          response.destroy()
        })
      },
    )
    this.#server.maxConnections = MAX_CONNECTIONS
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: MAX_REQUEST_BYTES,
      handleProtocols: () => UI_SUBPROTOCOL,
    })
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  async listen(): Promise<void> {
    const { host, port, gate, sessions, files, uploads } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen({ host, port }, resolve)
    await promise
    this.#server.off('error', reject)
    this.#server.on('error', () => undefined)
    // A server on TCP has one, and its port is known only now.
    this.port = (this.#server.address() as AddressInfo).port
    sessions.namePort(this.port)
    this.#parts = { gate: new Gate({ ...gate, port: this.port }), sessions, files, uploads }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    this.#server.closeIdleConnections()
    for (const page of this.#pages) page.close()
    const limit = setTimeout(() => this.#server.closeAllConnections(), CLOSE_LIMIT_MS)
    await promise
    clearTimeout(limit)
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const status = this.#refuse(request)
    if (status !== undefined) return writeRefusal(socket, status)
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const carrier = webSocketCarrier(webSocket)
      this.#pages.add(carrier)
      webSocket.once('close', () => this.#pages.delete(carrier))
      serveContract(carrier, this.#options.implementation, this.#options.contract)
    })
  }

  /** The status to refuse an upgrade with, or undefined when it may go on. */
  #refuse(request: IncomingMessage): number | undefined {
    if (this.#parts === undefined || this.#closed !== undefined) return 503
    const { gate, sessions } = this.#parts
    if (!gate.isOwnHost(request.headers) || !gate.isOwnOrigin(request.headers)) return 403
    if (pathOf(request) !== API_PATH) return 404
    if (!sessions.isOpen(request.headers.cookie)) return 401
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
    if (!offered.includes(UI_SUBPROTOCOL)) return 400
    return this.#pages.size >= MAX_PAGES ? 503 : undefined
  }
}
