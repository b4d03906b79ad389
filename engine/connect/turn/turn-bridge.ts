/**
 * A TURN server on loopback for the ICE library, which speaks to one over UDP only: each agent's packets go on to the
 * real server over a TCP, TLS or UDP connection of their own, framed as RFC 8656 wants it, and the answers back. It
 * understands no more of them than it must: the agent allocates and signs itself.
 */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { AppError } from '#shared/errors.ts'
import type { ProxyAddress } from '../proxy/proxy-choice.ts'
import { isOfThisDevice, type AddressDisguise } from './address-disguise.ts'
import { BridgeFlow } from './bridge-flow.ts'
import { kindOfDatagram } from './stream-frames.ts'
import { longTermKey } from './stun-message.ts'
import type { Endpoint } from './stun-values.ts'
import type { TransportKind } from './turn-transport.ts'

/** For 20 ms of what a fast agent sends. The system may give less. */
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024

/** Agents at a time; a transfer has at most twelve peers, a peer sixteen lanes. */
const MAX_FLOWS = 256
/** An allocation ends after ten minutes without a word from its agent (RFC 8656 §3.2); a minute later nobody uses it. */
const IDLE_MS = 11 * 60_000
const LOOK_FOR_IDLE_MS = 60_000

export interface BridgedServer {
  readonly kind: 'turn' | 'stun'
  readonly transport: TransportKind
  readonly host: string
  readonly port: number
  readonly username: string
  readonly password: string
}

export interface BridgeOptions {
  /** Where agents find it: `127.0.0.1` or `::1`. */
  readonly loopback: string
  /** Nothing passes for an agent that has not been allowed. */
  readonly isReserving: boolean
  readonly disguise: AddressDisguise
  /** Certificates of authorities to trust instead of the system's, PEM: tests. */
  readonly ca: string | undefined
  /** Over TCP and TLS. */
  readonly proxy: ProxyAddress | undefined
  /** The server gave an agent a relay address. */
  readonly answered: () => void
  /** It cannot be reached, or refuses. */
  readonly failed: () => void
  /** The connection died on which an agent had this relay address. */
  readonly lost: (relayed: Endpoint) => void
  readonly log: (event: string, fields: Record<string, string | number | boolean>) => void
}

export class TurnBridge implements Disposable {
  readonly server: BridgedServer
  readonly #options: BridgeOptions
  readonly #socket: Socket
  readonly #flows = new Map<string, BridgeFlow>()
  /** Flows by the relay address that the server gave them, `address:port`. */
  readonly #relayed = new Map<string, string>()
  /** Ports of agents that may use a server in reserve. */
  readonly #allowed = new Set<number>()
  readonly #sweeping: NodeJS.Timeout
  /** Whose packet came last. */
  #last: { readonly address: string; readonly port: number; readonly flow: BridgeFlow } | undefined
  #isClosed = false

  /** Listens at once. Throws when the system gives no port. */
  constructor(server: BridgedServer, options: BridgeOptions) {
    this.server = server
    this.#options = options
    const { loopback } = options
    const family = isIPv6(loopback) ? 6 : 4
    this.#socket = createSocket({
      type: `udp${family}`,
      // Answered at once, the socket is bound when `bind` returns, and a connection need not wait for it.
      lookup: (address, _options, callback) => callback(null, address, family),
    })
    this.#socket.on('message', (bytes, from) => this.#receive(bytes, from))
    // A packet that could not be sent is lost, as packets are.
    this.#socket.on('error', () => options.log('turn.bridge-error', {}))
    this.#socket.bind({ port: 0, address: loopback, exclusive: true })
    widenBuffer(this.#socket)
    this.#sweeping = setInterval(() => this.#sweep(), LOOK_FOR_IDLE_MS).unref()
  }

  /** On the loopback address. */
  get port(): number {
    return this.#socket.address().port
  }

  get isUsed(): boolean {
    return this.#flows.size > 0
  }

  /** Whether the server gave this relay address to an agent here. */
  hasRelayed(address: string, port: number): boolean {
    return this.#relayed.has(`${address}:${port}`)
  }

  /** The agent with this port may use the server. */
  allow(port: number): void {
    if (!this.#options.isReserving) return
    this.#allowed.add(port)
    for (const [key, flow] of this.#flows) if (key.endsWith(`:${port}`)) flow.allow()
  }

  /** The agent with this port is gone. */
  forget(port: number): void {
    this.#allowed.delete(port)
    for (const key of this.#flows.keys()) if (key.endsWith(`:${port}`)) this.#drop(key)
  }

  /** The ICE of the agent that has this relay address is connected. */
  settle(address: string, port: number): void {
    const key = this.#relayed.get(`${address}:${port}`)
    if (key !== undefined) this.#flows.get(key)?.settle()
  }

  /** The agent that had this relay address is gone; the library does not say so to the server. */
  release(address: string, port: number): void {
    const key = this.#relayed.get(`${address}:${port}`)
    if (key !== undefined) this.#drop(key)
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#sweeping)
    for (const flow of this.#flows.values()) flow[Symbol.dispose]()
    this.#flows.clear()
    this.#socket.close()
  }

  #receive(bytes: Uint8Array, from: RemoteInfo): void {
    const kind = kindOfDatagram(bytes)
    if (kind === undefined) return
    const flow = this.#flowOf(from)
    flow?.send(kind === 'stun' ? this.#options.disguise.toServer(bytes, this.server) : bytes)
  }

  #flowOf({ address, port }: RemoteInfo): BridgeFlow | undefined {
    // One agent sends many packets in a row.
    if (this.#last?.port === port && this.#last.address === address) return this.#last.flow
    const key = `${address}:${port}`
    const before = this.#flows.get(key)
    if (before !== undefined) {
      this.#last = { address, port, flow: before }
      return before
    }
    // Bound to a card's address, the library sends from there.
    if (!isOfThisDevice(address)) return undefined
    if (this.#flows.size >= MAX_FLOWS) this.#dropOldest()
    const { disguise, ca, proxy, answered, failed, lost, log } = this.#options
    const flow: BridgeFlow = new BridgeFlow({
      server: this.server,
      isReserved: this.#options.isReserving && !this.#allowed.has(port),
      ca,
      proxy,
      toAgent: (bytes) => {
        const isStun = (bytes[0] ?? 0) < 0x40
        this.#answer(isStun ? disguise.toAgent(bytes, this.#keyIn(flow.realm)) : bytes, address, port)
      },
      relayed: (endpoint) => {
        this.#relayed.set(`${endpoint.address}:${endpoint.port}`, key)
        answered()
      },
      lost: (endpoint) => {
        this.#relayed.delete(`${endpoint.address}:${endpoint.port}`)
        lost(endpoint)
      },
      failed: (error: AppError) => {
        failed()
        log('turn.bridge-failed', { code: error.code, transport: this.server.transport })
      },
    })
    this.#flows.set(key, flow)
    return flow
  }

  #keyIn(realm: Uint8Array | undefined): Uint8Array | undefined {
    const { username, password } = this.server
    return realm === undefined ? undefined : longTermKey(username, realm, password)
  }

  #answer(bytes: Uint8Array, address: string, port: number): void {
    // Without a callback, which would cost a turn of the queue for each packet; the socket tells errors as well.
    if (!this.#isClosed) this.#socket.send(bytes, port, address)
  }

  #sweep(): void {
    for (const [key, flow] of this.#flows) {
      const limitMs = flow.isOpen ? IDLE_MS : LOOK_FOR_IDLE_MS
      if (performance.now() - flow.lastHeardMs >= limitMs) this.#drop(key)
    }
  }

  #dropOldest(): void {
    let oldest: { readonly key: string; readonly lastHeardMs: number } | undefined
    for (const [key, { lastHeardMs }] of this.#flows) {
      if (oldest === undefined || lastHeardMs < oldest.lastHeardMs) oldest = { key, lastHeardMs }
    }
    if (oldest !== undefined) this.#drop(oldest.key)
  }

  #drop(key: string): void {
    this.#flows.get(key)?.[Symbol.dispose]()
    this.#flows.delete(key)
    this.#last = undefined
    for (const [relayed, flow] of this.#relayed) if (flow === key) this.#relayed.delete(relayed)
  }
}

/** The event loop may be busy for some milliseconds, in which an agent at full rate sends more than the usual buffer holds. */
function widenBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES)
  } catch {
    // The system gives less.
  }
}
