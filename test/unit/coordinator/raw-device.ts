/** A WebSocket to a coordinator that says whatever a test wants, and remembers what it heard. */

import { once } from 'node:events'
import { WebSocket, type RawData } from 'ws'
import { toBase64Url } from '#shared/encoding/base64url.ts'
import { randomBytes } from '#shared/encoding/bytes.ts'
import {
  COORDINATOR_PATH,
  COORDINATOR_SUBPROTOCOL,
  decodeServerMessage,
  signOrder,
  type ClientMessage,
  type ServerMessage,
} from '#shared/protocol/coordinator-messages.ts'
import { peerIdOf, topicOf, type OwnerKeys, type PeerId, type Topic } from '#shared/share/keys.ts'

/** An answer on loopback takes milliseconds; a machine under load may need more. */
const ANSWER_TIMEOUT_MS = 5000

type MessageOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>

export class RawDevice implements AsyncDisposable {
  readonly token = randomBytes(16)
  readonly socket: WebSocket
  readonly inbox: ServerMessage[] = []
  /** The close code. */
  readonly closed: Promise<number>
  #wake = Promise.withResolvers<void>()
  #nextId = 1000

  private constructor(socket: WebSocket) {
    this.socket = socket
    this.closed = new Promise((resolve) => socket.once('close', (code) => resolve(code)))
    socket.on('error', () => undefined)
    socket.on('message', (data) => {
      this.inbox.push(decodeServerMessage(textOf(data)))
      this.#wake.resolve()
      this.#wake = Promise.withResolvers()
    })
  }

  static async open(port: number, headers: Record<string, string> = {}): Promise<RawDevice> {
    const url = `ws://127.0.0.1:${port}${COORDINATOR_PATH}`
    const socket = new WebSocket(url, COORDINATOR_SUBPROTOCOL, { headers, perMessageDeflate: false })
    const device = new RawDevice(socket)
    await once(socket, 'open')
    return device
  }

  get peer(): PeerId {
    return peerIdOf(this.token)
  }

  say(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message))
  }

  /** Takes the next message of the type out of the inbox, waiting for it. */
  async hear<Type extends ServerMessage['type']>(type: Type): Promise<MessageOf<Type>> {
    const deadlineMs = Date.now() + ANSWER_TIMEOUT_MS
    for (;;) {
      const at = this.inbox.findIndex((message) => message.type === type)
      const [found] = at < 0 ? [] : this.inbox.splice(at, 1)
      if (found !== undefined) return found as MessageOf<Type>
      const { promise: late, resolve } = Promise.withResolvers<'late'>()
      const timer = setTimeout(resolve, deadlineMs - Date.now(), 'late' as const)
      const outcome = await Promise.race([this.#wake.promise, late])
      clearTimeout(timer)
      if (outcome === 'late') throw new Error(`no “${type}” came; heard: ${JSON.stringify(this.inbox)}`)
    }
  }

  async join(topic: Topic, token: Uint8Array = this.token): Promise<MessageOf<'joined'>> {
    this.say({ type: 'join', id: this.#nextId++, topic, token: toBase64Url(token) })
    return this.hear('joined')
  }

  /** Waits until the coordinator has dealt with everything said before: answers come in order. */
  async settle(): Promise<void> {
    const id = this.#nextId++
    this.say({ type: 'peers', id, topic: randomTopic() })
    for (;;) if ((await this.hear('refused')).id === id) return
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate()
    await this.closed
  }
}

export function textOf(data: RawData): string {
  if (!(data instanceof Buffer)) throw new TypeError('the library gives Buffers unless told otherwise')
  return data.toString('utf8')
}

export function randomTopic(): Topic {
  return topicOf(randomBytes(32))
}

export interface PutOptions {
  readonly box: Uint8Array
  readonly atMs: number
  readonly expiresAtMs: number
}

export function putMessage(
  keys: OwnerKeys,
  { box, atMs, expiresAtMs }: PutOptions,
  topic: Topic = topicOf(keys.publicKey),
): Extract<ClientMessage, { type: 'summary.put' }> {
  const signature = signOrder({ kind: 'put', topic, box, atMs, expiresAtMs }, keys.privateKey)
  return {
    type: 'summary.put',
    id: 1,
    topic,
    publicKey: toBase64Url(keys.publicKey),
    box: toBase64Url(box),
    atMs,
    expiresAtMs,
    signature: toBase64Url(signature),
  }
}

export function deleteMessage(
  keys: OwnerKeys,
  atMs: number,
  topic: Topic = topicOf(keys.publicKey),
): Extract<ClientMessage, { type: 'summary.delete' }> {
  const signature = toBase64Url(signOrder({ kind: 'delete', topic, atMs }, keys.privateKey))
  return { type: 'summary.delete', id: 2, topic, publicKey: toBase64Url(keys.publicKey), atMs, signature }
}
