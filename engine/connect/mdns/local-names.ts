/**
 * Finds the address behind the name that a browser puts in place of its own address (draft-ietf-mmusic-mdns-ice-candidates), by
 * asking the own network (RFC 6762). The name comes from a peer: whom we ask, how often, and what we believe is bounded here.
 */

import { decode, encode } from 'dns-packet'
import type { RemoteInfo } from 'node:dgram'
import { isIPv6, SocketAddress } from 'node:net'
import { isNeighbour, isWorthTrying, interfacesOf, localLinks, type Link } from './local-links.ts'
import { MulticastSocket } from './multicast-socket.ts'

const MDNS_PORT = 5353
/** Names that one connection should ask for: a browser has one per network, and a peer must not use us to flood ours. */
export const MAX_LOCAL_NAMES = 4
/** Whoever answers does so within a moment; the connection does not wait for this. Milliseconds. */
const QUERY_LIMIT_MS = 1500
/** Multicast gets lost in Wi-Fi, and RFC 6762 §5.2 wants a second between two questions. Milliseconds. */
const ASK_AT_MS = [0, 1000]
/** Of all connections together: so many names in so long. */
const MAX_RECENT = 16
const RECENT_MS = 10_000
/** How long an answer, or that there is none, is remembered. Milliseconds. */
const FOUND_FOR_MS = 60_000
const MISSING_FOR_MS = 10_000
const MAX_REMEMBERED = 64
/** The socket goes when nobody has asked for so long: others need not send us their talk. Milliseconds. */
const IDLE_MS = 5000
/** Of an answer, and of its records. */
const MAX_ANSWER_BYTES = 4096
const MAX_RECORDS = 64

export interface LocalNamesOptions {
  readonly port: number
  readonly links: () => readonly Link[]
}

/** Undefined for names that are no browser's, that nobody answers for, or that stand for no neighbour. Rejects with the signal's reason only. */
export function resolveLocalName(name: string, signal: AbortSignal): Promise<string | undefined> {
  return ofThisProcess.resolve(name, signal)
}

interface Remembered {
  readonly address: string | undefined
  readonly untilMs: number
}

export class LocalNames {
  readonly #options: LocalNamesOptions
  /** By name, of questions that are under way. */
  readonly #asked = new Map<string, Promise<string | undefined>>()
  readonly #waiting = new Map<string, (address: string) => void>()
  readonly #remembered = new Map<string, Remembered>()
  #recentMs: number[] = []
  #links: readonly Link[] = []
  #sockets: Promise<readonly MulticastSocket[]> | undefined
  #idle: NodeJS.Timeout | undefined

  constructor(options: LocalNamesOptions) {
    this.#options = options
  }

  async resolve(name: string, signal: AbortSignal): Promise<string | undefined> {
    signal.throwIfAborted()
    if (!isBrowserName(name)) return undefined
    const known = this.#remembered.get(name)
    if (known !== undefined && performance.now() < known.untilMs) return known.address
    const asking = this.#asked.get(name) ?? this.#begin(name)
    if (asking === undefined) return undefined
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await Promise.race([asking, aborted])
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** Undefined when too much was asked lately. */
  #begin(name: string): Promise<string | undefined> | undefined {
    const nowMs = performance.now()
    this.#recentMs = this.#recentMs.filter((atMs) => nowMs - atMs < RECENT_MS)
    if (this.#recentMs.length >= MAX_RECENT) return undefined
    this.#recentMs.push(nowMs)
    const asking = this.#ask(name).then((address) => {
      this.#asked.delete(name)
      this.#remember(name, address)
      return address
    })
    this.#asked.set(name, asking)
    return asking
  }

  /** Never rejects. */
  async #ask(name: string): Promise<string | undefined> {
    clearTimeout(this.#idle)
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    this.#waiting.set(name, resolve)
    const timers = [setTimeout(() => resolve(undefined), QUERY_LIMIT_MS)]
    this.#sockets ??= this.#open()
    const question = encode({
      type: 'query',
      questions: [
        { type: 'A', name },
        { type: 'AAAA', name },
      ],
    })
    const sockets = await this.#sockets
    for (const atMs of ASK_AT_MS) {
      timers.push(setTimeout(() => sockets.forEach((socket) => void socket.send(question)), atMs))
    }
    const address = await promise
    for (const timer of timers) clearTimeout(timer)
    this.#waiting.delete(name)
    if (this.#waiting.size === 0) this.#idle = setTimeout(() => this.#close(), IDLE_MS).unref()
    return address
  }

  async #open(): Promise<readonly MulticastSocket[]> {
    this.#links = this.#options.links()
    const onMessage = (message: Buffer, sender: RemoteInfo): void => this.#hear(message, sender)
    const opened: MulticastSocket[] = []
    for (const family of ['ipv4', 'ipv6'] as const) {
      const interfaces = interfacesOf(this.#links, family)
      if (interfaces.length === 0) continue
      const { port } = this.#options
      const socket = await MulticastSocket.open({ family, port, interfaces, onMessage })
      if (socket !== undefined) opened.push(socket)
    }
    return opened
  }

  #close(): void {
    const sockets = this.#sockets
    this.#sockets = undefined
    void sockets?.then((opened) => opened.forEach((socket) => socket[Symbol.dispose]()))
  }

  #hear(message: Buffer, sender: RemoteInfo): void {
    if (this.#waiting.size === 0 || message.length > MAX_ANSWER_BYTES) return
    // RFC 6762 §6 and §11: an answer comes from this port, and from a neighbour.
    if (sender.port !== this.#options.port || !isNeighbour(sender.address, this.#links)) return
    for (const { name, address } of addressesOf(message)) {
      if (isWorthTrying(address, this.#links)) this.#waiting.get(name)?.(shortest(address))
    }
  }

  #remember(name: string, address: string | undefined): void {
    this.#remembered.delete(name)
    const forMs = address === undefined ? MISSING_FOR_MS : FOUND_FOR_MS
    this.#remembered.set(name, { address, untilMs: performance.now() + forMs })
    const [oldest] = this.#remembered.keys()
    if (this.#remembered.size > MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest)
  }
}

/** A random UUID (version 4) and nothing else: with other names a peer could find out what devices the own network has. */
export function isBrowserName(name: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.local$/.test(name)
}

/** As the ICE library writes it when it tells of it: the decoder has a way of its own for IPv6. */
function shortest(address: string): string {
  return new SocketAddress({ address, family: isIPv6(address) ? 'ipv6' : 'ipv4' }).address
}

/** IPv4 first, as candidates have it. Empty for what is no answer. */
function addressesOf(message: Buffer): { readonly name: string; readonly address: string }[] {
  try {
    const { type, answers = [], additionals = [] } = decode(message)
    if (type !== 'response') return []
    const records = [...answers, ...additionals].slice(0, MAX_RECORDS)
    const found = records.flatMap((record) =>
      record.type === 'A' || record.type === 'AAAA'
        ? [{ name: record.name.toLowerCase(), address: record.data, type: record.type }]
        : [],
    )
    return found.sort((left, right) => left.type.length - right.type.length)
  } catch {
    // The decoder throws at whatever it cannot read.
    return []
  }
}

const ofThisProcess = new LocalNames({ port: MDNS_PORT, links: localLinks })
