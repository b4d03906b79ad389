/** A lane over an open WebRTC connection: two negotiated data channels, `control` and `blocks`. */

import type { DataChannel } from 'node-datachannel'
import { LANE_LOW_WATER_BYTES, type Lane, type LaneListener } from '#shared/swarm/lane.ts'
import type { RouteView } from '#shared/api/views.ts'
import type { RtcConnection, RtcConnectionOptions } from './rtc-connection.ts'

/** What native callbacks leave for the event loop. */
type Arrival =
  { readonly kind: 'control'; readonly text: string } | { readonly kind: 'frame'; readonly bytes: Uint8Array }

/** How long a measured round trip and route are used, milliseconds: each native call waits for locks of busy threads. */
const MEASURE_LIFE_MS = 250
/**
 * Control messages that may wait to be sent, bytes. The longest is some 175 KB; a peer that asks on and on and takes no
 * answer would otherwise fill the memory with descriptions and refusals.
 */
const MAX_CONTROL_BUFFERED_BYTES = 4 * 1024 * 1024

/**
 * Gives the memory of a message back at once. Left to the garbage collector, a fast transfer sets it off several times
 * a second, because every message is large and outside of its heap; and the next message would lie in fresh memory
 * instead of this one's, which is still in the processor's cache.
 */
function freeNow(bytes: Uint8Array): void {
  const { buffer } = bytes
  // Small messages may lie in a pool that others share.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength) buffer.transfer(0)
}

export class RtcLane implements Lane {
  readonly id: string
  readonly isOffered: boolean
  readonly #connection: RtcConnection
  readonly #control: DataChannel
  readonly #blocks: DataChannel
  #early: Arrival[] = []
  #listener: LaneListener | undefined
  #closedReason: string | undefined
  #route: RouteView | null = null
  #routedMs = Number.NEGATIVE_INFINITY
  #roundTripMs = 0
  #measuredMs = Number.NEGATIVE_INFINITY

  constructor(
    { lane, role }: Pick<RtcConnectionOptions, 'lane' | 'role'>,
    connection: RtcConnection,
    control: DataChannel,
    blocks: DataChannel,
  ) {
    this.id = lane
    this.isOffered = role === 'offer'
    this.#connection = connection
    this.#control = control
    this.#blocks = blocks
    blocks.setBufferedAmountLowThreshold(LANE_LOW_WATER_BYTES)
  }

  attach(listener: LaneListener): void {
    this.#listener = listener
    const early = this.#early
    this.#early = []
    for (const arrival of early) this.arrive(arrival)
    if (this.#closedReason !== undefined) listener.closed(this.#closedReason)
  }

  /** From the connection's inbox, on the event loop. */
  arrive(arrival: Arrival): void {
    const listener = this.#listener
    if (listener === undefined) this.#early.push(arrival)
    else if (arrival.kind === 'control') listener.control(arrival.text)
    else {
      listener.frame(arrival.bytes)
      freeNow(arrival.bytes)
    }
  }

  becomeWritable(): void {
    this.#listener?.writable()
  }

  becomeClosed(reason: string): void {
    if (this.#closedReason !== undefined) return
    this.#closedReason = reason
    this.#listener?.closed(reason)
  }

  sendControl(text: string): boolean {
    if (this.#closedReason !== undefined) return false
    if (this.#control.bufferedAmount() > MAX_CONTROL_BUFFERED_BYTES) {
      // Later: whoever sends is in the middle of something that the end of a lane would change.
      setImmediate(() => this.close())
      return false
    }
    try {
      this.#control.sendMessage(text)
      return true
    } catch {
      return false // the native channel closed and its callback is still on the way
    }
  }

  sendFrame(bytes: Uint8Array): boolean {
    if (this.#closedReason !== undefined) return false
    try {
      this.#blocks.sendMessageBinary(bytes)
      return true
    } catch {
      return false // as above
    }
  }

  bufferedBytes(): number {
    return this.#closedReason === undefined ? this.#blocks.bufferedAmount() : 0
  }

  route(): RouteView | null {
    const now = performance.now()
    // ICE may find a better pair later, and what is peer-reflexive may turn out to be a relay that is told of later.
    if (now - this.#routedMs > MEASURE_LIFE_MS) {
      this.#routedMs = now
      this.#route = this.#connection.route() ?? this.#route
    }
    return this.#route
  }

  roundTripMs(): number | null {
    const now = performance.now()
    if (now - this.#measuredMs > MEASURE_LIFE_MS) {
      this.#measuredMs = now
      this.#roundTripMs = this.#connection.roundTripMs()
    }
    return this.#roundTripMs > 0 ? this.#roundTripMs : null
  }

  close(): void {
    this.becomeClosed('closed')
    this.#connection.close()
  }
}
