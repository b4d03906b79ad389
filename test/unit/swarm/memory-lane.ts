/** A lane within one program, on a virtual clock: with a rate, a delay, and all the misfortunes a network has. */

import type { RouteKind, RouteView } from '#shared/api/views.ts'
import { LANE_LOW_WATER_BYTES, type Lane, type LaneListener } from '#shared/swarm/lane.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface LaneQuality {
  readonly bytesPerSecond: number
  /** One way. */
  readonly delayMs: number
}

const GOOD: LaneQuality = { bytesPerSecond: 50_000_000, delayMs: 5 }

type Arrival = (listener: LaneListener) => void

export class MemoryLane implements Lane {
  readonly id: string
  /** Frames are held back while it is paused, control messages are not: a disk that hangs behind a living program. */
  isPaused = false
  /** What it sends is lost and nothing says so: a path that has died. */
  isMute = false
  kind: RouteKind | null = null
  protocol: RouteView['protocol'] = 'udp'
  isOffered = false
  readonly #clock: VirtualClock
  readonly #quality: LaneQuality
  #other: MemoryLane | undefined
  #listener: LaneListener | undefined
  #early: Arrival[] = []
  readonly #queue: Uint8Array[] = []
  #isSending = false
  #buffered = 0
  #closedReason: string | undefined

  private constructor(id: string, clock: VirtualClock, quality: LaneQuality) {
    this.id = id
    this.#clock = clock
    this.#quality = quality
  }

  static pair(clock: VirtualClock, id: string, quality: LaneQuality = GOOD): [MemoryLane, MemoryLane] {
    const left = new MemoryLane(id, clock, quality)
    const right = new MemoryLane(id, clock, quality)
    left.#other = right
    right.#other = left
    return [left, right]
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
    this.#deliver((listener) => listener.control(text))
    return true
  }

  sendFrame(bytes: Uint8Array): boolean {
    if (this.#closedReason !== undefined) return false
    this.#queue.push(bytes.slice())
    this.#buffered += bytes.length
    this.#sendNext()
    return true
  }

  bufferedBytes(): number {
    return this.#buffered
  }

  route(): RouteView | null {
    const { kind } = this
    if (kind === null) return null
    const type = kind === 'relayed' ? 'relay' : 'host'
    const address = '192.0.2.1:1'
    return {
      kind,
      localType: type,
      remoteType: type,
      localAddress: address,
      remoteAddress: address,
      protocol: this.protocol,
      reason: kind === 'relayed' ? 'no-direct-path' : 'hole-punched',
      relayHost: null,
    }
  }

  roundTripMs(): number | null {
    return this.#quality.delayMs * 2
  }

  resume(): void {
    this.isPaused = false
    this.#sendNext()
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
    this.#buffered = 0
    this.#listener?.closed(reason)
  }

  #sendNext(): void {
    if (this.#isSending || this.isPaused) return
    const bytes = this.#queue.shift()
    if (bytes === undefined) return
    this.#isSending = true
    this.#clock.after((bytes.length * 1000) / this.#quality.bytesPerSecond, () => {
      this.#isSending = false
      if (this.#closedReason !== undefined) return
      const wasAbove = this.#buffered > LANE_LOW_WATER_BYTES
      this.#buffered -= bytes.length
      this.#deliver((listener) => listener.frame(bytes))
      this.#sendNext()
      if (wasAbove && this.#buffered <= LANE_LOW_WATER_BYTES) this.#listener?.writable()
    })
  }

  #deliver(arrival: Arrival): void {
    const other = this.#other
    if (other === undefined || this.isMute) return
    this.#clock.after(this.#quality.delayMs, () => other.#arrive(arrival))
  }

  #arrive(arrival: Arrival): void {
    if (this.#closedReason !== undefined) return
    if (this.#listener === undefined) this.#early.push(arrival)
    else arrival(this.#listener)
  }
}
