/**
 * STUN servers on loopback that say what the servers beyond a router would say: each has two addresses and two ports (RFC 5780),
 * and a script decides as whom they see a socket and whether an answer gets in.
 */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { ServerLocation } from '#engine/connect/ice-url.ts'
import {
  ATTRIBUTE,
  attributeOf,
  decodeStun,
  encodeStun,
  METHOD,
  type StunAttribute,
} from '#engine/connect/turn/stun-message.ts'
import { encodeXorAddress, type Endpoint } from '#engine/connect/turn/stun-values.ts'

const ADDRESSES = ['127.0.0.2', '127.0.0.3'] as const

export interface RouterScript {
  /** As whom the server at `index` (address × 2 + port) sees a local port; called once for each mapping. */
  readonly map: (localPort: number, index: number) => Endpoint
  /** Whether an answer from another address, or only from another port, gets in. */
  readonly letsIn?: 'all' | 'address' | 'port'
  /** So many of the first packets are lost. */
  readonly lost?: number
  readonly hasSecondAddress?: boolean
  /** What it says that its second address is, in place of the truth. */
  readonly other?: Endpoint
  readonly isSilent?: boolean
}

export class ScriptedRouter implements AsyncDisposable {
  readonly #script: RouterScript
  readonly #sockets: Socket[] = []
  readonly #mappings = new Map<string, Endpoint>()
  /** Every request, lost ones too. */
  requests = 0

  private constructor(script: RouterScript) {
    this.#script = script
  }

  static async open(script: RouterScript): Promise<ScriptedRouter> {
    const router = new ScriptedRouter(script)
    const ports: number[] = []
    for (const index of [0, 1, 2, 3]) {
      const socket = createSocket('udp4')
      router.#sockets.push(socket)
      socket.on('message', (bytes, from) => router.#answer(bytes, from, index))
      // The second address has the ports of the first, as RFC 5780 wants it.
      const bound = once(socket, 'listening')
      socket.bind(ports[index - 2] ?? 0, ADDRESSES[index < 2 ? 0 : 1])
      await bound
      ports.push(socket.address().port)
    }
    return router
  }

  server(number: 0 | 1 = 0): ServerLocation {
    const { address, port } = this.#at(number * 2)
    return { kind: 'stun', transport: 'udp', host: address, port }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#sockets.map(async (socket) => {
        const closed = once(socket, 'close')
        socket.close()
        await closed
      }),
    )
  }

  #at(index: number): Endpoint {
    const { address = '', port = 0 } = this.#sockets[index]?.address() ?? {}
    return { address, port }
  }

  #answer(bytes: Uint8Array, from: RemoteInfo, index: number): void {
    const message = decodeStun(bytes)
    if (message?.method !== METHOD.binding || message.class !== 'request') return
    const { map, letsIn = 'all', lost = 0, hasSecondAddress = true, isSilent = false, other } = this.#script
    if (isSilent || ++this.requests <= lost) return
    const change = attributeOf(message, ATTRIBUTE.changeRequest)?.[3] ?? 0
    if (change !== 0 && !hasSecondAddress) return
    if ((change & 4) !== 0 && letsIn !== 'all') return
    if ((change & 2) !== 0 && letsIn === 'port') return
    const key = `${from.port} ${index}`
    const mapped = this.#mappings.get(key) ?? map(from.port, index)
    this.#mappings.set(key, mapped)
    const { transactionId } = message
    const attributes: StunAttribute[] = [
      { type: ATTRIBUTE.xorMappedAddress, value: encodeXorAddress(mapped, transactionId) },
    ]
    if (hasSecondAddress) {
      attributes.push({
        type: ATTRIBUTE.otherAddress,
        value: plainAddress(other ?? this.#at(3 - (index & 3))),
      })
    }
    const answer = encodeStun({ method: METHOD.binding, class: 'success', transactionId, attributes })
    const answering = index ^ ((change & 4) === 0 ? 0 : 2) ^ ((change & 2) === 0 ? 0 : 1)
    this.#sockets[answering]?.send(answer, from.port, from.address)
  }
}

function plainAddress({ address, port }: Endpoint): Uint8Array {
  return Uint8Array.from([0, 1, port >> 8, port & 255, ...address.split('.').map(Number)])
}
