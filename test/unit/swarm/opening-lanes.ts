/** A seeder and a receiver whose data channels open a while after they are wanted, on a virtual clock. */

import type { RouteKind } from '#shared/api/views.ts'
import { Pace } from '#shared/swarm/pace.ts'
import type { SessionLane } from '#shared/swarm/peer-session.ts'
import { TokenBucket } from '#shared/swarm/token-bucket.ts'
import { Turns } from '#shared/swarm/turns.ts'
import type { LaneQuality, MemoryLane } from './memory-lane.ts'
import { Device, MemoryStore, VirtualSwarm } from './virtual-swarm.ts'

/** How long a lane takes to open, milliseconds. */
const OPEN_MS = 150

export interface OpeningLane {
  readonly kind: RouteKind
  readonly isTls: boolean
  /** By the receiver. */
  readonly isOffered: boolean
  readonly quality: LaneQuality
}

export class OpeningLanes {
  readonly swarm: VirtualSwarm
  readonly seeder: Device
  readonly receiver: Device
  /** Of every lane that was ever opened: the receiver's end first. */
  readonly ends: (readonly [MemoryLane, MemoryLane])[] = []
  readonly #channel: LaneQuality
  #opening = 0

  /** @param channel what each data channel is like; none is open at first */
  constructor(
    totalBytes: number,
    channel: LaneQuality,
    { maxLanes, seederLimit = null }: { readonly maxLanes: number; readonly seederLimit?: number | null },
  ) {
    this.swarm = new VirtualSwarm(totalBytes, 256 * 1024)
    this.#channel = channel
    const { clock, layout, content } = this.swarm
    const up = new Pace(clock, new Turns(new TokenBucket(clock)))
    up.setLimit(seederLimit)
    this.seeder = new Device(clock, 1, new MemoryStore(layout, content), { up })
    this.receiver = new Device(clock, 2, new MemoryStore(layout, undefined), {
      maxLanes,
      // As the connector does, which knows of no TLS lanes.
      wantsLanes: (_peer, count) => {
        const channels = this.lanes().filter(({ isStream }) => !isStream).length
        for (let there = channels + this.#opening; there < count; there++) this.openSoon()
      },
    })
  }

  get isOpening(): boolean {
    return this.#opening > 0
  }

  /** The receiver's. */
  lanes(): SessionLane[] {
    return [...(this.receiver.swarm.sessions.get(this.seeder.peer)?.lanes.values() ?? [])]
  }

  open(how: Partial<OpeningLane> = {}): readonly [MemoryLane, MemoryLane] {
    const { kind = 'direct', isTls = false, isOffered = true, quality = this.#channel } = how
    const pair = this.swarm.lane(quality)
    const [mine, theirs] = pair
    for (const end of pair) {
      end.kind = kind
      end.protocol = isTls ? 'tls' : 'udp'
    }
    mine.isOffered = isOffered
    theirs.isOffered = !isOffered
    this.ends.push(pair)
    this.receiver.swarm.addLane(this.seeder.peer, mine)
    this.seeder.swarm.addLane(this.receiver.peer, theirs)
    return pair
  }

  openSoon(): void {
    this.#opening++
    this.swarm.clock.after(OPEN_MS, () => {
      this.#opening--
      this.open()
    })
  }
}
