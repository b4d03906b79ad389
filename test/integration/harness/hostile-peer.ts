/**
 * A peer that has the link of a share and means no good. By itself it is polite and serves the true pieces; a test
 * gives it the manners in which it is not.
 */

import { randomBytes, toHex } from '#shared/encoding/bytes.ts'
import { toBase64Url } from '#shared/encoding/base64url.ts'
import { CoordinatorClient, type TopicSession } from '#engine/coordinator-client/client.ts'
import { MAX_FRAME_BYTES, writeBlockFrame, writeManifestFrame } from '#shared/protocol/block-frame.ts'
import { decodePeerMessage, type PeerMessage } from '#shared/protocol/peer-messages.ts'
import { LaneId, SignalBox, type Signal } from '#shared/protocol/signals.ts'
import { topicOf, type PeerId } from '#shared/share/keys.ts'
import { parseLink } from '#shared/share/link.ts'
import { BLOCK_BYTES } from '#shared/share/piece-layout.ts'
import { Bitfield } from '#shared/swarm/bitfield.ts'
import * as v from 'valibot'
import { eventually, within } from './eventually.ts'
import { RawConnection } from './raw-connection.ts'
import type { KnownShare } from './known-share.ts'

export interface Manners {
  /** First words on a lane; a polite hello and a full bitfield if not given. */
  readonly greet?: (connection: RawConnection, peer: HostilePeer) => void
  /** True when it has been dealt with; otherwise politeness takes over. */
  readonly hear?: (message: PeerMessage, connection: RawConnection, peer: HostilePeer) => boolean
  /** What is sent for a block; the true frame if not given, nothing for `undefined`. */
  readonly frame?: (piece: number, block: number, peer: HostilePeer) => Uint8Array | undefined
  /** False: lanes are neither offered nor answered, and signals only collected. */
  readonly connects?: boolean
}

export const HELLO: Extract<PeerMessage, { type: 'hello' }> = {
  type: 'hello',
  version: 1,
  features: [],
  name: 'hostile',
  agent: 'test',
}

export class HostilePeer implements AsyncDisposable {
  readonly share: KnownShare
  readonly connections: RawConnection[] = []
  readonly heard: PeerMessage[] = []
  readonly signals: { readonly from: PeerId; readonly signal: Signal }[] = []
  readonly session: TopicSession
  readonly box: SignalBox
  readonly #client: CoordinatorClient
  readonly #manners: Manners
  #present: readonly PeerId[] = []

  private constructor(share: KnownShare, manners: Manners) {
    const link = parseLink(share.link)
    this.share = share
    this.#manners = manners
    this.box = new SignalBox(link)
    this.#client = new CoordinatorClient({ addresses: link.coordinators })
    this.session = this.#client.join(topicOf(link.publicKey), randomBytes(16))
    this.session.onSignal((from, box) => this.#receive(from, box))
  }

  /** Resolves when it is in the topic. */
  static async join(share: KnownShare, manners: Manners = {}): Promise<HostilePeer> {
    const peer = new HostilePeer(share, manners)
    await within(
      'joining the topic',
      new Promise<void>((resolve) => {
        peer.session.onJoined((info) => {
          peer.#present = info.peers
          resolve()
        })
      }),
    )
    return peer
  }

  /** Those who were in the topic before. */
  get present(): readonly PeerId[] {
    return this.#present
  }

  /** Makes an offer. */
  connect(to: PeerId): RawConnection {
    const connection = this.#connection(to, newLane())
    connection.offer()
    return connection
  }

  /** Resolves with the first connection that is open in both directions. */
  connected(): Promise<RawConnection> {
    return eventually('a connection to the victim', () =>
      this.heard.some((message) => message.type === 'hello') ? this.connections.at(-1) : undefined,
    )
  }

  say(connection: RawConnection, message: PeerMessage): boolean {
    return connection.control(JSON.stringify(message))
  }

  /** Seals as every holder of the link can. */
  signal(to: PeerId, signal: Signal): string {
    const box = this.box.seal(signal, this.session.peerId, to)
    this.session.signal(to, box)
    return box
  }

  greet(connection: RawConnection): void {
    this.say(connection, HELLO)
    const { pieceCount } = this.share.layout
    this.say(connection, { type: 'bitfield', bits: toBase64Url(Bitfield.full(pieceCount).toBytes()) })
  }

  trueFrame(piece: number, block: number): Uint8Array {
    const bytes = this.share.piece(piece).slice(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)
    const record = block === 0 ? this.share.record(piece) : undefined
    return writeBlockFrame(new Uint8Array(MAX_FRAME_BYTES), { piece, block, record, bytes })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.connections) connection.close()
    await this.#client.close()
  }

  #connection(to: PeerId, lane: LaneId): RawConnection {
    const connection = new RawConnection(lane, {
      signal: (signal) => this.signal(to, signal),
      opened: (opened) =>
        this.#manners.greet === undefined ? this.greet(opened) : this.#manners.greet(opened, this),
      text: (text, on) => this.#hear(text, on),
      bytes: () => undefined,
    })
    this.connections.push(connection)
    return connection
  }

  #receive(from: PeerId, box: string): void {
    const signal = this.box.open(box, from, this.session.peerId)
    this.signals.push({ from, signal })
    if (this.#manners.connects === false) return
    let connection = this.connections.find((one) => one.lane === signal.lane)
    if (connection === undefined) {
      if (signal.kind !== 'offer') return
      connection = this.#connection(from, signal.lane)
    }
    connection.receive(signal)
  }

  #hear(text: string, connection: RawConnection): void {
    const message = decodePeerMessage(text)
    if (message === undefined) return
    this.heard.push(message)
    if (this.#manners.hear?.(message, connection, this) === true) return
    if (message.type === 'ping') this.say(connection, { type: 'pong', id: message.id })
    else if (message.type === 'manifest.get') {
      const { offset, length } = message
      const bytes = this.share.manifestBytes.subarray(offset, offset + length)
      connection.blocks(writeManifestFrame(new Uint8Array(MAX_FRAME_BYTES), offset, bytes))
    } else if (message.type === 'request') {
      for (const [piece, first, count] of message.ranges) {
        for (let block = first; block < first + count; block++) this.#serve(connection, piece, block)
      }
    }
  }

  #serve(connection: RawConnection, piece: number, block: number): void {
    const { frame } = this.#manners
    const bytes = frame === undefined ? this.trueFrame(piece, block) : frame(piece, block, this)
    if (bytes !== undefined) connection.blocks(bytes)
  }
}

export function newLane(): LaneId {
  return v.parse(LaneId, toHex(randomBytes(8)))
}
