/**
 * The contract's messages over Electron's IPC: any number of connections per page, each a carrier. A connection ends
 * with the page that opened it.
 */

import type { IpcMainEvent, WebContents } from 'electron'
import * as v from 'valibot'
import { CarrierInbox } from '#shared/api/carrier-inbox.ts'
import type { Carrier, CarrierEvents } from '#shared/api/carrier.ts'
import { isTrustedSender } from './sender.ts'

/** Names of the messages, on both sides. Each has the connection's id; `MESSAGE` also a text. */
export const OPEN = 'beeline:open'
export const MESSAGE = 'beeline:message'
export const CLOSE = 'beeline:close'

/** A page needs one. */
const MAX_CONNECTIONS = 16

const ConnectionId = v.pipe(v.string(), v.minLength(1), v.maxLength(64))

/** What is needed of Electron's `ipcMain`. */
export interface MainIpc {
  on(channel: string, listener: (event: IpcMainEvent, ...values: unknown[]) => void): unknown
}

type Log = (event: string, fields: Record<string, string | number | boolean>) => void

/** @param onConnection owns the carrier */
export function acceptConnections(ipc: MainIpc, onConnection: (carrier: Carrier) => void, log?: Log): void {
  const pages = new Map<WebContents, Map<string, IpcCarrier>>()

  /** Before anything else is looked at, and at once: later the frame may be another one. */
  const isTrusted = (event: IpcMainEvent, channel: string): boolean => {
    if (isTrustedSender(event.senderFrame)) return true
    log?.('ipc.refused', { channel })
    return false
  }
  const connectionsOf = (page: WebContents): Map<string, IpcCarrier> => {
    const known = pages.get(page)
    if (known !== undefined) return known
    const connections = new Map<string, IpcCarrier>()
    pages.set(page, connections)
    const endAll = (): void => {
      for (const carrier of connections.values()) carrier.end()
    }
    page.on('did-navigate', endAll)
    page.on('render-process-gone', endAll)
    page.once('destroyed', () => {
      endAll()
      pages.delete(page)
    })
    return connections
  }

  ipc.on(OPEN, (event, id) => {
    if (!isTrusted(event, OPEN) || !v.is(ConnectionId, id)) return
    const connections = connectionsOf(event.sender)
    if (connections.has(id) || connections.size >= MAX_CONNECTIONS)
      return log?.('ipc.refused', { channel: OPEN })
    const carrier = new IpcCarrier(event.sender, id, () => connections.delete(id))
    connections.set(id, carrier)
    onConnection(carrier)
  })
  ipc.on(MESSAGE, (event, id, text) => {
    if (!isTrusted(event, MESSAGE) || typeof id !== 'string' || typeof text !== 'string') return
    pages.get(event.sender)?.get(id)?.receive(text)
  })
  ipc.on(CLOSE, (event, id) => {
    if (!isTrusted(event, CLOSE) || typeof id !== 'string') return
    pages.get(event.sender)?.get(id)?.end()
  })
}

class IpcCarrier implements Carrier {
  readonly #page: WebContents
  readonly #id: string
  readonly #onEnd: () => void
  readonly #inbox = new CarrierInbox()

  constructor(page: WebContents, id: string, onEnd: () => void) {
    this.#page = page
    this.#id = id
    this.#onEnd = onEnd
  }

  attach(events: CarrierEvents): void {
    this.#inbox.attach(events)
  }

  send(text: string): void {
    if (!this.#inbox.isClosed) this.#post(MESSAGE, text)
  }

  close(): void {
    if (this.#inbox.isClosed) return
    this.#post(CLOSE)
    this.end()
  }

  receive(text: string): void {
    this.#inbox.message(text)
  }

  /** The page has closed it or is gone. */
  end(): void {
    this.#onEnd()
    this.#inbox.close()
  }

  #post(channel: string, ...values: string[]): void {
    // Electron throws when the page has just gone.
    if (!this.#page.isDestroyed()) this.#page.send(channel, this.#id, ...values)
  }
}
