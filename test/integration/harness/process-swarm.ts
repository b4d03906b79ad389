/** A coordinator, a sender and receivers of one share, each a process of its own; all end with the test. */

import path from 'node:path'
import * as v from 'valibot'
import { BeelineProcess, startCoordinatorProcess } from './beeline-process.ts'
import { notedPieces, repetitionCount, watchForRepetition } from './noted-pieces.ts'
import { TempFolder } from './temp-folder.ts'
import { compareFolders } from './trees.ts'

/** Of all that is shared. */
const ROOT = 'tree'

const Done = v.looseObject({
  peers: v.array(v.looseObject({ name: v.string(), receivedBytes: v.number() })),
})

export interface ProcessSwarmOptions {
  /** Writes what is shared into this folder. */
  readonly make: (root: string) => void
  /** More words for `send`. */
  readonly sending?: readonly string[]
}

export class ProcessSwarm implements AsyncDisposable {
  readonly folder: TempFolder
  readonly receivers: SwarmReceiver[] = []
  readonly link: string
  readonly shortId: string
  readonly port: number
  coordinator: BeelineProcess
  sender: BeelineProcess
  readonly #sending: readonly string[]

  private constructor(parts: {
    folder: TempFolder
    coordinator: Awaited<ReturnType<typeof startCoordinatorProcess>>
    sender: BeelineProcess
    sending: readonly string[]
    link: string
  }) {
    this.folder = parts.folder
    this.coordinator = parts.coordinator.process
    this.port = parts.coordinator.port
    this.sender = parts.sender
    this.link = parts.link
    this.shortId = v.parse(v.string(), parts.sender.find('link')?.['shortId'])
    this.#sending = parts.sending
  }

  /** Resolves when there is a link. */
  static async open({ make, sending = [] }: ProcessSwarmOptions): Promise<ProcessSwarm> {
    await using started = new AsyncDisposableStack()
    const folder = started.use(await TempFolder.create())
    make(folder.at(ROOT))
    const coordinator = await startCoordinatorProcess(folder.at('home of coordinator'))
    started.use(coordinator.process)
    const home = folder.at('home of sender')
    const argv = ['send', folder.at(ROOT), '--coordinator', coordinator.url, ...sending]
    const sender = started.use(new BeelineProcess(argv, { home }))
    const swarm = new ProcessSwarm({ folder, coordinator, sender, sending, link: await sender.link() })
    // From here on it ends them itself, and those that come later.
    started.move()
    return swarm
  }

  /** What is shared. */
  get root(): string {
    return this.folder.at(ROOT)
  }

  get senderHome(): string {
    return this.folder.at('home of sender')
  }

  /** A receiver that starts at once. @param more words for `get`, `--seed` for instance */
  receive(...more: readonly string[]): SwarmReceiver {
    const receiver = new SwarmReceiver(this, this.receivers.length, more)
    this.receivers.push(receiver)
    return receiver
  }

  /** The same share, under the same link, after `sender.killHard()`. */
  async resumeSender(): Promise<void> {
    const argv = ['send', '--resume', this.shortId, ...this.#sending]
    this.sender = new BeelineProcess(argv, { home: this.senderHome })
    await this.sender.link()
  }

  /** At the same place, after `coordinator.killHard()`. */
  async bringCoordinatorBack(): Promise<void> {
    const { process } = await startCoordinatorProcess(this.folder.at('home of coordinator'), this.port)
    this.coordinator = process
  }

  /** Pieces that stand on the disk of some receiver. */
  heldByReceivers(): Set<number> {
    return this.receivers.reduce((all, { home }) => all.union(notedPieces(home)), new Set<number>())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = this.receivers.map(({ process }) => process)
    await Promise.all([this.coordinator, this.sender, ...running].map((one) => one.killHard()))
    this.folder[Symbol.dispose]()
  }
}

/** One device that receives, however often its process ends and is started again. */
export class SwarmReceiver {
  readonly home: string
  readonly destination: string
  /** The one that runs, or the last that did. */
  process: BeelineProcess
  readonly #swarm: ProcessSwarm
  readonly #argv: readonly string[]
  readonly #ended: BeelineProcess[] = []

  constructor(swarm: ProcessSwarm, number: number, more: readonly string[]) {
    this.#swarm = swarm
    this.home = swarm.folder.at(`home of ${number}`)
    this.destination = swarm.folder.at(`got by ${number}`)
    this.#argv = ['get', swarm.link, '--to', this.destination, '--yes', ...more]
    watchForRepetition(this.home)
    this.process = this.#start()
  }

  /** Block bytes that came in over all its lives, as far as their last reports tell. */
  get receivedBytes(): number {
    return [...this.#ended, this.process].reduce((sum, { receivedBytes }) => sum + receivedBytes, 0)
  }

  /** Of those, what peers sent that call themselves so, also such as were shut out, in its last life. It must be done. */
  bytesFrom(name: string): number {
    const { peers } = v.parse(Done, this.process.find('done'))
    return peers.reduce((sum, peer) => sum + (peer.name === name ? peer.receivedBytes : 0), 0)
  }

  get lifeCount(): number {
    return this.#ended.length + 1
  }

  get noted(): Set<number> {
    return notedPieces(this.home)
  }

  /** The same command again. */
  restart(): void {
    this.#ended.push(this.process)
    this.process = this.#start()
  }

  /** Waits until everything is here; those that do not seed end then. */
  async done(limitMs?: number): Promise<void> {
    await this.process.event('done', limitMs)
  }

  /** What is wrong with its copy, nothing if all is well: other bytes, or a piece that was noted twice. */
  problems(): string[] {
    const copy = path.join(this.destination, path.basename(this.#swarm.root))
    const twice = repetitionCount(this.home)
    return [...compareFolders(this.#swarm.root, copy), ...(twice === 0 ? [] : [`${twice} pieces came twice`])]
  }

  #start(): BeelineProcess {
    return new BeelineProcess(this.#argv, { home: this.home })
  }
}
