/** A browser's part towards `beeline serve`, without a browser: requests with its headers, and the contract. */

import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import * as v from 'valibot'
import { WebSocket } from 'ws'
import { webSocketCarrier } from '#cli/serve/web-socket-carrier.ts'
import type { Carrier } from '#shared/api/carrier.ts'
import type { Remote } from '#shared/api/contract.ts'
import { connectRemote } from '#shared/api/rpc-client.ts'
import { UI_SUBPROTOCOL } from '#shared/api/rpc-messages.ts'
import type { BeelineProcess } from './beeline-process.ts'

export interface PageAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export class ServePage {
  readonly port: number
  /** What was printed. */
  readonly token: string
  /** What a browser sends with everything; a test may change a copy. */
  readonly own: Readonly<Record<string, string>>

  private constructor(address: URL) {
    this.port = Number(address.port)
    this.token = address.hash.replace('#token=', '')
    this.own = { host: address.host, origin: address.origin }
  }

  /** Waits for the address of a `serve`. */
  static async of(process: BeelineProcess): Promise<ServePage> {
    const event = await process.event('listening')
    const [url = ''] = v.parse(v.array(v.string()), event['urls'])
    return new ServePage(new URL(url))
  }

  /** The path goes out as it is: a URL parser would clean it up. */
  ask(method: string, path: string, headers: OutgoingHttpHeaders, body?: string): Promise<PageAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<PageAnswer>()
    const settings = { host: '127.0.0.1', port: this.port, method, path, headers }
    const request = httpRequest(settings, (response) => {
      let text = ''
      response.on('data', (data: Buffer) => {
        text += data.toString()
      })
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      )
    })
    request.on('error', reject)
    request.end(body)
    return promise
  }

  logIn(proof: { readonly token: string } | { readonly password: string }): Promise<PageAnswer> {
    return this.ask('POST', '/session', this.own, JSON.stringify(proof))
  }

  /** @returns the browser's headers with the cookie of the printed token */
  async open(): Promise<Record<string, string>> {
    const { headers } = await this.logIn({ token: this.token })
    return { ...this.own, cookie: headers['set-cookie']?.[0]?.split(';')[0] ?? '' }
  }

  /** Rejects with the status that it was refused with. */
  async connect(headers: Readonly<Record<string, string>>): Promise<Remote> {
    const { promise, resolve, reject } = Promise.withResolvers<Carrier>()
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}/api`, UI_SUBPROTOCOL, {
      headers: { ...headers },
    })
    // In the same turn: the first message may come right behind.
    socket.once('open', () => resolve(webSocketCarrier(socket)))
    socket.once('error', reject)
    socket.once('unexpected-response', (request, response) => {
      reject(new Error(String(response.statusCode)))
      request.destroy()
    })
    return connectRemote(await promise)
  }
}
