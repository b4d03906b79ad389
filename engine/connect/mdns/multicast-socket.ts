/** A socket that asks all neighbours by multicast DNS, and hears what they answer. */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import type { Link } from './local-links.ts'

const GROUPS = { ipv4: '224.0.0.251', ipv6: 'ff02::fb' } as const
/** RFC 6762 §11. */
const HOPS = 255

export interface MulticastOptions {
  readonly family: Link['family']
  readonly port: number
  readonly interfaces: readonly string[]
  readonly onMessage: (message: Buffer, sender: RemoteInfo) => void
}

export class MulticastSocket implements Disposable {
  readonly #options: MulticastOptions
  #socket: Socket | undefined
  #sending: Promise<void> = Promise.resolve()

  private constructor(options: MulticastOptions) {
    this.#options = options
  }

  /** Undefined where there is no such network. Never rejects. */
  static async open(options: MulticastOptions): Promise<MulticastSocket | undefined> {
    const opened = new MulticastSocket(options)
    // The port of mDNS itself, beside the system's own responder, because browsers answer to the group alone. Where somebody keeps
    // it to himself any other does for responders that answer the asker (RFC 6762 §6.7).
    if (!(await opened.#bind(options.port)) && !(await opened.#bind(0))) return undefined
    return opened
  }

  /** To all interfaces, one after the other: a socket has one multicast interface at a time. Never rejects. */
  send(bytes: Uint8Array): Promise<void> {
    this.#sending = this.#sending.then(async () => {
      for (const name of this.#options.interfaces) await this.#sendTo(name, bytes)
    })
    return this.#sending
  }

  [Symbol.dispose](): void {
    this.#socket?.close()
    this.#socket = undefined
  }

  async #bind(port: number): Promise<boolean> {
    const { family, interfaces, onMessage } = this.#options
    const type = family === 'ipv4' ? 'udp4' : 'udp6'
    const socket = createSocket({ type, reuseAddr: true, ipv6Only: family === 'ipv6' })
    const { promise, resolve } = Promise.withResolvers<boolean>()
    // For as long as it lives: an interface that goes away is no reason to end the process.
    socket.on('error', () => resolve(false))
    socket.on('message', onMessage)
    socket.bind(port, () => resolve(true))
    if (!(await promise)) {
      socket.close()
      return false
    }
    socket.unref()
    attempt(() => socket.setMulticastTTL(HOPS))
    for (const name of interfaces) attempt(() => socket.addMembership(GROUPS[family], name))
    this.#socket = socket
    return true
  }

  async #sendTo(name: string, bytes: Uint8Array): Promise<void> {
    const { family, port } = this.#options
    const socket = this.#socket
    if (socket === undefined || !attempt(() => socket.setMulticastInterface(name))) return
    const { promise, resolve } = Promise.withResolvers<void>()
    // What cannot be sent is as good as lost. A socket that is closed meanwhile does not call back: then nobody sends any more.
    socket.send(bytes, port, GROUPS[family], () => resolve())
    await promise
  }
}

/** Interfaces come and go, and some carry no multicast. */
function attempt(act: () => void): boolean {
  try {
    act()
    return true
  } catch {
    return false
  }
}
