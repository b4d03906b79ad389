/** What the server of the page answers to plain HTTP: its files, the session, and uploads. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { addressKey } from '#coordinator/addresses.ts'
import { PAGE_HEADERS } from '#shared/api/page-policy.ts'
import { toAppError, type ErrorCode } from '#shared/errors.ts'
import type { Gate } from './gate.ts'
import type { PageFile } from './page-files.ts'
import type { Sessions } from './sessions.ts'
import type { Uploads } from './uploads.ts'

/** The contract's WebSocket. */
export const API_PATH = '/api'
/** Also `capabilities.upload`: `PUT /upload/<id>/<path>`, `POST /upload/<id>/done`. */
export const UPLOAD_PATH = '/upload'
const SESSION_PATH = '/session'

/** A token or a password in JSON. */
const MAX_SESSION_BODY_BYTES = 4096
const SESSION_BODY_LIMIT_MS = 10_000
/** An upload from which nothing comes for so long has broken. */
const UPLOAD_IDLE_MS = 60_000
/** A body that nobody wants is read for so long, because a browser hears no answer before it has sent some of it. */
const DRAIN_MS = 2000

export interface PageParts {
  readonly gate: Gate
  readonly sessions: Sessions
  readonly files: ReadonlyMap<string, PageFile>
  readonly uploads: Uploads
}

export async function answerPageRequest(
  request: IncomingMessage,
  response: ServerResponse,
  parts: PageParts,
): Promise<void> {
  for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value)
  response.setHeader('cache-control', 'no-store')
  if (!parts.gate.isOwnHost(request.headers)) {
    return say(request, response, 403, 'Open Beeline under the address that it has printed.')
  }
  const path = pathOf(request)
  if (path === SESSION_PATH) return answerSession(request, response, parts)
  if (path.startsWith(`${UPLOAD_PATH}/`)) return answerUpload(request, response, path, parts)
  if (path === API_PATH) return say(request, response, 426, 'This path speaks WebSocket only.')
  answerFile(request, response, parts.files.get(path))
}

/** Without the query; never throws, whatever the request line says. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?')[0] ?? ''
}

function answerFile(request: IncomingMessage, response: ServerResponse, file: PageFile | undefined): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return say(request, response, 405, 'Only GET is answered here.')
  }
  if (file === undefined) return say(request, response, 404, 'There is nothing here.')
  response.writeHead(200, {
    'content-type': file.type,
    'content-length': file.body.length,
    'cache-control': file.cacheControl,
  })
  response.end(request.method === 'HEAD' ? undefined : file.body)
}

async function answerSession(
  request: IncomingMessage,
  response: ServerResponse,
  { gate, sessions }: PageParts,
): Promise<void> {
  if (request.method === 'GET') {
    return sayJson(request, response, 200, { state: sessions.state(request.headers.cookie) })
  }
  if (request.method !== 'POST') return say(request, response, 405, 'GET or POST.')
  if (!gate.isOwnOrigin(request.headers)) return say(request, response, 403, 'Not from this page.')
  const body = await readJson(request)
  const login = sessions.login(
    body,
    addressKey(request.socket.remoteAddress ?? ''),
    gate.isTls(request.headers),
  )
  if (login.status === 429) response.setHeader('retry-after', login.retryAfterS)
  if (login.status !== 204) return sayJson(request, response, login.status, {})
  response.writeHead(204, { 'set-cookie': login.cookie })
  response.end()
}

async function answerUpload(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { gate, sessions, uploads }: PageParts,
): Promise<void> {
  if (!gate.isOwnOrigin(request.headers)) return say(request, response, 403, 'Not from this page.')
  if (!sessions.isOpen(request.headers.cookie)) return say(request, response, 401, 'Log in first.')
  const names = decodeNames(path.slice(UPLOAD_PATH.length + 1))
  if (names === undefined) {
    return sayJson(request, response, 400, { code: 'manifest.bad-name', detail: 'cannot be decoded' })
  }
  const [id = '', ...rest] = names
  try {
    if (request.method === 'POST' && rest.length === 1 && rest[0] === 'done') {
      return sayJson(request, response, 200, { paths: await uploads.finish(id) })
    }
    if (request.method !== 'PUT') return say(request, response, 405, 'PUT a file, or POST to “done”.')
    // A slash at the end: a folder.
    if (rest.at(-1) === '') await uploads.makeFolder(id, rest.slice(0, -1).join('/'))
    else {
      request.setTimeout(UPLOAD_IDLE_MS, () => request.destroy())
      await uploads.receive(id, rest.join('/'), request, {
        sizeBytes: numberOf(request.headers['content-length']),
        modifiedMs: numberOf(request.headers['x-beeline-modified']),
      })
    }
    response.writeHead(201, { 'content-length': 0 })
    response.end()
  } catch (thrown) {
    const { code, detail } = toAppError(thrown)
    sayJson(request, response, UPLOAD_STATUS[code] ?? 409, {
      code: code === 'internal' ? 'upload.failed' : code,
      detail: code === 'internal' ? null : (detail ?? null),
    })
  }
}

/** Others mean that it conflicts with what is there. */
const UPLOAD_STATUS: Partial<Record<ErrorCode, number>> = {
  'manifest.bad-name': 400,
  'disk.full': 507,
  'disk.no-space': 507,
  internal: 500,
}

/** Undefined when it cannot be decoded, or when a name hides a separator. */
function decodeNames(path: string): string[] | undefined {
  try {
    const names = path.split('/').map(decodeURIComponent)
    return names.some((name) => name.includes('/')) ? undefined : names
  } catch {
    return undefined
  }
}

function numberOf(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || !/^-?\d{1,15}$/.test(header)) return undefined
  return Number(header)
}

/** Undefined when it is too long, too slow or no JSON. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const limit = setTimeout(() => request.destroy(), SESSION_BODY_LIMIT_MS)
  const chunks: Buffer[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (!(chunk instanceof Buffer)) return undefined
      sizeBytes += chunk.length
      if (sizeBytes > MAX_SESSION_BODY_BYTES) return undefined
      chunks.push(chunk)
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch {
    return undefined
  } finally {
    clearTimeout(limit)
  }
}

function say(request: IncomingMessage, response: ServerResponse, status: number, sentence: string): void {
  send(request, response, status, 'text/plain; charset=utf-8', `${sentence}\n`)
}

function sayJson(request: IncomingMessage, response: ServerResponse, status: number, value: unknown): void {
  send(request, response, status, 'application/json; charset=utf-8', JSON.stringify(value))
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
): void {
  const isUnread = !request.complete && request.method !== 'GET' && request.method !== 'HEAD'
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    ...(isUnread ? { connection: 'close' } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
  if (!isUnread) return
  request.resume()
  const limit = setTimeout(() => request.destroy(), DRAIN_MS)
  request.once('close', () => clearTimeout(limit))
}
