/** A coordinator that does what a test tells it to, and nothing by itself. */

import { once } from 'node:events'
import { WebSocketServer, type WebSocket } from 'ws'
import { COORDINATOR_SUBPROTOCOL, decodeClientMessage } from '#shared/protocol/coordinator-messages.ts'
import type { ClientMessage, ServerMessage } from '#shared/protocol/coordinator-messages.ts'
import { textOf } from '#test/unit/coordinator/raw-device.ts'

export class BadCoordinator implements AsyncDisposable {
  readonly sockets: WebSocket[] = []
  readonly heard: ClientMessage[] = []
  readonly #server: WebSocketServer

  private constructor(server: WebSocketServer) {
    this.#server = server
  }

  static async start(
    onMessage: (message: ClientMessage, answer: (message: ServerMessage) => void, socket: WebSocket) => void,
    onConnection: (socket: WebSocket) => void = () => undefined,
  ): Promise<BadCoordinator> {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      handleProtocols: () => COORDINATOR_SUBPROTOCOL,
    })
    const bad = new BadCoordinator(server)
    server.on('connection', (socket) => {
      bad.sockets.push(socket)
      socket.on('error', () => undefined)
      socket.on('message', (data) => {
        const message = decodeClientMessage(textOf(data))
        bad.heard.push(message)
        onMessage(message, (answer) => socket.send(JSON.stringify(answer)), socket)
      })
      onConnection(socket)
    })
    await once(server, 'listening')
    return bad
  }

  get host(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('not listening')
    return `127.0.0.1:${address.port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.terminate()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }
}
