/**
 * A WebRTC connection that lets a test say anything on it: the product's own class would refuse. The descriptions of
 * the other side may be changed before the library sees them.
 */

import nodeDataChannel, { type DataChannel, type PeerConnection } from 'node-datachannel'
import type { LaneId, Signal } from '#shared/protocol/signals.ts'

export interface RawConnectionEvents {
  signal(signal: Signal): void
  /** Both channels are open. */
  opened(connection: RawConnection): void
  text(text: string, connection: RawConnection): void
  bytes(bytes: Uint8Array, connection: RawConnection): void
}

/** Native objects that JavaScript no longer refers to are collected while they work: these are kept. */
const ALIVE = new Set<RawConnection>()

export class RawConnection {
  readonly lane: LaneId
  readonly #native: PeerConnection
  readonly #events: RawConnectionEvents
  readonly #early: { candidate: string; mid: string }[] = []
  #channels: { readonly control: DataChannel; readonly blocks: DataChannel } | undefined
  #openCount = 0
  #hasRemote = false
  isClosed = false

  constructor(lane: LaneId, events: RawConnectionEvents) {
    this.lane = lane
    this.#events = events
    this.#native = new nodeDataChannel.PeerConnection(`raw-${lane}`, {
      iceServers: [],
      bindAddress: '127.0.0.1',
      disableAutoNegotiation: true,
      maxMessageSize: 4 * 1024 * 1024,
    })
    ALIVE.add(this)
    this.#native.onLocalDescription((sdp, type) =>
      this.#later(() => {
        if (type === 'offer' || type === 'answer') events.signal({ kind: type, lane, sdp })
      }),
    )
    this.#native.onLocalCandidate((candidate, mid) =>
      this.#later(() => events.signal({ kind: 'candidate', lane, candidate, mid })),
    )
    this.#native.onStateChange((state) => {
      if (['closed', 'failed', 'disconnected'].includes(state)) this.#later(() => this.close())
    })
  }

  offer(): void {
    this.#openChannels()
    this.#native.setLocalDescription('offer')
  }

  receive(signal: Signal): void {
    if (this.isClosed) return
    try {
      this.#receive(signal)
    } catch {
      this.close() // the library refuses, as when the other side hung up between two signals
    }
  }

  #receive(signal: Signal): void {
    if (signal.kind === 'offer' || signal.kind === 'answer') {
      // Or this side's library would refuse to send what the other one must survive.
      const sdp = signal.sdp.replace(/a=max-message-size:\d+/, 'a=max-message-size:16777216')
      this.#native.setRemoteDescription(sdp, signal.kind)
      this.#hasRemote = true
      if (signal.kind === 'offer') {
        this.#openChannels()
        this.#native.setLocalDescription('answer')
      }
      for (const { candidate, mid } of this.#early) this.#native.addRemoteCandidate(candidate, mid)
    } else if (signal.kind === 'candidate' && signal.candidate !== '') {
      if (this.#hasRemote) this.#native.addRemoteCandidate(signal.candidate, signal.mid)
      else this.#early.push(signal)
    }
  }

  /** False when the channel is closed. */
  control(message: string | Uint8Array): boolean {
    return this.#send('control', message)
  }

  blocks(message: string | Uint8Array): boolean {
    return this.#send('blocks', message)
  }

  bufferedBytes(): number {
    return this.isClosed ? 0 : (this.#channels?.blocks.bufferedAmount() ?? 0)
  }

  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#native.close()
    ALIVE.delete(this)
  }

  #send(name: 'control' | 'blocks', message: string | Uint8Array): boolean {
    const channel = this.#channels?.[name]
    if (this.isClosed || channel === undefined) return false
    try {
      if (typeof message === 'string') channel.sendMessage(message)
      else channel.sendMessageBinary(message)
      return true
    } catch {
      return false // closed by the other side, the callback being on its way
    }
  }

  #openChannels(): void {
    const control = this.#native.createDataChannel('control', { negotiated: true, id: 0 })
    const blocks = this.#native.createDataChannel('blocks', { negotiated: true, id: 1 })
    this.#channels = { control, blocks }
    for (const channel of [control, blocks]) {
      channel.onOpen(() =>
        this.#later(() => {
          if (++this.#openCount === 2) this.#events.opened(this)
        }),
      )
      channel.onClosed(() => this.#later(() => this.close()))
      channel.onMessage((message) =>
        this.#later(() => {
          if (typeof message === 'string') this.#events.text(message, this)
          else this.#events.bytes(new Uint8Array(message), this)
        }),
      )
    }
  }

  /** Nothing else may happen inside a native callback: an exception there ends the process. */
  #later(act: () => void): void {
    setImmediate(() => {
      if (!this.isClosed) act()
    })
  }
}
