/** What the coordinator answers to plain HTTP requests, and to upgrades that it refuses. */

import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { COORDINATOR_PATH, COORDINATOR_SUBPROTOCOL } from '#shared/protocol/coordinator-messages.ts'
import { GET_PAGE, GET_PAGE_POLICY } from './get-page.ts'

interface Answer {
  readonly status: number
  readonly type: 'text/html' | 'text/plain' | 'application/json'
  readonly policy?: string
  readonly body: string
}

const HEALTH = JSON.stringify({ ok: true, protocol: COORDINATOR_SUBPROTOCOL })
const WELCOME = 'This is a Beeline coordinator: it introduces devices that send files to each other.\n'

const PAGES: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['/', { status: 200, type: 'text/plain', body: WELCOME }],
  ['/health', { status: 200, type: 'application/json', body: HEALTH }],
  ['/get', { status: 200, type: 'text/html', policy: GET_PAGE_POLICY, body: GET_PAGE }],
])
const NOT_FOUND: Answer = { status: 404, type: 'text/plain', body: 'There is nothing here.\n' }
const NOT_ALLOWED: Answer = { status: 405, type: 'text/plain', body: 'Only GET is answered.\n' }
const UPGRADE: Answer = { status: 426, type: 'text/plain', body: 'This path speaks WebSocket only.\n' }

export function answerRequest(request: IncomingMessage, response: ServerResponse): void {
  const answer = chooseAnswer(request.method, pathOf(request))
  response.writeHead(answer.status, {
    'content-type': `${answer.type}; charset=utf-8`,
    'content-length': Buffer.byteLength(answer.body),
    'content-security-policy': answer.policy ?? "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
  response.end(request.method === 'HEAD' ? undefined : answer.body)
  // A body that nobody asked for is not read to its end.
  if (request.method !== 'GET' && request.method !== 'HEAD') request.destroy()
}

function chooseAnswer(method: string | undefined, path: string): Answer {
  if (method !== 'GET' && method !== 'HEAD') return NOT_ALLOWED
  return path === COORDINATOR_PATH ? UPGRADE : (PAGES.get(path) ?? NOT_FOUND)
}

/** Without the query; never throws, whatever the request line says. */
function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?')[0] ?? ''
}

/** The status to refuse an upgrade with, or undefined when it may go on. */
export function refuseUpgrade(request: IncomingMessage): number | undefined {
  if (pathOf(request) !== COORDINATOR_PATH) return 404
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  if (!offered.includes(COORDINATOR_SUBPROTOCOL)) return 400
  return isOwnOrigin(request) ? undefined : 403
}

/**
 * Browsers let any page open a WebSocket to any address, a coordinator in the visitor's home included. Ours is only
 * for devices, which send no origin, and for its own pages.
 */
function isOwnOrigin(request: IncomingMessage): boolean {
  const origin = request.headers.origin
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host !== '' && new URL(origin).host === request.headers.host
}

export function writeRefusal(socket: Duplex, status: number): void {
  const retry = status === 503 || status === 429 ? 'Retry-After: 30\r\n' : ''
  socket.on('error', () => undefined)
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${retry}Connection: close\r\nContent-Length: 0\r\n\r\n`,
  )
  socket.once('finish', () => socket.destroy())
}
