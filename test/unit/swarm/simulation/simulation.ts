/**
 * Hundreds of real swarms in one program, on a virtual clock: each peer with its own line, connected to some others
 * chosen at random, coming and going. The same seed gives the same course.
 */

import { Bitfield } from '#shared/swarm/bitfield.ts'
import { freePace } from '#shared/swarm/pace.ts'
import { peerNumber, Device } from '../virtual-swarm.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { Host, SimulatedLane, type Line } from './network.ts'
import { SharedContent, SharedStore, type Manner } from './shared-content.ts'
import { SilentPeer } from './silent-peer.ts'

/** How often a peer looks whether it has enough connections, milliseconds. */
const REPLACE_MS = 5000
/** Of a line that holds nobody back, bytes per second. */
const FAST = 1024 * 1024 * 1024

export interface SimulationOptions {
  readonly seed: number
  readonly totalBytes: number
  readonly pieceBytes: number
  /** Connections that each peer tries to have, and accepts. */
  readonly connections: number
}

export interface MemberOptions {
  readonly line: Line
  readonly isSeeder?: boolean
  /** Its own limit holds it back, in turns of one block; the line behind is fast. */
  readonly isLimitedByEngine?: boolean
  readonly manner?: Manner
  /** Pieces; all when left out. */
  readonly wanted?: readonly number[]
}

export interface Member {
  readonly device: Device<SharedStore>
  readonly line: Line
  readonly host: Host
  readonly neighbours: Set<Member>
  isGone: boolean
}

export class Simulation {
  readonly clock: VirtualClock
  readonly content: SharedContent
  readonly members: Member[] = []
  readonly #options: SimulationOptions
  #laneCount = 0
  #peerCount = 0

  constructor(options: SimulationOptions) {
    this.#options = options
    this.clock = new VirtualClock(options.seed)
    this.content = new SharedContent(options.totalBytes, options.pieceBytes)
    this.clock.every(REPLACE_MS, () => {
      for (const member of this.members) this.#meet(member)
    })
  }

  /** All there from the start, and a mesh in which everybody has as many connections as it may. */
  addTogether(all: readonly MemberOptions[]): Member[] {
    const members = all.map((options) => this.#make(options))
    const { connections } = this.#options
    for (let round = 0; round < connections; round++) {
      // One more connection for everybody and round: nobody is left with few because others were faster.
      for (const member of this.#shuffled(members)) {
        if (member.neighbours.size > round) continue
        const [other] = this.#shuffled(members.filter((one) => this.#mayMeet(member, one))).toSorted(
          (left, right) => left.neighbours.size - right.neighbours.size,
        )
        if (other !== undefined) this.#connect(member, other)
      }
    }
    return members
  }

  /** Joins now, and meets some of those who are there. */
  add(options: MemberOptions): Member {
    const member = this.#make(options)
    this.#meet(member)
    return member
  }

  #make({
    line,
    wanted,
    isSeeder = false,
    manner = 'honest',
    isLimitedByEngine = false,
  }: MemberOptions): Member {
    const store = new SharedStore(this.content, isSeeder, manner)
    const up = freePace(this.clock)
    if (isLimitedByEngine) up.setLimit(line.upBytesPerSecond)
    const { pieceCount } = this.content.layout
    const pieces = new Bitfield(pieceCount)
    for (const piece of wanted ?? Array(pieceCount).keys()) pieces.add(piece)
    const device = new Device(this.clock, ++this.#peerCount, store, { up, wanted: pieces })
    const host = new Host(this.clock, isLimitedByEngine ? { ...line, upBytesPerSecond: FAST } : line)
    const member = { device, line, host, neighbours: new Set<Member>(), isGone: false }
    this.members.push(member)
    return member
  }

  /** One that claims everything, greets, answers pings, and sends nothing. Meets so many. */
  addSilent(acquaintances: number): SilentPeer {
    const silent = new SilentPeer(peerNumber(++this.#peerCount), this.content.layout.pieceCount)
    const host = new Host(this.clock, { upBytesPerSecond: 1e6, downBytesPerSecond: 1e6 })
    for (const member of this.#shuffled(this.members).slice(0, acquaintances)) {
      const [mine, theirs] = SimulatedLane.pair(this.#laneId(), host, member.host, this.#delayMs())
      silent.greet(mine)
      member.device.swarm.addLane(silent.peer, theirs)
    }
    return silent
  }

  leave(member: Member): void {
    member.isGone = true
    member.device.swarm.close('stopped')
    for (const other of member.neighbours) other.neighbours.delete(member)
    member.neighbours.clear()
  }

  /** How many parts the graph of connections has fallen into. */
  get partCount(): number {
    const left = new Set(this.members.filter(({ isGone }) => !isGone))
    let parts = 0
    for (const start of left) {
      parts++
      const queue = [start]
      left.delete(start)
      for (const member of queue)
        for (const next of member.neighbours) if (left.delete(next)) queue.push(next)
    }
    return parts
  }

  /** Moves on until all of these have everything. */
  finish(limitMs: number, members: readonly Member[]): Promise<boolean> {
    return this.clock.run(limitMs, () => members.every(({ device }) => device.isDone))
  }

  #meet(member: Member): void {
    if (member.isGone) return
    const { connections } = this.#options
    // Half of what it may have: the other half is for those who come later.
    const wanted = Math.ceil(connections / 2) - member.neighbours.size
    if (wanted <= 0) return
    for (const other of this.#shuffled(this.members.filter((one) => this.#mayMeet(member, one))).slice(
      0,
      wanted,
    ))
      this.#connect(member, other)
  }

  #mayMeet(member: Member, other: Member): boolean {
    return (
      other !== member &&
      !other.isGone &&
      other.neighbours.size < this.#options.connections &&
      !other.neighbours.has(member) &&
      !other.device.swarm.isBanned(member.device.peer) &&
      !member.device.swarm.isBanned(other.device.peer)
    )
  }

  #connect(left: Member, right: Member): void {
    left.neighbours.add(right)
    right.neighbours.add(left)
    const [one, two] = SimulatedLane.pair(this.#laneId(), left.host, right.host, this.#delayMs())
    left.device.swarm.addLane(right.device.peer, one)
    right.device.swarm.addLane(left.device.peer, two)
  }

  /** One way, milliseconds: a country's width. */
  #delayMs(): number {
    return 5 + this.clock.random() * 35
  }

  #laneId(): string {
    return (this.#laneCount++).toString(16).padStart(16, '0')
  }

  #shuffled<Item>(items: readonly Item[]): Item[] {
    const list = items.map((item) => ({ item, key: this.clock.random() }))
    return list.sort((left, right) => left.key - right.key).map(({ item }) => item)
  }
}

export interface Figures {
  /** When the last one was complete. */
  readonly lastSeconds: number
  /** When it could have been at the earliest: max(F / u_seed, n F / (u_seed + sum of u_i)). */
  readonly boundSeconds: number
  readonly ratio: number
  /** Sent by the seeder, in multiples of F. */
  readonly seederShare: number
  /** Received by all though it was there already, in parts of what all needed. */
  readonly duplicates: number
}

/** Of members who were there from the start. */
export function figuresOf(content: SharedContent, seeder: Member, receivers: readonly Member[]): Figures {
  const { totalBytes } = content.layout
  const up = ({ line }: Member): number => line.upBytesPerSecond
  const all = receivers.reduce((sum, receiver) => sum + up(receiver), up(seeder))
  const boundSeconds = Math.max(totalBytes / up(seeder), (receivers.length * totalBytes) / all)
  const lastSeconds = Math.max(...receivers.map(({ device }) => device.doneMs ?? Infinity)) / 1000
  const received = receivers.reduce((sum, { device }) => sum + device.swarm.traffic.receivedBytes, 0)
  return {
    lastSeconds,
    boundSeconds,
    ratio: lastSeconds / boundSeconds,
    seederShare: seeder.device.swarm.traffic.sentBytes / totalBytes,
    duplicates: received / (receivers.length * totalBytes) - 1,
  }
}

/** One seeder and so many receivers with the same line, all there from the start. */
export async function runEqual(
  options: SimulationOptions,
  receiverCount: number,
  line: Line,
  isLimitedByEngine = false,
): Promise<{ simulation: Simulation; seeder: Member; receivers: Member[]; figures: Figures }> {
  const simulation = new Simulation(options)
  const all = Array.from({ length: receiverCount + 1 }, (_, i) => ({
    line,
    isSeeder: i === 0,
    isLimitedByEngine,
  }))
  const [seeder, ...receivers] = simulation.addTogether(all)
  if (seeder === undefined) throw new Error('no seeder')
  const limitMs = (20_000 * options.totalBytes) / line.upBytesPerSecond
  if (!(await simulation.finish(limitMs, receivers))) throw new Error('not everybody has everything')
  return { simulation, seeder, receivers, figures: figuresOf(simulation.content, seeder, receivers) }
}
