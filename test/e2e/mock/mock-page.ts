/** The built page in front of a made-up engine: every rare state is one object away. */

import { createServer, type Server } from 'node:http'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { WebSocketServer } from 'ws'
import { PAGE_HEADERS } from '#shared/api/page-policy.ts'
import type { Implementation } from '#shared/api/contract.ts'
import { CarrierInbox } from '#shared/api/carrier-inbox.ts'
import { serveContract } from '#shared/api/rpc-server.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export interface MockPage extends AsyncDisposable {
  readonly url: string
  /** Drops every connection, as an engine that goes away; `up` lets new ones in again. */
  down(): void
  up(): void
}

/** @param folder the built page. @param session what the page is told when it asks to be let in */
export async function startMockPage(
  folder: string,
  implementation: Implementation,
  session: 'open' | 'token' | 'password' = 'open',
): Promise<MockPage> {
  let isUp = true
  const sockets = new WebSocketServer({ noServer: true })
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://mock').pathname
    if (path === '/session') {
      if (request.method === 'GET') {
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ state: session }))
      } else response.writeHead(401).end()
      return
    }
    const file = join(folder, path === '/' ? 'index.html' : path)
    readFile(file).then(
      (bytes) => {
        response.writeHead(200, {
          ...PAGE_HEADERS,
          'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        })
        response.end(bytes)
      },
      () => response.writeHead(404).end(),
    )
  })
  server.on('upgrade', (request, socket, head) => {
    if (!isUp) {
      socket.destroy()
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const inbox = new CarrierInbox()
      webSocket.on('message', (data) => inbox.message((data as Buffer).toString()))
      webSocket.on('close', () => inbox.close())
      webSocket.on('error', () => inbox.close())
      serveContract(
        {
          send: (text) => webSocket.send(text),
          attach: (events) => inbox.attach(events),
          close: () => webSocket.close(),
        },
        implementation,
      )
    })
  })
  await listen(server)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    down: () => {
      isUp = false
      for (const socket of sockets.clients) socket.terminate()
    },
    up: () => {
      isUp = true
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
}
