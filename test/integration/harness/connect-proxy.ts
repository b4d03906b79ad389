/** A little HTTP proxy that knows CONNECT alone, and names that nobody else can look up. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface ConnectProxyOptions {
  /** `user:password` that it asks for. */
  readonly login?: string
  /** What it answers to everything instead of connecting. */
  readonly refusal?: string
}

export class ConnectProxy implements AsyncDisposable {
  /** `host:port` of what was asked for, in order. */
  readonly targets: string[] = []
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
    const server = createServer((_request, response) => response.writeHead(400).end())
    const proxy = new ConnectProxy(server)
    server.on('connect', (request, socket, head) => proxy.#serve(request, socket, head, options))
    server.on('connection', (socket) => proxy.#sockets.add(socket))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** All connections die, as when its computer does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#sockets.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(
    request: IncomingMessage,
    client: Duplex,
    head: Buffer,
    { login, refusal }: ConnectProxyOptions,
  ): void {
    const place = request.url ?? ''
    client.on('error', () => undefined)
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${refusal}\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const given = request.headers['proxy-authorization']
    if (login !== undefined && given !== `Basic ${Buffer.from(login).toString('base64')}`) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="x"\r\n\r\n')
      return
    }
    this.targets.push(place)
    const [, host = '', port] = /^(.*):(\d+)$/.exec(place) ?? []
    const upstream: Socket = connect(Number(port), host.endsWith('.test') ? '127.0.0.1' : host)
    this.#sockets.add(upstream)
    upstream.on('error', () => client.destroy())
    upstream.on('close', () => client.destroy())
    client.on('close', () => upstream.destroy())
    upstream.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      if (head.length > 0) upstream.write(head)
      upstream.pipe(client)
      client.pipe(upstream)
    })
  }
}
