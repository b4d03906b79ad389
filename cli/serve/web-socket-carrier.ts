/** The contract's carrier to one page: notices a page that has gone, and does not let a slow one fill the memory. */

import { WebSocket, type RawData } from 'ws'
import { CarrierInbox } from '#shared/api/carrier-inbox.ts'
import type { Carrier, CarrierEvents } from '#shared/api/carrier.ts'

/** Between pings. A page that is silent through one whole interval is gone: noticed within 40 s. */
const PING_INTERVAL_MS = 20_000
/**
 * What may wait for one slow reader besides its largest message, which it has asked for: a folder of 200,000 files
 * takes 30 MiB, and would otherwise never reach a page behind a slow line. Then it is cut off, and connects anew.
 */
export const MAX_WAITING_BYTES = 16 * 1024 * 1024
/** For the closing handshake; a page that is alive answers at once. */
const CLOSE_LIMIT_MS = 2000
/** Close codes of RFC 6455 §7.4.1. */
const NORMAL = 1000
const UNSUPPORTED = 1003

/** @param socket an open one; nothing else may use it */
export function webSocketCarrier(socket: WebSocket): Carrier {
  return new WebSocketCarrier(socket)
}

class WebSocketCarrier implements Carrier {
  readonly #socket: WebSocket
  readonly #inbox = new CarrierInbox()
  readonly #pings: NodeJS.Timeout
  #isAlive = true
  #isClosing = false
  /** Of those that wait, bytes. */
  #largestBytes = 0
  #waitingAtPingBytes = 0

  constructor(socket: WebSocket) {
    this.#socket = socket
    this.#pings = setInterval(() => this.#ping(), PING_INTERVAL_MS)
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('pong', () => (this.#isAlive = true))
    socket.on('error', () => undefined) // `close` follows
    socket.once('close', () => this.#end())
  }

  attach(events: CarrierEvents): void {
    this.#inbox.attach(events)
  }

  send(text: string): void {
    if (this.#isClosing || this.#socket.readyState !== WebSocket.OPEN) return
    const waitingBytes = this.#socket.bufferedAmount
    if (waitingBytes > MAX_WAITING_BYTES + this.#largestBytes) return this.#socket.terminate()
    this.#largestBytes = Math.max(waitingBytes === 0 ? 0 : this.#largestBytes, Buffer.byteLength(text))
    this.#socket.send(text, () => undefined) // a failure is followed by `close`
  }

  close(): void {
    this.#shut(NORMAL)
  }

  #shut(code: number): void {
    if (this.#isClosing) return
    this.#isClosing = true
    const limit = setTimeout(() => this.#socket.terminate(), CLOSE_LIMIT_MS)
    this.#socket.once('close', () => clearTimeout(limit))
    this.#socket.close(code)
    // Not when the page agrees: it may have gone away without a word.
    queueMicrotask(() => this.#end())
  }

  #end(): void {
    this.#isClosing = true
    clearInterval(this.#pings)
    this.#inbox.close()
  }

  #ping(): void {
    const waitingBytes = this.#socket.bufferedAmount
    // The ping before may still stand in line behind what the page is busy taking.
    const isTaking = waitingBytes < this.#waitingAtPingBytes
    if (!this.#isAlive && !isTaking) return this.#socket.terminate()
    this.#waitingAtPingBytes = waitingBytes
    this.#isAlive = false
    this.#socket.ping(undefined, undefined, () => undefined)
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#isAlive = true
    if (this.#isClosing) return
    if (isBinary || !(data instanceof Buffer)) return this.#shut(UNSUPPORTED)
    this.#inbox.message(data.toString('utf8'))
  }
}
