/** The carrier of a page that `beeline serve` has sent: a WebSocket to where the page came from. */

import { CarrierInbox } from '#shared/api/carrier-inbox.ts'
import type { Carrier } from '#shared/api/carrier.ts'
import { UI_SUBPROTOCOL } from '#shared/api/rpc-messages.ts'
import { AppError } from '#shared/errors.ts'

/** Close code of RFC 6455 §7.4.1. */
const NORMAL = 1000

/**
 * Resolves when the connection stands. Rejects with AppError `api.closed`, whatever the reason: a page is not told
 * why. `GET /session` says whether a login is needed.
 * @param url of the contract, as the page's address: `http…` or `https…`
 */
export function openWebSocketCarrier(url: URL, signal: AbortSignal): Promise<Carrier> {
  const { promise, resolve, reject } = Promise.withResolvers<Carrier>()
  const socket = new WebSocket(url.href.replace(/^http/, 'ws'), UI_SUBPROTOCOL)
  const carrier = webSocketCarrier(socket)
  const onAbort = (): void => carrier.close()
  socket.addEventListener('open', () => {
    signal.removeEventListener('abort', onAbort)
    resolve(carrier)
  })
  socket.addEventListener('close', () => {
    signal.removeEventListener('abort', onAbort)
    reject(new AppError('api.closed'))
  })
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  return promise
}

/** @param socket open or opening; nothing else may use it */
export function webSocketCarrier(socket: WebSocket): Carrier {
  const inbox = new CarrierInbox()
  socket.addEventListener('message', (event) => {
    const data: unknown = event.data
    if (typeof data === 'string') inbox.message(data)
  })
  socket.addEventListener('close', () => inbox.close())
  return {
    attach: (events) => inbox.attach(events),
    send: (text) => {
      // One that is closing would only pile it up.
      if (!inbox.isClosed && socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    close: () => {
      socket.close(NORMAL)
      // Not when the other side agrees: it may have gone away without a word.
      queueMicrotask(() => inbox.close())
    },
  }
}
