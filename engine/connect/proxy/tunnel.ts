/** A TCP connection to a server through an HTTP proxy (RFC 9110 §9.3.6). */

import type { RequestOptions } from 'node:http'
import { isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { AppError } from '#shared/errors.ts'
import { chooseProxy, type ProxyAddress } from './proxy-choice.ts'

/** For the proxy to answer, which first connects to the server itself. Milliseconds: twice what a server alone may take. */
const OPEN_LIMIT_MS = 12_000
/** An idle connection is asked after so long whether it lives. Milliseconds. */
const KEEP_ALIVE_MS = 10_000
/** Longest line of a proxy's that a person reads, letters. */
const MAX_REASON_LENGTH = 60

export interface TunnelOptions {
  /** Certificates of authorities that a proxy over TLS may have, instead of the system's, PEM: tests. */
  readonly ca?: string | undefined
}

/**
 * Resolves with a connection to the target as if it were direct; the caller owns it. The proxy looks up the name.
 * Rejects with AppError `proxy.unreachable` or `proxy.refused`, or the signal's reason.
 */
export async function openTunnel(
  proxy: ProxyAddress,
  target: { readonly host: string; readonly port: number },
  signal: AbortSignal,
  options: TunnelOptions = {},
): Promise<Socket> {
  // Here and not at the top: as ES modules they load all of the system's fetch, 50 ms of every start.
  const { request } = await (proxy.isTls ? import('node:https') : import('node:http'))
  signal.throwIfAborted()
  const place = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`
  const settings: RequestOptions = {
    method: 'CONNECT',
    host: proxy.host,
    port: proxy.port,
    path: place,
    headers: { host: place, ...authorization(proxy) },
    agent: false,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  }
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const asking = request(settings)
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const timer = setTimeout(() => reject(unreachable('no answer in time')), OPEN_LIMIT_MS)
  asking.once('connect', (answer, stream, head) => {
    // Over TLS it is a TLSSocket, which is a Socket too.
    const socket = stream as Socket
    const status = answer.statusCode ?? 0
    if (status >= 200 && status < 300) {
      // What the server said right away, as some do.
      if (head.length > 0) socket.unshift(head)
      socket.setNoDelay(true)
      socket.setKeepAlive(true, KEEP_ALIVE_MS)
      resolve(socket)
      return
    }
    socket.destroy()
    reject(refused(status, answer.statusMessage ?? ''))
  })
  // A proxy that is none answers like a web server.
  asking.once('response', (answer) => reject(refused(answer.statusCode ?? 0, answer.statusMessage ?? '')))
  // Stays for good: an error without a listener would end the process.
  asking.on('error', (cause: NodeJS.ErrnoException) =>
    reject(unreachable(cause.code ?? cause.message, cause)),
  )
  asking.end()
  try {
    return await promise
  } catch (error) {
    asking.destroy()
    throw error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

/**
 * For what takes a `createConnection` of `node:http`: the WebSocket to a coordinator. Undefined where no proxy is to be
 * used. Throws AppError `settings.bad-value` when the setting cannot be used.
 *
 * @param configured the person's setting; undefined: as the environment says
 */
export function proxyConnection(
  configured: string | undefined,
  target: { readonly host: string; readonly port: number; readonly isTls: boolean },
  limitMs: number,
): ((options: object, callback: Callback) => undefined) | undefined {
  const { host, port, isTls } = target
  const proxy = chooseProxy(configured, { host, port, isPlainHttp: !isTls }, process.env)
  if (proxy === undefined) return undefined
  const open = async (): Promise<Socket> => {
    const socket = await openTunnel(proxy, target, AbortSignal.timeout(limitMs))
    return isTls ? overTls(socket, host) : socket
  }
  return (_options, callback) => {
    void answer(open(), callback)
    return undefined
  }
}

type Callback = (error: Error | null, socket?: Socket) => void

async function answer(opening: Promise<Socket>, callback: Callback): Promise<void> {
  let socket: Socket
  try {
    socket = await opening
  } catch (thrown) {
    callback(thrown instanceof Error ? thrown : new Error(String(thrown)))
    return
  }
  callback(null, socket)
}

function overTls(socket: Socket, host: string): Socket {
  // An IP address is looked for in the certificate too, but is no server name (RFC 6066 §3).
  return connectTls({ socket, host, ...(isIP(host) === 0 ? { servername: host } : {}) })
}

function authorization({ login }: ProxyAddress): Record<string, string> {
  if (login === undefined) return {}
  const text = Buffer.from(`${login.username}:${login.password}`).toString('base64')
  return { 'proxy-authorization': `Basic ${text}` }
}

function refused(status: number, message: string): AppError {
  const reason = message.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, MAX_REASON_LENGTH)
  return new AppError('proxy.refused', { detail: `${status} ${reason}`.trim() })
}

function unreachable(detail: string, cause?: unknown): AppError {
  return new AppError('proxy.unreachable', { detail, cause })
}
