/**
 * Home lines on a virtual clock. Every host has one line up and one line down that all its lanes share: frames wait for
 * each other there, fairly between lanes, as they do at a real router. Control messages only take the way's delay.
 */

import type { RouteView } from '#shared/api/views.ts'
import { LANE_LOW_WATER_BYTES, type Lane, type LaneListener } from '#shared/swarm/lane.ts'
import type { VirtualClock } from '../virtual-clock.ts'

export interface Line {
  readonly upBytesPerSecond: number
  readonly downBytesPerSecond: number
}

/** Buffers of frames that have arrived, for the next ones: a run moves gigabytes. */
class FramePool {
  readonly #free: Uint8Array[] = []

  copyOf(bytes: Uint8Array): Uint8Array {
    const last = this.#free.pop()
    const buffer = last !== undefined && last.buffer.byteLength >= bytes.length ? last : grown(bytes.length)
    const frame = new Uint8Array(buffer.buffer, 0, bytes.length)
    frame.set(bytes)
    return frame
  }

  give(frame: Uint8Array): void {
    if (this.#free.length < 256) this.#free.push(frame)
  }
}

const FRAME_ROOM_BYTES = 136 * 1024

function grown(bytes: number): Uint8Array {
  return new Uint8Array(Math.max(bytes, FRAME_ROOM_BYTES))
}

export class Host {
  readonly clock: VirtualClock
  readonly line: Line
  readonly pool: FramePool
  /** Lanes with something to send, in the order of their turns. */
  readonly #ready: SimulatedLane[] = []
  #isSending = false
  /** When the line down is free again. */
  #downFreeMs = 0

  constructor(clock: VirtualClock, line: Line, pool: FramePool = new FramePool()) {
    this.clock = clock
    this.line = line
    this.pool = pool
  }

  enqueue(lane: SimulatedLane): void {
    this.#ready.push(lane)
    this.#sendNext()
  }

  /** @returns how long from its arrival at the line until the host has it, milliseconds */
  downDelayMs(bytes: number): number {
    const now = this.clock.now()
    const doneMs = Math.max(now, this.#downFreeMs + (bytes * 1000) / this.line.downBytesPerSecond)
    this.#downFreeMs = doneMs
    return doneMs - now
  }

  #sendNext(): void {
    if (this.#isSending) return
    const lane = this.#ready.shift()
    if (lane === undefined) return
    const frame = lane.takeFrame()
    if (frame === undefined) return this.#sendNext()
    this.#isSending = true
    this.clock.after((frame.length * 1000) / this.line.upBytesPerSecond, () => {
      this.#isSending = false
      if (lane.hasFrames) this.#ready.push(lane)
      lane.sent(frame)
      this.#sendNext()
    })
  }
}

type Arrival = (listener: LaneListener) => void

export class SimulatedLane implements Lane {
  readonly id: string
  readonly #host: Host
  readonly #delayMs: number
  #other: SimulatedLane | undefined
  #listener: LaneListener | undefined
  #early: Arrival[] = []
  readonly #queue: Uint8Array[] = []
  #bufferedBytes = 0
  /** Waits for a turn on the line, or has one. */
  #isInLine = false
  #closedReason: string | undefined

  private constructor(id: string, host: Host, delayMs: number) {
    this.id = id
    this.#host = host
    this.#delayMs = delayMs
  }

  /** @param delayMs one way */
  static pair(id: string, left: Host, right: Host, delayMs: number): [SimulatedLane, SimulatedLane] {
    const one = new SimulatedLane(id, left, delayMs)
    const two = new SimulatedLane(id, right, delayMs)
    one.#other = two
    two.#other = one
    return [one, two]
  }

  attach(listener: LaneListener): void {
    this.#listener = listener
    const early = this.#early
    this.#early = []
    for (const arrival of early) arrival(listener)
    if (this.#closedReason !== undefined) listener.closed(this.#closedReason)
  }

  sendControl(text: string): boolean {
    if (this.#closedReason !== undefined) return false
    this.#deliver(this.#delayMs, (listener) => listener.control(text))
    return true
  }

  sendFrame(bytes: Uint8Array): boolean {
    if (this.#closedReason !== undefined) return false
    this.#queue.push(this.#host.pool.copyOf(bytes))
    this.#bufferedBytes += bytes.length
    if (!this.#isInLine) {
      this.#isInLine = true
      this.#host.enqueue(this)
    }
    return true
  }

  get hasFrames(): boolean {
    this.#isInLine = this.#queue.length > 0
    return this.#isInLine
  }

  takeFrame(): Uint8Array | undefined {
    const frame = this.#queue.shift()
    if (frame === undefined) this.#isInLine = false
    return frame
  }

  /** The line has taken the frame. */
  sent(frame: Uint8Array): void {
    if (this.#closedReason !== undefined) return
    const wasAbove = this.#bufferedBytes > LANE_LOW_WATER_BYTES
    this.#bufferedBytes -= frame.length
    const other = this.#other
    if (other !== undefined) this.#host.clock.after(this.#delayMs, () => other.receive(frame))
    if (wasAbove && this.#bufferedBytes <= LANE_LOW_WATER_BYTES) this.#listener?.writable()
  }

  bufferedBytes(): number {
    return this.#bufferedBytes
  }

  route(): RouteView | null {
    return null
  }

  roundTripMs(): number | null {
    return this.#delayMs * 2
  }

  close(): void {
    this.cut('closed')
  }

  /** Ends it on both sides, and with it everything under way. */
  cut(reason: string): void {
    this.#end(reason)
    const other = this.#other
    if (other !== undefined) other.#end(reason)
  }

  #end(reason: string): void {
    if (this.#closedReason !== undefined) return
    this.#closedReason = reason
    this.#queue.length = 0
    this.#bufferedBytes = 0
    this.#listener?.closed(reason)
  }

  /** From the way between the two lines. */
  receive(frame: Uint8Array): void {
    if (this.#closedReason !== undefined) return
    this.#host.clock.after(this.#host.downDelayMs(frame.length), () => {
      this.#arrive((listener) => {
        listener.frame(frame)
        this.#host.pool.give(frame)
      })
    })
  }

  #deliver(delayMs: number, arrival: Arrival): void {
    const other = this.#other
    if (other !== undefined) this.#host.clock.after(delayMs, () => other.#arrive(arrival))
  }

  #arrive(arrival: Arrival): void {
    if (this.#closedReason !== undefined) return
    if (this.#listener === undefined) this.#early.push(arrival)
    else arrival(this.#listener)
  }
}
